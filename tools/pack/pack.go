// Package pack builds releases: images, Crossplane packages with them, bills of materials
// and provenance. It needs no Docker, and is reproducible: the same source gives the same
// bytes, whatever its path.
package pack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/errors"
)

// Architectures that releases are made for.
func Architectures() []string { return []string{"amd64", "arm64"} }

// Systems that the command line tool is released for.
func Systems() []string { return []string{systemOfImages, "darwin"} }

// A Package is a folder of the source that becomes a Crossplane package.
type Package struct {
	Dir  string
	Kind string
	Name string
}

// Find the packages of a source: the folders with package metadata.
func Find(root string) ([]Package, error) {
	var ps []Package
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "build", "example", "test", "testdata"}, d.Name()) {
			return fs.SkipDir
		}
		if d.Name() != "crossplane.yaml" {
			return nil
		}
		p, err := read(path)
		ps = append(ps, p)
		return err
	})
	return ps, errors.Wrap(err, "cannot find packages")
}

// Files of the package: one for each architecture if it contains the function.
func (p Package) Files(dir string, architectures []string) map[string]string {
	if p.Kind != "Function" {
		return map[string]string{"": filepath.Join(dir, p.Name+".xpkg")}
	}
	fs := make(map[string]string)
	for _, arch := range architectures {
		fs[arch] = filepath.Join(dir, p.Name+"-"+arch+".xpkg")
	}
	return fs
}

func read(path string) (Package, error) {
	b, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return Package{}, err
	}
	var m struct {
		Kind     string `json:"kind"`
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	err = yaml.Unmarshal(b, &m)
	return Package{Dir: filepath.Dir(path), Kind: m.Kind, Name: m.Metadata.Name}, errors.Wrapf(err, "cannot read %s", path)
}

// Options to build with.
type Options struct {
	// Root of the source, and the folder to write to.
	Root, Out string

	// CLI of Crossplane.
	CLI string

	// Architectures to build for.
	Architectures []string

	// Systems to build the command line tool for.
	Systems []string

	// Version that the function reports, such as v0.1.0. None if it is empty.
	Version string

	// Revision of the source, if it's a commit's.
	Revision string

	// Progress of slow steps is written here.
	Progress io.Writer
}

// Build everything that is released.
func Build(ctx context.Context, o Options) error {
	if err := os.RemoveAll(o.Out); err != nil {
		return errors.Wrap(err, "cannot remove the previous build")
	}
	if err := os.MkdirAll(o.Out, 0o750); err != nil {
		return errors.Wrap(err, "cannot create the output folder")
	}
	c, err := o.compiler()
	if err != nil {
		return err
	}
	if err := o.archives(ctx, c); err != nil {
		return err
	}
	if err := o.packages(ctx, c); err != nil {
		return err
	}
	return o.describe(c)
}

// packages of all folders with metadata. The function's has its images.
func (o Options) packages(ctx context.Context, c Compiler) error {
	packages, err := Find(o.Root)
	if err != nil {
		return err
	}
	tarballs, err := o.images(ctx, c)
	if err != nil {
		return err
	}
	for _, p := range packages {
		if err := o.xpkgs(ctx, p, tarballs); err != nil {
			return err
		}
	}
	for _, tarball := range tarballs {
		if err := os.Remove(tarball); err != nil {
			return errors.Wrap(err, "cannot remove what packages were made of")
		}
	}
	return nil
}

// images of the function by architecture, as tarballs for the CLI, and all of them as one
// OCI layout.
func (o Options) images(ctx context.Context, c Compiler) (map[string]string, error) {
	tarballs := make(map[string]string)
	var all Images
	for _, arch := range o.Architectures {
		o.progressf("building the function for %s", arch)
		binary := filepath.Join(o.Out, "function-"+arch)
		if err := c.Compile(ctx, systemOfImages, arch, binary); err != nil {
			return nil, err
		}
		o.progressf("listing what the function for %s is made of", arch)
		if err := materials(ctx, filepath.Join(o.Root, "tools", "pack"), binary, filepath.Join(o.Out, "function-"+arch+".cdx.json")); err != nil {
			return nil, err
		}
		img, err := Image(binary, arch)
		if err != nil {
			return nil, err
		}
		all = append(all, img)
		tarballs[arch] = filepath.Join(o.Out, "function-"+arch+".tar")
		if err := WriteTarball(img, tarballs[arch]); err != nil {
			return nil, err
		}
		if err := os.Remove(binary); err != nil {
			return nil, errors.Wrap(err, "cannot remove a binary that is in an image")
		}
	}
	return tarballs, all.WriteLayout(filepath.Join(o.Out, "image"))
}

// xpkgs of a package.
func (o Options) xpkgs(ctx context.Context, p Package, tarballs map[string]string) error {
	o.progressf("packing %s", p.Name)
	for arch, file := range p.Files(o.Out, o.Architectures) {
		if err := XPKG(ctx, o.CLI, p.Dir, file, tarballs[arch]); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) progressf(format string, args ...any) {
	fmt.Fprintf(o.Progress, "pack: "+format+"\n", args...) //nolint:errcheck // Progress isn't essential.
}

// Revision of a source, or empty if it differs from the commit.
func Revision(ctx context.Context, root string) string {
	if changes, err := command(ctx, root, nil, "git", "status", "--porcelain"); err != nil || changes != "" {
		return ""
	}
	commit, err := command(ctx, root, nil, "git", "rev-parse", "HEAD")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(commit)
}

// XPKG of a folder, with a runtime image, or without if it needs none.
func XPKG(ctx context.Context, cli, dir, file, tarball string) error {
	args := []string{"xpkg", "build", "--package-root=" + dir, "--package-file=" + file}
	if tarball != "" {
		args = append(args, "--embed-runtime-image-tarball="+tarball)
	}
	return errors.Wrapf(crossplane(ctx, cli, args...), "cannot pack %s", dir)
}

// Push the xpkgs of one package to a registry, under one tag.
func Push(ctx context.Context, cli, tag string, files ...string) error {
	return errors.Wrapf(crossplane(ctx, cli, "xpkg", "push", "--package-files="+strings.Join(files, ","), tag), "cannot push %s", tag)
}

// crossplane runs its CLI without the settings in the home folder, except those of
// registries.
func crossplane(ctx context.Context, cli string, args ...string) error {
	home, err := os.MkdirTemp("", "crossplane-cli-")
	if err != nil {
		return errors.Wrap(err, "cannot create a folder for the CLI")
	}
	defer os.RemoveAll(home) //nolint:errcheck // It's a temporary folder.
	_, err = command(ctx, home, []string{"XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home}, cli, args...)
	return err
}

// command runs to its end. If it fails, the error contains its standard error.
func command(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // Go, git and Crossplane's CLI, with arguments of the user.
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", errors.Wrapf(err, "%s %s\n%s", filepath.Base(name), strings.Join(args, " "), strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}
