package karpenter

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestUserData(t *testing.T) {
	const most = 14584
	refused := func(size, remove int) []string {
		return []string{fmt.Sprintf("spec.karpenter.nodeClasses[0].userData: Forbidden: EC2 allows 16384 bytes of user data, of which Karpenter needs 1800 or more: these are %d bytes: remove %d, or download what they contain", size, remove)}
	}
	type args struct{ alias, userData string }

	cases := map[string]struct {
		reason string
		args   args
		want   []string
	}{
		"Most":         {reason: "It just fits.", args: args{"al2023@latest", strings.Repeat("x", most)}},
		"TooLong":      {reason: "Karpenter adds its own part.", args: args{"al2023@latest", strings.Repeat("x", most+1)}, want: refused(most+1, 1)},
		"Bytes":        {reason: "Bytes count, not characters.", args: args{"al2023@latest", "#!/bin/bash\n# " + strings.Repeat("é", 8000)}, want: refused(16014, 1430)},
		"Script":       {reason: "Comments of a script remain.", args: args{"al2023@latest", strings.Repeat("# comment\n", 1600)}, want: refused(16000, 1416)},
		"Comments":     {reason: "Karpenter removes comments from TOML.", args: args{"bottlerocket@latest", "[settings.ntp]\n" + strings.Repeat("  # comment\n", 1300)}},
		"Bottlerocket": {reason: "Karpenter adds settings to TOML.", args: args{"bottlerocket@latest", "[settings.motd]\n  a = '" + strings.Repeat("x", 15000) + "'"}, want: refused(15023, 439)},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(changed(func(c *claim.Claim) {
				c.Spec.Karpenter.NodeClasses[0].AMIAlias, c.Spec.Karpenter.NodeClasses[0].UserData = tc.args.alias, tc.args.userData
			}))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
