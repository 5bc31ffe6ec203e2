package karpenter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestUserDataFormat(t *testing.T) {
	const path = "spec.karpenter.nodeClasses[0].userData"
	const archive = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/x-shellscript\n\n#!/bin/bash\n"
	const nodeadm = "it's YAML, which Karpenter takes for a configuration of nodeadm: set apiVersion: node.eks.aws/v1alpha1 and kind: NodeConfig, or use a script or a MIME multi-part archive"
	const toml = "Bottlerocket has settings in TOML, such as [settings.ntp], and this line is none"
	type args struct{ alias, data string }
	type want struct{ errs, warnings []string }
	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Script":     {reason: "A script is run.", args: args{"al2023@latest", "#!/bin/bash\necho hello\n"}},
		"NodeConfig": {reason: "A configuration of nodeadm is merged.", args: args{"al2023@latest", "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n"}},
		"Archive":    {reason: "An archive has parts.", args: args{"al2023@latest", archive + "--b--\n"}},
		"Settings":   {reason: "Bottlerocket has settings.", args: args{"bottlerocket@latest", "# comment\n[settings.ntp]\ntime-servers = [\n  'a',\n]\nanything"}},
		"Nested":     {reason: "Keys may have dots and quotes.", args: args{"bottlerocket@latest", "settings.motd = 'a'\n[settings.kubernetes.node-labels]\n\"a.b/c\" = 'd' # e"}},
		"Unterminated": {
			reason: "Karpenter launches no node with an archive that it cannot read.",
			args:   args{"al2023@latest", archive},
			want:   want{errs: []string{path + `: Invalid value: "MIME-Version: 1.0": Karpenter cannot read it as a MIME multi-part archive: unexpected EOF`}},
		},
		"OnePart": {
			reason: "An archive has several parts.",
			args:   args{"al2023@latest", "Content-Type: text/plain\n\na\n"},
			want:   want{errs: []string{path + `: Invalid value: "Content-Type: text/plain": Karpenter cannot read it as a MIME multi-part archive: its Content-Type is text/plain: use multipart/mixed`}},
		},
		"CloudConfig": {
			reason: "nodeadm cannot read what is for cloud-init.",
			args:   args{"al2023@latest", "#cloud-config\npackages:\n  - jq\n"},
			want:   want{errs: []string{path + `: Invalid value: "#cloud-config": ` + nodeadm}},
		},
		"ScriptLikeYAML": {
			reason: "Karpenter takes a script for YAML if it happens to be YAML, too.",
			args:   args{"al2023@latest", "#!/bin/bash\necho a: b\n"},
			want:   want{errs: []string{path + `: Invalid value: "#!/bin/bash": ` + nodeadm}},
		},
		"ScriptInTOML": {
			reason: "Bottlerocket runs no scripts.",
			args:   args{"bottlerocket@latest", "#!/bin/bash\necho hello\n"},
			want:   want{errs: []string{path + `: Invalid value: "echo hello": ` + toml}},
		},
		"ExportInTOML": {
			reason: "A key has no spaces.",
			args:   args{"bottlerocket@latest", "export A=b\n"},
			want:   want{errs: []string{path + `: Invalid value: "export A=b": ` + toml}},
		},
		"NoValue": {
			reason: "A key needs a value.",
			args:   args{"bottlerocket@latest", "[settings.ntp]\na =\n"},
			want:   want{errs: []string{path + `: Invalid value: "a =": ` + toml}},
		},
		"NoShebang": {
			reason: "A script without an interpreter cannot run.",
			args:   args{"al2023@latest", "echo hello"},
			want:   want{warnings: []string{path + ": Karpenter takes it for a script, which cannot run without a first line such as #!/bin/bash"}},
		},
		"Large": {
			reason: "Labels and taints may take what is left.",
			args:   args{"al2023@latest", "#!/bin/bash\n" + strings.Repeat("a", 12<<10)},
			want:   want{warnings: []string{path + ": these are 12300 of the 16384 bytes that EC2 allows, and Karpenter adds more with each label, taint and certificate: download what they contain"}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := changed(func(c *claim.Claim) {
				c.Spec.Karpenter.NodeClasses[0].AMIAlias, c.Spec.Karpenter.NodeClasses[0].UserData = tc.args.alias, tc.args.data
			})
			got := want{errs: messages(c)}
			for _, w := range Warnings(c) {
				got.warnings = append(got.warnings, w.String())
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	cases := map[string]struct {
		reason, operator, value string
		want                    []string
	}{
		"Most":    {reason: "Karpenter reads 64 bits.", operator: "Gt", value: "9223372036854775807"},
		"TooMany": {reason: "Karpenter reads no more.", operator: "Lte", value: "9223372036854775808", want: []string{`spec.karpenter.nodePools[0].requirements[0].values: Invalid value: "9223372036854775808": Karpenter can read whole numbers up to 9223372036854775807: set a smaller one`}},
		"Text":    {reason: "Other operators compare text.", operator: "In", value: "9223372036854775808"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(changed(func(c *claim.Claim) {
				c.Spec.Karpenter.NodePools[0].Requirements = []v1alpha1.Requirement{{Key: "karpenter.k8s.aws/instance-cpu", Operator: tc.operator, Values: []string{tc.value}}}
			}))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
