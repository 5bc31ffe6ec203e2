package karpenter

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

// testScope is the scope of a cluster like that of the golden files.
func testScope(chart string) scope {
	return scope{
		partition:    "aws",
		region:       "eu-west-3",
		account:      "123456789012",
		cluster:      "Seafarer-cluster",
		nodeRoleARN:  "arn:aws:iam::123456789012:role/KarpenterNodeRole-Seafarer-cluster",
		queueARN:     "arn:aws:sqs:eu-west-3:123456789012:Seafarer-cluster",
		version:      semver.MustParse(chart),
		interruption: true,
	}
}

func TestGolden(t *testing.T) {
	s := testScope("1.14.1")
	docs := map[string]iam.Document{"queue": queuePolicy(s.queueARN)}
	for _, p := range controllerPolicies(s) {
		docs[p.key] = p.document
	}

	for key, d := range docs {
		t.Run(key, func(t *testing.T) {
			b := &bytes.Buffer{}
			if err := json.Indent(b, []byte(d.JSON()), "", "  "); err != nil {
				t.Fatal(err)
			}
			b.WriteByte('\n')

			path := filepath.Join("testdata", "policy-"+key+".json")
			if *update {
				if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}

			want, err := os.ReadFile(filepath.Clean(path))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("The policy must be the official one of chart 1.14.\n%s: -want, +got:\n%s", path, diff)
			}
		})
	}
}

func TestControllerPolicies(t *testing.T) {
	type policy struct {
		Key, Title string
		Size       int
	}

	quiet := testScope("1.14.1")
	quiet.interruption = false

	cases := map[string]struct {
		reason string
		args   scope
		want   []policy
	}{
		"All": {
			reason: "With interruption handling there are five policies, in the official order. IAMIntegration is four characters smaller than the template's 1798, which writes two single actions as lists.",
			args:   testScope("1.14.1"),
			want: []policy{
				{Key: "node-lifecycle", Title: "NodeLifecycle", Size: 2795},
				{Key: "iam-integration", Title: "IAMIntegration", Size: 1794},
				{Key: "eks-integration", Title: "EKSIntegration", Size: 201},
				{Key: "interruption", Title: "Interruption", Size: 230},
				{Key: "resource-discovery", Title: "ResourceDiscovery", Size: 996},
			},
		},
		"NoInterruption": {
			reason: "Without a queue, the policy to read from it is missing.",
			args:   quiet,
			want: []policy{
				{Key: "node-lifecycle", Title: "NodeLifecycle", Size: 2795},
				{Key: "iam-integration", Title: "IAMIntegration", Size: 1794},
				{Key: "eks-integration", Title: "EKSIntegration", Size: 201},
				{Key: "resource-discovery", Title: "ResourceDiscovery", Size: 996},
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := []policy{}
			for _, p := range controllerPolicies(tc.args) {
				got = append(got, policy{Key: p.key, Title: p.title, Size: p.document.Size()})
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s\ncontrollerPolicies(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSizes: every document must fit IAM's limit, even with the longest possible names.
func TestSizes(t *testing.T) {
	cases := map[string]struct {
		reason string
		region string
	}{
		"aws":        {reason: "One character more than the longest region today.", region: "ap-southeast-10"},
		"aws-cn":     {reason: "The longest region of the partition.", region: "cn-northwest-1"},
		"aws-us-gov": {reason: "The longest region of the partition.", region: "us-gov-west-1"},
	}

	for partition, tc := range cases {
		t.Run(partition, func(t *testing.T) {
			s := testScope("1.15.1")
			s.partition, s.region, s.cluster = partition, tc.region, strings.Repeat("x", 100)
			s.nodeRoleARN = "arn:" + partition + ":iam::123456789012:role/" + strings.Repeat("x", 64)
			s.queueARN = "arn:" + partition + ":sqs:" + tc.region + ":123456789012:" + strings.Repeat("x", 80)

			for _, p := range controllerPolicies(s) {
				if got := p.document.Size(); got > iam.MaxManagedPolicySize {
					t.Errorf("%s\n%s has %d characters, want at most %d", tc.reason, p.key, got, iam.MaxManagedPolicySize)
				}
			}
		})
	}
}

// TestScope: every ARN must be in the scope's partition and region, and every name must be
// the cluster's.
func TestScope(t *testing.T) {
	s := testScope("1.14.1")
	s.partition, s.region = "aws-cn", "cn-north-1"
	s.nodeRoleARN = "arn:aws-cn:iam::123456789012:role/nodes"
	s.queueARN = "arn:aws-cn:sqs:cn-north-1:123456789012:queue"

	arn := regexp.MustCompile(`"arn:[^"]*"`)
	in := regexp.MustCompile(`^"arn:aws-cn:((ec2|eks|sqs|ssm):cn-north-1|iam:):(123456789012|\*|):`)
	for _, p := range controllerPolicies(s) {
		for _, a := range arn.FindAllString(p.document.JSON(), -1) {
			if !in.MatchString(a) {
				t.Errorf("%s: %s is not in the scope", p.key, a)
			}
		}
	}
}

func FuzzControllerPolicies(f *testing.F) {
	f.Add("aws", "eu-west-3", "123456789012", "Seafarer-cluster", "arn:aws:iam::123456789012:role/nodes", "arn:aws:sqs:eu-west-3:123456789012:q")
	f.Add(`"`, `\`, "\n", `","aws:x":"`, `"}]}`, "<&>")

	f.Fuzz(func(t *testing.T, partition, region, account, cluster, nodeRoleARN, queueARN string) {
		s := scope{partition: partition, region: region, account: account, cluster: cluster, nodeRoleARN: nodeRoleARN, queueARN: queueARN, version: semver.MustParse("1.14.1"), interruption: true}
		for _, p := range controllerPolicies(s) {
			got := struct {
				Version   string
				Statement []struct {
					Sid, Effect                 string
					Action, Resource, Condition any
				}
			}{}
			d := json.NewDecoder(strings.NewReader(p.document.JSON()))
			d.DisallowUnknownFields()
			if err := d.Decode(&got); err != nil {
				t.Fatalf("%s is not a policy: %v", p.key, err)
			}
			for i, st := range got.Statement {
				want := p.document.Statements[i]
				if st.Sid != want.Sid || st.Effect != iam.Allow {
					t.Errorf("%s: statement %d is %s %s, want Allow %s", p.key, i, st.Effect, st.Sid, want.Sid)
				}
			}
			if len(got.Statement) != len(p.document.Statements) {
				t.Errorf("%s: has %d statements, want %d", p.key, len(got.Statement), len(p.document.Statements))
			}
		}
	})
}
