package nodes

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
)

func TestScaling(t *testing.T) {
	sizes := func(lowest, desired, highest float64) *eks.ScalingConfigParameters {
		return &eks.ScalingConfigParameters{MinSize: new(lowest), DesiredSize: new(desired), MaxSize: new(highest)}
	}
	cases := map[string]struct {
		reason string
		is     facts.Scaling
		want   *eks.ScalingConfigParameters
	}{
		"New":     {reason: "A group is created with the sizes of initProvider."},
		"Same":    {reason: "The limits are as requested.", is: facts.Scaling{Known: true, Min: 2, Desired: 2, Max: 4}},
		"Scaled":  {reason: "A size within the limits stays.", is: facts.Scaling{Known: true, Min: 2, Desired: 3, Max: 4}},
		"Raised":  {reason: "The group has fewer nodes than the new minimum.", is: facts.Scaling{Known: true, Min: 1, Desired: 1, Max: 4}, want: sizes(2, 2, 4)},
		"Lowered": {reason: "The group has more nodes than the new maximum.", is: facts.Scaling{Known: true, Min: 2, Desired: 8, Max: 9}, want: sizes(2, 4, 4)},
		"Within":  {reason: "The group retains its size.", is: facts.Scaling{Known: true, Min: 1, Desired: 3, Max: 9}, want: sizes(2, 3, 4)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := scaling(v1alpha1.SystemNodesSpec{MinSize: 2, DesiredSize: 2, MaxSize: 4}, tc.is)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nscaling(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
