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

// Crossplane's package manager installs our packages and their dependencies, and a
// claim becomes ready.
func TestPackages(t *testing.T) {
	t.Parallel()
	l := startLab(t, Options{Packages: true, CoreArgs: RaisedCircuitBreaker})
	t.Run("OnlyActivatedKinds", func(t *testing.T) {
		crd := object(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: ` + inactive + `}}`)
		if _, err := l.Get(t.Context(), crd); !kerrors.IsNotFound(err) {
			t.Errorf("get %s: got %v, want not found", inactive, err)
		}
		mrd := object(`{apiVersion: apiextensions.crossplane.io/v1alpha1, kind: ManagedResourceDefinition, metadata: {name: ` + inactive + `}}`)
		if _, err := l.Get(t.Context(), mrd); err != nil {
			t.Errorf("%s: %v", inactive, err)
		}
	})
	t.Run("Minimal", func(t *testing.T) {
		installFromREADME(t, l)
		p := &platform{t: t, lab: l, claim: example(t, "minimal")}
		p.apply()
		p.waitSettled()
		p.checkStatus()
	})
	// make install-local installs packages that make package names by architecture.
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
			t.Errorf("Function: got package %s, %v, want version v0.1.1", p, err)
		}
		if err := l.Install(t.Context(), t.TempDir()); err == nil {
			t.Error("Install(folder without packages): got nil, want an error")
		}
	})
	out, err := l.Kubectl(t.Context(), "", "get", "configurations.pkg.crossplane.io,functions.pkg.crossplane.io,providers.pkg.crossplane.io")
	if err != nil {
		t.Error(err)
	}
	t.Log("\n" + strings.TrimSpace(out))
}

// codeBlock matches a manifest or commands in the README.
var codeBlock = regexp.MustCompile("(?s)```(yaml|console)\n(.*?)```")

// installFromREADME runs the manifests and commands of the README's section Install,
// unchanged. The lab has installed the same Configuration before: its generation
// remains 1.
func installFromREADME(t *testing.T, l *Lab) {
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
		t.Fatal("the README has no section Install that another follows")
	}
	var commands []string
	run := func(in string, args ...string) {
		out, err := l.Kubectl(t.Context(), in, args...)
		if err != nil {
			t.Fatalf("README: kubectl %s: %v", strings.Join(args, " "), err)
		}
		commands = append(commands, "$ kubectl "+strings.Join(args, " ")+"\n"+strings.TrimSpace(out))
	}
	for _, f := range codeBlock.FindAllStringSubmatch(section, -1) {
		if f[1] == "yaml" {
			run(f[2], "apply", "--filename=-")
			continue
		}
		for line := range strings.Lines(f[2]) {
			if args, ok := strings.CutPrefix(strings.TrimSpace(line), "kubectl "); ok {
				run("", strings.Fields(strings.ReplaceAll(args, " example/", " "+root+"/example/"))...)
			}
		}
	}
	if len(commands) < 3 {
		t.Fatalf("README: got %d commands, want at least 3: %q", len(commands), commands)
	}
	t.Log("\n" + strings.Join(commands, "\n"))
	if err := l.healthy(t.Context()); err != nil {
		t.Errorf("after the README's commands: %v", err)
	}
	c, err := l.Get(t.Context(), object(`{apiVersion: pkg.crossplane.io/v1, kind: Configuration, metadata: {name: `+l.options.api().configuration+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	if g := c.GetGeneration(); g != 1 {
		t.Errorf("Configuration: got generation %d, want 1: the README's differs from the lab's", g)
	}
}
