package lab

import (
	"strings"
	"testing"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
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
	out, err := l.Kubectl(t.Context(), "", "get", "configurations.pkg.crossplane.io,functions.pkg.crossplane.io,providers.pkg.crossplane.io")
	if err != nil {
		t.Error(err)
	}
	t.Log("\n" + strings.TrimSpace(out))
}
