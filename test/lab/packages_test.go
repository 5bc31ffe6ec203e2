package lab

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What a user installs works: Crossplane's package manager takes our packages,
// finds what they depend on, and a claim becomes ready.
func TestPackages(t *testing.T) {
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
		p := apply(t, example(t, "minimal"))
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
