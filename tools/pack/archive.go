package pack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"

	"github.com/crossplane/function-sdk-go/errors"
)

// tool is the name of the command line tool, which is also the function's binary.
const tool = "function-seafarer-cluster"

// licenseFile is in each archive, as its license requires.
const licenseFile = "LICENSE"

// ArchiveName of the command line tool for a system and an architecture.
func ArchiveName(system, arch string) string { return tool + "-" + system + "-" + arch + ".tar.gz" }

// archives of the command line tool, one for each system and architecture.
func (o Options) archives(ctx context.Context, c Compiler) error {
	for _, system := range o.Systems {
		for _, arch := range o.Architectures {
			o.progressf("building the command line tool for %s/%s", system, arch)
			binary := filepath.Join(o.Out, tool)
			if err := c.Compile(ctx, system, arch, binary); err != nil {
				return err
			}
			if err := WriteArchive(filepath.Join(o.Out, ArchiveName(system, arch)), binary, filepath.Join(o.Root, licenseFile)); err != nil {
				return err
			}
			if err := os.Remove(binary); err != nil {
				return errors.Wrap(err, "cannot remove a binary that is in an archive")
			}
		}
	}
	return nil
}

// WriteArchive of a binary and its license, a reproducible tar.gz file: it has no times.
func WriteArchive(path, binary, license string) error {
	buf := &bytes.Buffer{}
	zw := gzip.NewWriter(buf)
	tw := tar.NewWriter(zw)
	for _, f := range []struct {
		path string
		mode int64
	}{{binary, 0o755}, {license, 0o644}} {
		b, err := os.ReadFile(filepath.Clean(f.path))
		if err != nil {
			return errors.Wrap(err, "cannot read what to archive")
		}
		if err := tw.WriteHeader(&tar.Header{Name: filepath.Base(f.path), Mode: f.mode, Size: int64(len(b)), Format: tar.FormatPAX}); err != nil {
			return errors.Wrap(err, "cannot write an archive")
		}
		if _, err := tw.Write(b); err != nil {
			return errors.Wrap(err, "cannot write an archive")
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		return errors.Wrap(err, "cannot write an archive")
	}
	return errors.Wrap(os.WriteFile(path, buf.Bytes(), 0o600), "cannot write an archive")
}
