package claim

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestWarnUnknown(t *testing.T) {
	cases := map[string]struct {
		reason string
		name   string
		want   string
	}{
		"Similar": {reason: "A name that is nearly right should be corrected.", name: "metric-server", want: `spec.x: unknown add-on "metric-server": did you mean "metrics-server"?`},
		"Unlike":  {reason: "A name that resembles none should not be guessed.", name: "argo-cd", want: `spec.x: unknown add-on "argo-cd": check its spelling`},
		"Lines":   {reason: "A warning is one line.", name: "a\nb", want: `spec.x: unknown add-on "a\nb": check its spelling`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := WarnUnknown(field.NewPath("spec", "x"), "add-on", tc.name, []string{"coredns", "metrics-server"}).String()
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nWarnUnknown(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestFormatWarnings(t *testing.T) {
	var ws []Warning
	if got := FormatWarnings(ws); got != "" {
		t.Errorf("FormatWarnings(nil): want nothing, got %q", got)
	}
	for i := range 25 {
		ws = append(ws, Warn(field.NewPath("spec").Index(i), "is odd"))
	}
	got := FormatWarnings(ws)
	if !strings.HasPrefix(got, "spec[0]: is odd; spec[1]: is odd; ") || !strings.HasSuffix(got, "spec[19]: is odd; and 5 more") {
		t.Errorf("FormatWarnings(...): want twenty warnings and the number of the others, got %q", got)
	}
}
