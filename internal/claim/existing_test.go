package claim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRetain(t *testing.T) {
	is := Existing{KubernetesVersion: "1.34"}
	cases := map[string]struct {
		reason string
		is     Existing
		spec   map[string]any
		want   map[string]any
	}{
		"Stated":  {reason: "The claim's value counts.", is: is, spec: map[string]any{"kubernetesVersion": "1.35"}, want: map[string]any{"kubernetesVersion": "1.35"}},
		"Unset":   {reason: "An existing platform retains its version.", is: is, spec: map[string]any{"region": "eu-west-3"}, want: map[string]any{"region": "eu-west-3", "kubernetesVersion": "1.34"}},
		"New":     {reason: "A new platform gets the default of the schema.", spec: map[string]any{"region": "eu-west-3"}, want: map[string]any{"region": "eu-west-3"}},
		"Nothing": {reason: "A missing spec stays missing, so that the schema reports it.", is: is},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.is.retain(tc.spec)); diff != "" {
				t.Errorf("\n%s\nretain(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
