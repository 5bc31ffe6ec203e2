package modules

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// moduleOf a provider's package, such as provider-aws-ec2.
func moduleOf(pkg string) string {
	name := path.Base(pkg)
	for module := range releases {
		// The last element may be a major version.
		provider := path.Base(strings.TrimSuffix(module, "/v2"))
		if name == provider || strings.HasPrefix(name, provider+"-") {
			return module
		}
	}
	return ""
}

// TestRanges compares the version constraints of our packages with the releases that
// composed objects are validated against: from the oldest release to the newest minor.
func TestRanges(t *testing.T) {
	for _, file := range []string{"apis/crossplane.yaml", "apis-namespaced/crossplane.yaml"} {
		b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Spec struct {
				DependsOn []struct {
					Kind    string `json:"kind"`
					Package string `json:"package"`
					Version string `json:"version"`
				} `json:"dependsOn"`
			} `json:"spec"`
		}
		if err := yaml.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		providers := 0
		for _, d := range c.Spec.DependsOn {
			if d.Kind != "Provider" {
				continue
			}
			providers++
			vs := Releases(moduleOf(d.Package))
			if len(vs) == 0 {
				t.Errorf("%s: composed objects aren't validated against %s", file, d.Package)
				continue
			}
			newest := semver.MustParse(vs[len(vs)-1]).IncMinor()
			if want := ">=" + vs[0] + ", <v" + newest.String(); d.Version != want {
				t.Errorf("%s: %s: want the checked version %q, got %q", file, d.Package, want, d.Version)
			}
		}
		if providers == 0 {
			t.Errorf("%s: no providers found", file)
		}
	}
}

// TestReleases checks that they are sorted, and contain the versions in go.mod.
func TestReleases(t *testing.T) {
	for module, rs := range releases {
		for i := range rs[1:] {
			if !semver.MustParse(rs[i].version).LessThan(semver.MustParse(rs[i+1].version)) {
				t.Errorf("%s: %s isn't older than %s", module, rs[i].version, rs[i+1].version)
			}
		}
		m, err := Find(t.Context(), filepath.Join("..", ".."), module)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, r := range rs {
			found = found || r.version == m.Version
		}
		if !found {
			t.Errorf("%s: %s is in go.mod, but isn't validated against: %v", module, m.Version, Releases(module))
		}
	}
}

func TestAt(t *testing.T) {
	const module = "github.com/crossplane-contrib/provider-kubernetes"

	type want struct {
		file, err bool
	}
	cases := map[string]struct {
		reason  string
		version string
		want    want
	}{
		"Old": {
			reason:  "A release for the current Go version is found.",
			version: "v1.3.0",
			want:    want{file: true},
		},
		"RequiresNewerGo": {
			reason:  "A release that requires a newer Go is found, too.",
			version: "v1.4.1",
			want:    want{file: true},
		},
		"Unlisted": {
			reason:  "A release without a checksum is an error.",
			version: "v1.2.0",
			want:    want{err: true},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m, err := At(t.Context(), module, tc.version)
			got := want{err: err != nil}
			if err == nil {
				files, c, err := m.Files()
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				_, err = fs.Stat(files, "package/crds/kubernetes.m.crossplane.io_objects.yaml")
				got.file = err == nil
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nAt(...): -want, +got:\n%s\n%v", tc.reason, diff, err)
			}
		})
	}
}

// TestChecksum refuses files with another checksum than that of the release.
func TestChecksum(t *testing.T) {
	const module = "github.com/crossplane-contrib/provider-helm"
	was := releases[module]
	t.Cleanup(func() { releases[module] = was })
	releases[module] = []release{{version: "v1.2.0", sum: "h1:other"}}

	if _, err := At(t.Context(), module, "v1.2.0"); err == nil || !strings.Contains(err.Error(), "want checksum h1:other") {
		t.Errorf("At(...): want an error about the checksum, got %v", err)
	}
}
