package pack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// revision and version of the build in tests.
const (
	revision = "0123456789abcdef0123456789abcdef01234567"
	version  = "v0.1.0-test"
)

// architectures to build for in tests: only the host's with -short.
func architectures() []string {
	if testing.Short() {
		return []string{runtime.GOARCH}
	}
	return Architectures()
}

// systems to build the command line tool for in tests: only the host's with -short.
func systems() []string {
	if testing.Short() {
		return []string{systemOfImages}
	}
	return Systems()
}

// TestBuild builds two copies of the source, in different folders. The first build compiles
// the function for each architecture and the CLI, which takes some minutes.
func TestBuild(t *testing.T) {
	cli := filepath.Join(t.TempDir(), "crossplane")
	if _, err := command(t.Context(), "../../test/crossplane", []string{"CGO_ENABLED=0", "GOWORK=off"}, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", cli, "github.com/crossplane/cli/v2/cmd/crossplane"); err != nil {
		t.Fatal(err)
	}
	first, second := build(t, cli, "here"), build(t, cli, "some/where/else")
	for _, name := range []string{sumsFile, provenanceFile} {
		if diff := cmp.Diff(text(t, first, name), text(t, second, name)); diff != "" {
			t.Errorf("%s: builds of the same source differ: -first, +second:\n%s", name, diff)
		}
	}
	t.Run("Image", func(t *testing.T) { hasImage(t, filepath.Join(first, "image")) })
	t.Run("Archives", func(t *testing.T) { hasArchives(t, first) })
	t.Run("Version", func(t *testing.T) { reportsVersion(t, first) })
	t.Run("Packages", func(t *testing.T) { hasPackages(t, first) })
	t.Run("Materials", func(t *testing.T) { hasMaterials(t, first) })
	t.Run("Provenance", func(t *testing.T) { hasProvenance(t, first) })
}

// build a copy of the source, and return the output folder.
func build(t *testing.T, cli, place string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), place)
	files, err := command(t.Context(), "../..", nil, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.Trim(files, "\x00"), "\x00") {
		b, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) {
			continue // It's deleted in the work tree.
		}
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Root: root, Out: filepath.Join(root, "build", "package"), CLI: cli, Architectures: architectures(), Systems: systems(), Version: version, Revision: revision, Progress: t.Output()}
	if err := Build(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return o.Out
}

func text(t *testing.T, elem ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// hasImage requires an OCI layout with the function for each architecture.
func hasImage(t *testing.T, dir string) {
	t.Helper()
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	m, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range m.Manifests {
		got = append(got, d.Platform.Architecture)
		img, err := index.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		isFunction(t, img, d.Platform.Architecture)
	}
	if diff := cmp.Diff(architectures(), got); diff != "" {
		t.Errorf("architectures: -want, +got:\n%s", diff)
	}
}

// isFunction requires an image that runs the function as the Dockerfile's does.
func isFunction(t *testing.T, img v1.Image, arch string) {
	t.Helper()
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	want := v1.Config{User: nonroot, Entrypoint: []string{entrypoint}, ExposedPorts: map[string]struct{}{port: {}}}
	if diff := cmp.Diff(want, c.Config, cmpopts.IgnoreFields(v1.Config{}, "Labels")); diff != "" {
		t.Errorf("config of %s: -want, +got:\n%s", arch, diff)
	}
	if c.OS != "linux" || c.Architecture != arch {
		t.Errorf("platform: want linux/%s, got %s/%s", arch, c.OS, c.Architecture)
	}
	// The part of an ELF header with the machine.
	machine := map[string]byte{"amd64": 0x3e, "arm64": 0xb7}[arch]
	if elf := fileOf(t, img, "function"); len(elf) < 20 || !bytes.HasPrefix(elf, []byte("\x7fELF")) || elf[18] != machine {
		t.Errorf("function of %s: wrong machine in the ELF header", arch)
	}
}

// hasArchives requires a command line tool for each system and architecture, built with the
// Go version of releases.
func hasArchives(t *testing.T, dir string) {
	t.Helper()
	for _, system := range systems() {
		for _, arch := range architectures() {
			files := filesOf(t, filepath.Join(dir, ArchiveName(system, arch)))
			if diff := cmp.Diff(text(t, "../..", licenseFile), files[licenseFile]); diff != "" {
				t.Errorf("license in the archive for %s/%s: -want, +got:\n%s", system, arch, diff)
			}
			info, err := buildinfo.Read(strings.NewReader(files[tool]))
			if err != nil {
				t.Fatalf("%s/%s: %v", system, arch, err)
			}
			got := map[string]string{"go": info.GoVersion}
			for _, s := range info.Settings {
				if s.Key == "GOOS" || s.Key == "GOARCH" {
					got[s.Key] = s.Value
				}
			}
			want := map[string]string{"go": "go" + strings.TrimSpace(text(t, "../go-version")), "GOOS": system, "GOARCH": arch}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("command line tool for %s/%s: -want, +got:\n%s", system, arch, diff)
			}
		}
	}
}

