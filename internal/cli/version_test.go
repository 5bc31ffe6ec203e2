package cli

import (
	"bytes"
	"encoding/json"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

func TestNewBuild(t *testing.T) {
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}}
	cases := map[string]struct {
		reason  string
		release string
		info    debug.BuildInfo
		want    string
	}{
		"Release": {
			reason:  "The linker's version should take precedence.",
			release: "v0.1.0",
			info:    debug.BuildInfo{Main: debug.Module{Version: "v0.0.0-2026"}},
			want:    "v0.1.0",
		},
		"Module": {
			reason: "A build by go install has the module's version.",
			info:   debug.BuildInfo{Main: debug.Module{Version: "v0.2.0"}},
			want:   "v0.2.0",
		},
		"Modified": {
			reason: "A build of a work tree has its revision, and whether it's modified.",
			info:   debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: vcs},
			want:   "(devel) (abc, modified)",
		},
		"Revision": {
			reason:  "A build of a commit has its revision.",
			release: "v0.1.0",
			info:    debug.BuildInfo{Settings: vcs[:1]},
			want:    "v0.1.0 (abc)",
		},
		"Nothing": {
			reason: "A build without information should have no version.",
			want:   "(devel)",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			want := "function-seafarer-cluster " + tc.want + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
			if diff := cmp.Diff(want, newBuild(tc.release, &tc.info).String()); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestTypesOf(t *testing.T) {
	info := &debug.BuildInfo{Deps: []*debug.Module{
		{Path: "github.com/upbound/provider-aws/v2", Version: "v2.5.0"},
		{Path: "github.com/crossplane-contrib/provider-helm", Version: "v1.2.0"},
		{Path: "github.com/crossplane/crossplane/v2", Version: "v2.2.0"},
	}}
	if diff := cmp.Diff(map[string]string{"provider-aws": "v2.5.0", "provider-helm": "v1.2.0"}, typesOf(info)); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestVersionCommand prints the same as text and as JSON, with the supported versions.
func TestVersionCommand(t *testing.T) {
	var text, doc bytes.Buffer
	if err := (&VersionCmd{Output: "text"}).run(&text); err != nil {
		t.Fatal(err)
	}
	if err := (&VersionCmd{Output: "json"}).run(&doc); err != nil {
		t.Fatal(err)
	}
	var b build
	if err := json.Unmarshal(doc.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(compat.KubernetesVersions(), b.Kubernetes); diff != "" {
		t.Errorf("kubernetes: -want, +got:\n%s", diff)
	}
	for _, want := range []string{b.Version, b.Go, "charts " + compat.SupportedCharts, b.Kubernetes[0] + " to "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("want %q in:\n%s", want, &text)
		}
	}
}

// TestVersionFlag prints the version and exits, whatever the other arguments.
func TestVersionFlag(t *testing.T) {
	for _, args := range [][]string{{"--version"}, {"render", "--version"}, {"serve", "--version"}} {
		b, err := functionCommand(t.Context(), args...).CombinedOutput()
		if want := readBuild().String() + "\n"; err != nil || string(b) != want {
			t.Errorf("%q: want %q, got %q, %v", args, want, b, err)
		}
	}
}
