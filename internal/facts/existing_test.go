package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

func TestReadExisting(t *testing.T) {
	type args struct {
		status  fields
		cluster fields
	}
	cases := map[string]struct {
		reason string
		args   args
		want   claim.Existing
	}{
		"Nothing":  {reason: "A new platform has nothing."},
		"Reported": {reason: "The version that EKS runs.", args: args{cluster: reports(fields{"version": "1.34"})}, want: claim.Existing{KubernetesVersion: "1.34"}},
		"Desired": {
			reason: "A step of an upgrade that has begun.",
			args:   args{status: fields{"versions": fields{"controlPlane": "1.35"}, "cluster": fields{"version": "1.34"}}},
			want:   claim.Existing{KubernetesVersion: "1.35"},
		},
		"Created": {
			reason: "A cluster that EKS still creates is of the version of its object.",
			args:   args{cluster: fields{"metadata": fields{"name": "a"}, "spec": fields{"forProvider": fields{"version": "1.33"}}}},
			want:   claim.Existing{KubernetesVersion: "1.33"},
		},
		"Unknown": {reason: "A version that no platform may have would make the claim invalid.", args: args{cluster: reports(fields{"version": "1.99"})}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			composed := object.Composed{}
			if tc.args.cluster != nil {
				composed[key.Cluster] = objectOf(t, tc.args.cluster)
			}
			xr := objectOf(t, fields{"status": tc.args.status})
			if diff := cmp.Diff(tc.want, ReadExisting(xr, composed)); diff != "" {
				t.Errorf("\n%s\nReadExisting(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
