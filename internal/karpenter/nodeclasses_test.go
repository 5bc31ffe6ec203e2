package karpenter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVolumes(t *testing.T) {
	cases := map[string]struct {
		reason string
		alias  string
		want   []any
	}{
		"AL2023":       {reason: "The operating system, images and pods share a volume.", alias: "al2023", want: []any{volume("/dev/xvda", 50)}},
		"Bottlerocket": {reason: "The operating system's own volume is encrypted, too.", alias: "bottlerocket", want: []any{volume("/dev/xvda", 4), volume("/dev/xvdb", 50)}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := families[tc.alias].volumes(50)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nvolumes(...): -want, +got:\n%s", tc.reason, diff)
			}
			for _, v := range got {
				if ebs := v.(map[string]any)["ebs"].(map[string]any); ebs["encrypted"] != true {
					t.Errorf("%v isn't encrypted", v)
				}
			}
		})
	}
}
