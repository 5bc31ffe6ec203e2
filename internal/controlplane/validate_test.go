package controlplane

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

func TestPublicAccessCIDRs(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   string

		// want is the reserved block, or empty.
		want string
	}{
		"Public":        {reason: "Any public address may be allowed.", args: "54.240.193.128/26"},
		"All":           {reason: "EKS has this block by default.", args: "0.0.0.0/0"},
		"Half":          {reason: "It has public addresses, too.", args: "0.0.0.0/1"},
		"Private10":     {reason: "The public endpoint gets no requests from private addresses.", args: "10.1.0.128/27", want: "10.0.0.0/8"},
		"Private172":    {reason: "The public endpoint gets no requests from private addresses.", args: "172.31.0.0/16", want: "172.16.0.0/12"},
		"Beside172":     {reason: "172.32.0.0 is public.", args: "172.32.0.0/16"},
		"Private192":    {reason: "The public endpoint gets no requests from private addresses.", args: "192.168.1.1/32", want: "192.168.0.0/16"},
		"Documentation": {reason: "EKS refuses addresses for documents.", args: "203.0.113.0/24", want: "203.0.113.0/24"},
		"Carrier":       {reason: "Carriers translate these addresses.", args: "100.64.0.0/10", want: "100.64.0.0/10"},
		"Loopback":      {reason: "No request comes from there.", args: "127.0.0.1/32", want: "127.0.0.0/8"},
		"LinkLocal":     {reason: "No request comes from there.", args: "169.254.169.254/32", want: "169.254.0.0/16"},
		"Multicast":     {reason: "No request comes from there.", args: "239.0.0.0/8", want: "224.0.0.0/4"},
		"Broadcast":     {reason: "No request comes from there.", args: "255.255.255.255/32", want: "240.0.0.0/4"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var want []string
			if tc.want != "" {
				want = []string{`spec.controlPlane.endpoint.publicAccessCIDRs[0]: Invalid value: "` + tc.args + `": EKS refuses it: ` + tc.want + " is reserved, and never the source of requests from the internet: use public addresses; privateAccess is for those of the VPC"}
			}
			e := v1alpha1.EndpointSpec{PublicAccess: true, PrivateAccess: true, PublicAccessCIDRs: []string{tc.args}}
			var got []string
			for _, err := range Validate(claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{ControlPlane: v1alpha1.ControlPlaneSpec{Endpoint: e}}}) {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestKey(t *testing.T) {
	const refused = `spec.controlPlane.secretsEncryption.keyARN: Invalid value: "%s": EKS needs a key in the region of the cluster: use one of arn:aws:kms:eu-west-3`
	cases := map[string]struct {
		reason, args string
		want         bool
	}{
		"None":      {reason: "The platform has a key of its own."},
		"Same":      {reason: "The key is in the region.", args: "arn:aws:kms:eu-west-3:123456789012:key/1"},
		"Account":   {reason: "A key may be in another account.", args: "arn:aws:kms:eu-west-3:210987654321:key/mrk-1"},
		"Region":    {reason: "EKS reaches no key in another region.", args: "arn:aws:kms:us-east-1:123456789012:key/1", want: true},
		"Partition": {reason: "There is no such region in the other partition.", args: "arn:aws-cn:kms:eu-west-3:123456789012:key/1", want: true},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{Region: "eu-west-3"}}
			c.Region, _ = aws.LookupRegion(c.Spec.Region)
			c.Spec.ControlPlane.SecretsEncryption = v1alpha1.SecretsEncryptionSpec{Enabled: true, KeyARN: tc.args}
			var want, got []string
			if tc.want {
				want = []string{fmt.Sprintf(refused, tc.args)}
			}
			for _, err := range Validate(c) {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	cases := map[string]struct {
		reason, cidr string
		want         int
	}{
		"None":   {reason: "EKS chooses a block."},
		"Usual":  {reason: "A private block is fine.", cidr: "172.20.0.0/16"},
		"Docker": {reason: "Hosts that run Docker cannot reach Services.", cidr: "172.17.0.0/16", want: 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ws := Warnings(claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{ControlPlane: v1alpha1.ControlPlaneSpec{ServiceCIDR: tc.cidr}}})
			if len(ws) != tc.want {
				t.Errorf("\n%s\nWarnings(...): want %d, got %v", tc.reason, tc.want, ws)
			}
		})
	}
}