// reportsVersion requires that the command line tool for this machine reports the version
// that it was built with.
func reportsVersion(t *testing.T, dir string) {
	t.Helper()
	archive := filepath.Join(dir, ArchiveName(runtime.GOOS, runtime.GOARCH))
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("no command line tool is built for this machine: %v", err)
	}
	binary := filepath.Join(t.TempDir(), tool)
	if err := os.WriteFile(binary, []byte(filesOf(t, archive)[tool]), 0o700); err != nil {
		t.Fatal(err)
	}
	got, err := command(t.Context(), ".", nil, binary, "--version")
	if err != nil {
		t.Fatal(err)
	}
	if want := tool + " " + version + " "; !strings.HasPrefix(got, want) {
		t.Errorf("--version: want %q…, got %q", want, got)
	}
}

// filesOf a tar.gz archive, by name. Only programs are executable.
func filesOf(t *testing.T, archive string) map[string]string {
	t.Helper()
	zr, err := gzip.NewReader(strings.NewReader(text(t, archive)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for r := tar.NewReader(zr); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.FileInfo().Mode(), map[bool]os.FileMode{true: 0o755, false: 0o644}[h.Name == tool]; got != want {
			t.Errorf("%s in %s: want mode %s, got %s", h.Name, archive, want, got)
		}
		files[h.Name] = string(b)
	}
}

func TestWriteArchive(t *testing.T) {
	dir := t.TempDir()
	binary, license := filepath.Join(dir, tool), filepath.Join(dir, licenseFile)
	write := func(to string) string {
		for path, content := range map[string]string{binary: "binary", license: "license"} {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		archive := filepath.Join(dir, to)
		if err := WriteArchive(archive, binary, license); err != nil {
			t.Fatal(err)
		}
		return archive
	}
	first := write("first.tar.gz")
	if diff := cmp.Diff(map[string]string{tool: "binary", licenseFile: "license"}, filesOf(t, first)); diff != "" {
		t.Errorf("WriteArchive(...): -want, +got:\n%s", diff)
	}
	if err := os.Chtimes(binary, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if text(t, first) != text(t, write("second.tar.gz")) {
		t.Error("WriteArchive(...): archives of the same files differ")
	}
	if err := WriteArchive(filepath.Join(dir, "third.tar.gz"), filepath.Join(dir, "missing"), license); err == nil {
		t.Error("WriteArchive(...): want an error without a binary")
	}
}

func TestCompiler(t *testing.T) {
	type want struct {
		flags string
		err   bool
	}
	cases := map[string]struct {
		reason  string
		version string
		want    want
	}{
		"NoVersion": {
			reason: "Without a version, none is set.",
			want:   want{flags: "-s -w"},
		},
		"Version": {
			reason:  "The version is set in the cli package.",
			version: "v0.1.0-rc.1",
			want:    want{flags: "-s -w -X github.com/seafarer-cloud/function-seafarer-cluster/internal/cli.version=v0.1.0-rc.1"},
		},
		"NoVersionOfModule": {
			reason:  "A version starts with v, as in Go modules and packages.",
			version: "0.1.0",
			want:    want{err: true},
		},
		"Flags": {
			reason:  "A version cannot add linker flags.",
			version: "v0.1.0 -X main.a=b",
			want:    want{err: true},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, err := Options{Root: "../..", Version: tc.version}.compiler()
			if (err != nil) != tc.want.err {
				t.Fatalf("\n%s\ncompiler(): want error %t, got %v", tc.reason, tc.want.err, err)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff([]string{"-trimpath", "-buildvcs=false", "-ldflags", tc.want.flags}, c.flags()); diff != "" {
				t.Errorf("\n%s\nflags(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestDockerfile requires the same build flags and image configuration in the Dockerfile.
func TestDockerfile(t *testing.T) {
	file := text(t, "../../Dockerfile")
	c, err := Options{Root: "../.."}.compiler()
	if err != nil {
		t.Fatal(err)
	}
	c.Version = "${VERSION}" // A build argument.
	flags := c.flags()
	flags[len(flags)-1] = strconv.Quote(flags[len(flags)-1])
	for _, want := range []string{
		" golang:" + c.Go + " AS build\n",
		"ENV CGO_ENABLED=0\n", "go build " + strings.Join(flags, " ") + " -o /function .\n", "ARG VERSION\n",
		"FROM scratch AS image\n", "COPY --from=build /function /function\n",
		"USER " + nonroot + "\n", "ENTRYPOINT [\"" + entrypoint + "\"]\n", "EXPOSE " + strings.TrimSuffix(port, "/tcp") + "\n",
	} {
		if !strings.Contains(file, want) {
			t.Errorf("Dockerfile: want %q", want)
		}
	}
}

// fileOf an image.
func fileOf(t *testing.T, img v1.Image, name string) []byte {
	t.Helper()
	r := tar.NewReader(mutate.Extract(img))
	for {
		h, err := r.Next()
		if err != nil {
			t.Fatalf("cannot find %s: %v", name, err)
		}
		if h.Name == name {
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
}

// hasPackages requires packages of all folders with metadata. The function's contains it.
func hasPackages(t *testing.T, dir string) {
	t.Helper()
	packages, err := Find("../..")
	if err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]bool)
	for _, p := range packages {
		kinds[p.Kind] = true
		for arch, file := range p.Files(dir, architectures()) {
			img, err := tarball.ImageFromPath(file, nil)
			if err != nil {
				t.Fatal(err)
			}
			if arch != "" {
				isFunction(t, img, arch)
			}
			stream := string(fileOf(t, img, "package.yaml"))
			for _, want := range []string{"kind: " + p.Kind + "\n", "name: " + p.Name + "\n"} {
				if !strings.Contains(stream, want) {
					t.Errorf("%s: want %q in:\n%s", file, want, stream)
				}
			}
		}
	}
	if !kinds["Function"] || !kinds["Configuration"] {
		t.Errorf("want a Function and a Configuration, got %v", packages)
	}
}

// hasMaterials requires some essential modules in the bill of materials, at the versions in
// go.mod.
func hasMaterials(t *testing.T, dir string) {
	t.Helper()
	mod := text(t, "../../go.mod")
	for _, arch := range architectures() {
		var bom struct {
			Components []struct{ Name, Version, PURL string }
		}
		if err := json.Unmarshal([]byte(text(t, dir, "function-"+arch+".cdx.json")), &bom); err != nil {
			t.Fatal(err)
		}
		for _, module := range []string{"google.golang.org/grpc", "github.com/upbound/provider-aws/v2"} {
			i := slices.IndexFunc(bom.Components, func(c struct{ Name, Version, PURL string }) bool { return c.Name == module })
			if i < 0 || !strings.Contains(mod, module+" "+bom.Components[i].Version+"\n") {
				t.Errorf("%s: want %s as in go.mod, got %v", arch, module, bom.Components)
			}
		}
	}
}

// hasProvenance requires provenance for all built files.
func hasProvenance(t *testing.T, dir string) {
	t.Helper()
	s := &intoto.Statement{}
	if err := protojson.Unmarshal([]byte(text(t, dir, provenanceFile)), s); err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	var got strings.Builder
	for _, r := range s.GetSubject() {
		got.WriteString(r.GetDigest()["sha256"] + "  " + r.GetName() + "\n")
	}
	if diff := cmp.Diff(text(t, dir, sumsFile), got.String()); diff != "" {
		t.Errorf("subjects: -want, +got:\n%s", diff)
	}
	for _, want := range []string{revision, version, "go" + strings.TrimSpace(text(t, "../go-version"))} {
		if !strings.Contains(s.GetPredicate().String(), want) {
			t.Errorf("provenance: want %s in %s", want, s.GetPredicate())
		}
	}
}
