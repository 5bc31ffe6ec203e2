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
		"None":           {reason: "Any version is newer than the empty string.", got: Newer("1.30", ""), want: true},
		"NoVersion":      {reason: "A string that isn't a version equals the empty string.", got: Compare("1.34-drifted", "latest"), want: 0},
		"Latest":         {reason: "Strings that aren't versions are ignored.", got: Latest("1.9", "", "1.34", "2.0", "1.31"), want: "1.34"},
		"LatestOfNone":   {reason: "Without any version, there is no latest one.", got: Latest("", "v1.34"), want: ""},
		"Next":           {reason: "EKS upgrades to the next minor.", got: Next("1.34"), want: "1.35"},
		"Previous":       {reason: "The minor before.", got: Previous("1.34"), want: "1.33"},
		"PreviousOfNone": {reason: "No version precedes the empty string.", got: Previous(""), want: ""},
		"Behind":         {reason: "Minors between versions.", got: Behind("1.31", "1.34"), want: 3},
		"Ahead":          {reason: "The distance to an older version is negative.", got: Behind("1.35", "1.34"), want: -1},
		"Proxy":          {reason: "The version of kube-proxy begins with that of Kubernetes.", got: KubeProxy("v1.34.0-eksbuild.2"), want: "1.34"},
		"ProxyUnknown":   {reason: "A version with another prefix has no Kubernetes version.", got: KubeProxy("v2.0.0-eksbuild.1"), want: ""},
		"ProxyShort":     {reason: "A string that isn't a version has no Kubernetes version.", got: KubeProxy("v1"), want: ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Errorf("%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
