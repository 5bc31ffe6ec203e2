package complaint

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestQuote has real messages of providers, with other names and ids. Each case has two
// attempts with the same failure: both must give the same quote.
func TestQuote(t *testing.T) {
	cases := map[string]struct {
		reason string
		tries  []string
		want   string
	}{
		"Synced": {
			reason: "The prefixes of a Terraform provider have no information, and each request has an id.",
			tries: []string{
				`create failed: async create failed: failed to create the resource: [{0 creating EKS Cluster (demo): operation error EKS: CreateCluster, https response error StatusCode: 409, RequestID: 4a8524d5-fc0e-46ff-9000-fd823d1b8661, ResourceInUseException: Cluster already exists with name: demo  []}]`,
				`create failed: async create failed: failed to create the resource: [{0 creating EKS Cluster (demo): operation error EKS: CreateCluster, https response error StatusCode: 409, RequestID: 49c697b9-4ef8-4a9d-82e4-eace2e2815b2, ResourceInUseException: Cluster already exists with name: demo  []}]`,
				// The message of LastAsyncOperation during retries.
				`async create failed: failed to create the resource: [{0 creating EKS Cluster (demo): operation error EKS: CreateCluster, https response error StatusCode: 409, RequestID: 49c697b9-4ef8-4a9d-82e4-eace2e2815b2, ResourceInUseException: Cluster already exists with name: demo  []}]`,
			},
			want: `create failed: creating EKS Cluster (demo): operation error EKS: CreateCluster, https response error StatusCode: 409, ResourceInUseException: Cluster already exists with name: demo`,
		},
		"Several": {
			reason: "There may be several errors, with details.",
			tries: []string{
				`async update failed: failed to update the resource: [{0 first  []} {0 second more of it []}]`,
			},
			want: `update failed: first; second more of it`,
		},
		"Quota": {
			reason: "EC2 writes api error before the code.",
			tries: []string{
				`create failed: async create failed: failed to create the resource: [{0 creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: 11111111-aaaa-bbbb-cccc-222222222222, api error VpcLimitExceeded: The maximum number of VPCs has been reached.  []}]`,
				`create failed: async create failed: failed to create the resource: [{0 creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: 33333333-aaaa-bbbb-cccc-444444444444, api error VpcLimitExceeded: The maximum number of VPCs has been reached.  []}]`,
			},
			want: `create failed: creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, api error VpcLimitExceeded: The maximum number of VPCs has been reached`,
		},
		"NotAuthorized": {
			reason: "The name of the session, and the encoded message, differ each time.",
			tries: []string{
				`create failed: operation error EC2: CreateVpc, https response error StatusCode: 403, RequestID: 11111111-aaaa-bbbb-cccc-222222222222, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/crossplane/1710000000000 is not authorized to perform: ec2:CreateVpc because no identity-based policy allows the ec2:CreateVpc action. Encoded authorization failure message: -k5lfQ8_2xYz-Ab`,
				`create failed: operation error EC2: CreateVpc, https response error StatusCode: 403, RequestID: 33333333-aaaa-bbbb-cccc-444444444444, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/crossplane/1710000099999 is not authorized to perform: ec2:CreateVpc because no identity-based policy allows the ec2:CreateVpc action. Encoded authorization failure message: Zy9_otherOne`,
			},
			want: `create failed: operation error EC2: CreateVpc, https response error StatusCode: 403, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/crossplane/… is not authorized to perform: ec2:CreateVpc because no identity-based policy allows the ec2:CreateVpc action`,
		},
		"Credentials": {
			reason: "A message that is too long loses its middle: its ends have what failed and why.",
			tries: []string{
				`connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: failed to retrieve aws credentials from aws config: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 4a8524d5-fc0e-46ff-9000-fd823d1b8661, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
				`connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: failed to retrieve aws credentials from aws config: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 5b8524d5-fc0e-46ff-9000-fd823d1b8662, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
			},
			want: `connect failed: cannot initialize the Terraform plugin SDK async external client: cannot get terraform setup: failed to … : failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
		},
		"NodesDoNotJoin": {
			reason: "EKS launches other instances for each attempt.",
			tries: []string{
				`create failed: async create failed: failed to create the resource: [{0 waiting for EKS Node Group (demo:system) create: unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: i-04f75f53f0d51d3a8: NodeCreationFailure: Instances failed to join the kubernetes cluster  []}]`,
				`create failed: async create failed: failed to create the resource: [{0 waiting for EKS Node Group (demo:system) create: unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: i-03470a0fb3778068b, i-0b7f47eab3f4c38f7: NodeCreationFailure: Instances failed to join the kubernetes cluster  []}]`,
			},
			want: `create failed: waiting for EKS Node Group (demo:system) create: unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: i-…: NodeCreationFailure: Instances failed to join the kubernetes cluster`,
		},
		"StillRunning": {
			reason: "Each attempt has another time.",
			tries: []string{
				`update failed: update operation that started at 2026-01-01 10:00:00.123456789 +0000 UTC m=+12.5 is still running`,
				`update failed: update operation that started at 2026-01-01 10:10:00.987654321 +0000 UTC m=+612.75 is still running`,
				`update failed: update operation that started at 2026-01-01T10:20:00Z is still running`,
			},
			want: `update failed: update operation that started at … is still running`,
		},
		"Unreachable": {
			reason: "Each connection has another port.",
			tries: []string{
				`observe failed: failed to get last helm release: Kubernetes cluster unreachable: Get "https://ABC.gr7.eu-west-3.eks.amazonaws.com/version": dial tcp: lookup ABC.gr7.eu-west-3.eks.amazonaws.com on 10.96.0.10:53: read udp 10.244.0.7:41234->10.96.0.10:53: i/o timeout`,
				`observe failed: failed to get last helm release: Kubernetes cluster unreachable: Get "https://ABC.gr7.eu-west-3.eks.amazonaws.com/version?timeout=32s": dial tcp: lookup ABC.gr7.eu-west-3.eks.amazonaws.com on 10.96.0.10:53: read udp 10.244.0.7:59999->10.96.0.10:53: i/o timeout`,
			},
			want: `observe failed: failed to get last helm release: Kubernetes cluster unreachable: Get "https://ABC.gr7.eu-west-3.eks.amazonaws.com/version": dial tcp: lookup ABC.gr7.eu-west-3.eks.amazonaws.com on 10.96.0.10:53: read udp 10.244.0.7->10.96.0.10:53: i/o timeout`,
		},
		"Presigned": {
			reason: "A URL may contain a signature, and the cluster's token is one.",
			tries: []string{
				`observe failed: Post "https://sts.eu-west-3.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Credential=ASIAQWERTYUIOPASDFGH&X-Amz-Signature=abc": token k8s-aws-v1.aHR0cHM6Ly9 of ASIAQWERTYUIOPASDFGH has expired`,
				`observe failed: Post "https://sts.eu-west-3.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Credential=ASIAOTHEROTHEROTHER1&X-Amz-Signature=def": token k8s-aws-v1.b3RoZXI of ASIAOTHEROTHEROTHER1 has expired`,
			},
			want: `observe failed: Post "https://sts.eu-west-3.amazonaws.com/": token … of … has expired`,
		},
		"NoKind": {
			reason: "A message without noise stays as is.",
			tries:  []string{`observe failed: cannot get object: no matches for kind "NodePool" in version "karpenter.sh/v1"`},
			want:   `observe failed: cannot get object: no matches for kind "NodePool" in version "karpenter.sh/v1"`,
		},
		"OneLine": {
			reason: "A condition must fit a table.",
			tries:  []string{"1 error occurred:\n\t* first\r\n\x00\n", "1 error occurred:   * first"},
			want:   "1 error occurred: * first",
		},
		"Attempts": {
			reason: "The number of attempts is omitted.",
			tries:  []string{"exceeded retries, attempt 3/25, waited 1m2.345s", "exceeded retries, attempt 4/25, waited 2m0.1s"},
			want:   "exceeded retries, attempt …, waited …",
		},
		"Pointers": {
			reason: "An address in memory differs each time.",
			tries:  []string{"invalid: &v1.Object{0xc000123456}", "invalid: &v1.Object{0xc0009abcde}"},
			want:   "invalid: &v1.Object{…}",
		},
		"NotUTF8": {
			reason: "The protocol requires UTF-8.",
			tries:  []string{"bad \xff\xfe byte"},
			want:   "bad … byte",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for _, try := range tc.tries {
				if diff := cmp.Diff(tc.want, Summarize(try)); diff != "" {
					t.Errorf("\n%s\nquote(...): -want, +got:\n%s", tc.reason, diff)
				}
			}
		})
	}
}

// FuzzQuote requires that any message becomes one short line.
func FuzzQuote(f *testing.F) {
	f.Add("create failed: [{0 a  []}]")
	f.Add("\xff\n" + strings.Repeat("é ", limit))
	f.Fuzz(func(t *testing.T, s string) {
		q := Summarize(s)
		if !utf8.ValidString(q) || utf8.RuneCountInString(q) > limit || strings.ContainsAny(q, "\n\r\t") {
			t.Errorf("quote(%q) is %q", s, q)
		}
	})
}
