package pack

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

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

// revision that tests pretend to build.
const revision = "0123456789abcdef0123456789abcdef01234567"

// architectures to build for in tests: only that of the test itself in short mode.
func architectures() []string {
	if testing.Short() {
		return []string{runtime.GOARCH}
	}
	return Architectures()
}

// TestBuild builds everything twice, of two copies of the source in two places.
// The first run compiles the function for each architecture and the CLI, which
// takes some minutes.
func TestBuild(t *testing.T) {
	cli := filepath.Join(t.TempDir(), "crossplane")
	if _, err := command(t.Context(), "../../test/crossplane", []string{"CGO_ENABLED=0", "GOWORK=off"}, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", cli, "github.com/crossplane/cli/v2/cmd/crossplane"); err != nil {
		t.Fatal(err)
	}
	first, second := build(t, cli, "here"), build(t, cli, "some/where/else")
	for _, name := range []string{sumsFile, provenanceFile} {
		if diff := cmp.Diff(text(t, first, name), text(t, second, name)); diff != "" {
			t.Errorf("%s: the same source in two places should become the same packages: -first, +second:\n%s", name, diff)
		}
	}
	t.Run("Image", func(t *testing.T) { hasImage(t, filepath.Join(first, "image")) })
	t.Run("Packages", func(t *testing.T) { hasPackages(t, first) })
	t.Run("Materials", func(t *testing.T) { hasMaterials(t, first) })
	t.Run("Provenance", func(t *testing.T) { hasProvenance(t, first) })
}

// build a copy of the source, and return the folder of its packages.
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
			continue // It's deleted, and not committed yet.
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
	o := Options{Root: root, Out: filepath.Join(root, "build", "package"), CLI: cli, Architectures: architectures(), Revision: revision, Progress: t.Output()}
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

// hasImage checks that an OCI layout has the function for each architecture.
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

// isFunction checks that an image runs the function like that of the Dockerfile.
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
	// The machine in the ELF header.
	machine := map[string]byte{"amd64": 0x3e, "arm64": 0xb7}[arch]
	if elf := fileOf(t, img, "function"); len(elf) < 20 || !bytes.HasPrefix(elf, []byte("\x7fELF")) || elf[18] != machine {
		t.Errorf("function of %s: it's not a program for that architecture", arch)
	}
}

// TestDockerfile checks that the Dockerfile builds the same binary and runs it the same
// way.
func TestDockerfile(t *testing.T) {
	file := text(t, "../../Dockerfile")
	for _, want := range []string{
		"ENV CGO_ENABLED=0\n", "go build " + strings.Join(buildFlags("\"-s -w\""), " ") + " -o /function .\n",
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

// hasPackages checks that each folder with metadata became a package, and that the
// function's contains the function.
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
					t.Errorf("%s lacks %q:\n%s", file, want, stream)
				}
			}
		}
	}
	if !kinds["Function"] || !kinds["Configuration"] {
		t.Errorf("want a Function and a Configuration, got %v", packages)
	}
}

// hasMaterials checks that the bill of materials has some essential modules at the
// versions in go.mod.
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

// hasProvenance checks that the provenance covers all artifacts.
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
	if !strings.Contains(s.GetPredicate().String(), revision) {
		t.Errorf("provenance does not name the commit: %s", s.GetPredicate())
	}
}
