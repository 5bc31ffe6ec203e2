package compat

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKubernetes(t *testing.T) {
	cases := map[string]struct {
		reason    string
		got, want any
	}{
		"TwoDigits":      {reason: "Minors are numbers.", got: Newer("1.100", "1.99"), want: true},
		"Same":           {reason: "No version is newer than itself.", got: Newer("1.34", "1.34"), want: false},
		"None":           {reason: "Any version is newer than none.", got: Newer("1.30", ""), want: true},
		"NoVersion":      {reason: "What is no version is none.", got: Compare("1.34-drifted", "latest"), want: 0},
		"Latest":         {reason: "The latest counts, whatever else there is.", got: Latest("1.9", "", "1.34", "2.0", "1.31"), want: "1.34"},
		"LatestOfNone":   {reason: "Of no versions none is the latest.", got: Latest("", "v1.34"), want: ""},
		"Next":           {reason: "EKS goes to the next minor.", got: Next("1.34"), want: "1.35"},
		"Previous":       {reason: "The minor before.", got: Previous("1.34"), want: "1.33"},
		"PreviousOfNone": {reason: "There's none before none.", got: Previous(""), want: ""},
		"Behind":         {reason: "Minors between versions.", got: Behind("1.31", "1.34"), want: 3},
		"Ahead":          {reason: "A version that is newer is behind by less than nothing.", got: Behind("1.35", "1.34"), want: -1},
		"Proxy":          {reason: "kube-proxy is of the Kubernetes that its version begins with.", got: KubeProxy("v1.34.0-eksbuild.2"), want: "1.34"},
		"ProxyUnknown":   {reason: "A version that doesn't say so is of none.", got: KubeProxy("v2.0.0-eksbuild.1"), want: ""},
		"ProxyShort":     {reason: "A version that is none is of none.", got: KubeProxy("v1"), want: ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Errorf("%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
