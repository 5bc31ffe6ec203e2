package facts

import (
	"testing"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

func TestOwnership(t *testing.T) {
	ours, theirs := fields{"platform.seafarer.cloud/owner": "team/a"}, fields{"platform.seafarer.cloud/owner": "other/a"}
	look, create, manage := []any{"Observe"}, []any{"Observe", "Create", "Delete"}, []any{"Observe", "Create", "Update", "Delete"}
	role := func(policies []any, at fields, message string) fields {
		return fields{
			"apiVersion": "iam.aws.m.upbound.io/v1beta1", "kind": "Role", "metadata": fields{"name": "a"},
			"spec":   fields{"managementPolicies": policies},
			"status": fields{"atProvider": at, "conditions": []any{fields{"type": "Synced", "status": "False", "message": message}}},
		}
	}
	const absent = "observe failed: external resource does not exist"
	cases := map[string]struct {
		reason string
		role   fields
		want   Ownership
		owner  string
	}{
		"Unseen":    {reason: "AWS has reported nothing.", role: role(look, nil, ""), want: Unseen},
		"Denied":    {reason: "What cannot be looked at waits.", role: role(look, nil, "AccessDenied"), want: Unseen},
		"Absent":    {reason: "The name is free.", role: role(look, nil, absent), want: Absent},
		"Freed":     {reason: "A provider doesn't remove its earlier report.", role: role(look, fields{"id": "a", "tags": theirs}, absent), want: Absent},
		"Creating":  {reason: "It may be created.", role: role(create, nil, absent), want: Creating},
		"Begun":     {reason: "Its creation goes on.", role: role(create, nil, ""), want: Creating},
		"Created":   {reason: "AWS reports the owner's tag.", role: role(create, fields{"id": "a", "tags": ours}, ""), want: Owned},
		"Raced":     {reason: "Another has created it at the same time.", role: role(create, fields{"id": "a", "tags": theirs}, ""), want: Foreign, owner: "other/a"},
		"Restored":  {reason: "The claim was restored without its objects.", role: role(look, fields{"id": "a", "tagsAll": ours}, ""), want: Owned},
		"Foreign":   {reason: "It's another platform's.", role: role(look, fields{"id": "a", "tags": theirs}, ""), want: Foreign, owner: "other/a"},
		"Untagged":  {reason: "It may be anybody's.", role: role(look, fields{"id": "a"}, ""), want: Foreign, owner: "an unknown owner (it has no tags)"},
		"Terraform": {reason: "Tags may show the owner.", role: role(look, fields{"id": "a", "tags": fields{"team": "b", "managed-by": "terraform"}}, ""), want: Foreign, owner: "another owner (its tags: managed-by=terraform, team=b)"},
		"Managed":   {reason: "It's older than the tag.", role: role(manage, fields{"id": "a"}, ""), want: Owned},
		"All":       {reason: "Without policies, all is allowed.", role: fields{"apiVersion": "iam.aws.m.upbound.io/v1beta1", "kind": "Role", "metadata": fields{"name": "a"}}, want: Owned},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := read(t, claim.Claim{Owner: "a", Namespace: "team", Stored: true}, nil, map[key.Key]fields{key.ClusterRole: tc.role})
			got, owner := f.Ownership(key.ClusterRole)
			if got != tc.want || owner != tc.owner {
				t.Errorf("%s\nOwnership(...): want %d %q, got %d %q", tc.reason, tc.want, tc.owner, got, owner)
			}
			if want := tc.want == Owned || tc.want == Creating; f.Exists(key.ClusterRole) != want {
				t.Errorf("%s\nExists(...): want %t", tc.reason, want)
			}
		})
	}
}

// TestForeignCluster is none of the platform's: nothing of it is known, or published.
func TestForeignCluster(t *testing.T) {
	foreign := fields{
		"apiVersion": "eks.aws.m.upbound.io/v1beta1", "kind": "Cluster", "metadata": fields{"name": "a"},
		"spec": fields{"managementPolicies": []any{"Observe"}},
		"status": fields{"atProvider": fields{
			"id": "a", "arn": "arn:aws:eks:eu-west-3:111111111111:cluster/a", "endpoint": "https://ABC.gr7.eu-west-3.eks.amazonaws.com",
			"version": "1.35", "vpcConfig": fields{"vpcId": "vpc-1"}, "deletionProtection": false,
		}},
	}
	f := read(t, claim.Claim{Owner: "a", Namespace: "team", Stored: true}, nil, map[key.Key]fields{key.Cluster: foreign})
	if c := f.Cluster; c.ARN != "" || c.Endpoint != "" || c.Version != "" || c.Exists || f.Network.VPCID != "" {
		t.Errorf("want no facts of another's cluster, got %+v in %q", c, f.Network.VPCID)
	}
}

// TestRestoredCluster retains the KMS key and the VPC that it has, although their objects are
// lost. The alias of the platform's key belongs to whom the key does.
func TestRestoredCluster(t *testing.T) {
	const arn = "arn:aws:kms:eu-west-3:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	cluster := fields{
		"apiVersion": "eks.aws.m.upbound.io/v1beta1", "kind": "Cluster", "metadata": fields{"name": "a"},
		"spec": fields{"managementPolicies": []any{"Observe"}},
		"status": fields{"atProvider": fields{
			"id": "a", "tags": fields{"platform.seafarer.cloud/owner": "team/a"}, "vpcConfig": fields{"vpcId": "vpc-1"},
			"encryptionConfig": fields{"provider": fields{"keyArn": arn}},
		}},
	}
	alias := fields{
		"apiVersion": "kms.aws.m.upbound.io/v1beta1", "kind": "Alias", "metadata": fields{"name": "a"},
		"spec":   fields{"managementPolicies": []any{"Observe"}},
		"status": fields{"atProvider": fields{"id": "alias/eks/a", "targetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}},
	}
	c := claim.Claim{Owner: "a", Namespace: "team", Stored: true}
	f := read(t, c, nil, map[key.Key]fields{key.Cluster: cluster, key.SecretsKeyAlias: alias})
	if f.Cluster.VPCID != "vpc-1" || f.Cluster.SecretsEncryption != arn {
		t.Errorf("want the VPC and the key of the cluster, got %q, %q", f.Cluster.VPCID, f.Cluster.SecretsEncryption)
	}
	k := fields{
		"apiVersion": "kms.aws.m.upbound.io/v1beta1", "kind": "Key",
		"metadata": fields{"name": "a", "annotations": fields{"crossplane.io/external-name": "1234abcd-12ab-34cd-56ef-1234567890ab"}},
	}
	for want, composed := range map[Ownership]map[key.Key]fields{Foreign: {key.SecretsKeyAlias: alias}, Owned: {key.SecretsKeyAlias: alias, key.SecretsKey: k}} {
		f := read(t, c, nil, composed)
		if is, _ := f.Ownership(key.SecretsKeyAlias); is != want {
			t.Errorf("the alias: want %d, got %d", want, is)
		}
	}
}
