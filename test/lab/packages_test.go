package lab

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What a user installs works: Crossplane's package manager takes our packages,
// finds what they depend on, and a claim becomes ready.
func TestPackages(t *testing.T) {
	t.Parallel()
	l := another(t, Options{Packages: true, CoreArgs: Patient})
	t.Run("OnlyWhatIsActivatedIsThere", func(t *testing.T) {
		crd := object(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: ` + inactive + `}}`)
		if _, err := l.Get(t.Context(), crd); !kerrors.IsNotFound(err) {
			t.Errorf("%s: want it not to be found, got %v", inactive, err)
		}
		mrd := object(`{apiVersion: apiextensions.crossplane.io/v1alpha1, kind: ManagedResourceDefinition, metadata: {name: ` + inactive + `}}`)
		if _, err := l.Get(t.Context(), mrd); err != nil {
			t.Errorf("%s: %v", inactive, err)
		}
	})
	t.Run("Minimal", func(t *testing.T) {
		asTold(t, l)
		p := &platform{t: t, lab: l, claim: example(t, "minimal")}
		p.apply()
		p.settled()
		p.tells()
	})
	// What make package makes has names by architecture, and make install-local
	// installs it.
	t.Run("Install", func(t *testing.T) {
		folder := t.TempDir()
		for name, from := range map[string]string{functionPackage + "-" + runtime.GOARCH: functionPackage, l.options.api().configuration: l.options.api().configuration} {
			if err := os.Symlink(l.path("packages", from+".xpkg"), filepath.Join(folder, name+".xpkg")); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Install(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
		f, err := l.Get(t.Context(), object(`{apiVersion: pkg.crossplane.io/v1, kind: Function, metadata: {name: `+functionName+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		if p, _, err := unstructured.NestedString(f.Object, "spec", "package"); err != nil || !strings.HasSuffix(p, ":v0.1.1") {
			t.Errorf("Function: want the version that was installed, got %s, %v", p, err)
		}
		if err := l.Install(t.Context(), t.TempDir()); err == nil {
			t.Error("Install(...) of a folder without packages: want an error")
		}
	})
	out, err := l.Kubectl(t.Context(), "", "get", "configurations.pkg.crossplane.io,functions.pkg.crossplane.io,providers.pkg.crossplane.io")
	if err != nil {
		t.Error(err)
	}
	t.Log("\n" + strings.TrimSpace(out))
}

// told is a fence around what the README tells to apply, or to run.
var told = regexp.MustCompile("(?s)```(yaml|console)\n(.*?)```")

// asTold installs and claims by what the README tells, word by word, in a control
// plane whose registry has our packages. It's been installed so by the lab already:
// what the README says is the same, or it would be another package.
func asTold(t *testing.T, l *Lab) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "\n## Install\n")
	section, _, found := strings.Cut(rest, "\n## ")
	if !found {
		t.Fatal("the README does not tell how to install")
	}
	var did []string
	tell := func(in string, args ...string) {
		out, err := l.Kubectl(t.Context(), in, args...)
		if err != nil {
			t.Fatalf("README: kubectl %s: %v", strings.Join(args, " "), err)
		}
		did = append(did, "$ kubectl "+strings.Join(args, " ")+"\n"+strings.TrimSpace(out))
	}
	for _, f := range told.FindAllStringSubmatch(section, -1) {
		if f[1] == "yaml" {
			tell(f[2], "apply", "--filename=-")
			continue
		}
		for line := range strings.Lines(f[2]) {
			if args, ok := strings.CutPrefix(strings.TrimSpace(line), "kubectl "); ok {
				tell("", strings.Fields(strings.ReplaceAll(args, " example/", " "+root+"/example/"))...)
			}
		}
	}
	if len(did) < 3 {
		t.Fatalf("the README tells too little: %q", did)
	}
	t.Log("\n" + strings.Join(did, "\n"))
	if err := l.healthy(t.Context()); err != nil {
		t.Errorf("with what the README installs: %v", err)
	}
	c, err := l.Get(t.Context(), object(`{apiVersion: pkg.crossplane.io/v1, kind: Configuration, metadata: {name: `+l.options.api().configuration+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	if g := c.GetGeneration(); g != 1 {
		t.Errorf("the README installs another Configuration than the lab did: it's generation %d", g)
	}
}
