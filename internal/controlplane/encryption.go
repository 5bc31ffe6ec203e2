package controlplane

import (
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"
	kms "github.com/upbound/provider-aws/v2/apis/namespaced/kms/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// ownKey reports whether the platform has a KMS key of its own.
func ownKey(p platform.Plan) bool {
	e := p.SecretsEncryption
	return e.Enabled && e.KeyARN == ""
}

// secretsKey encrypts the Secrets of the cluster.
func secretsKey(p platform.Plan) []compose.Resource {
	if !ownKey(p) {
		return nil
	}
	own := p.AWS(key.SecretsKey, &kms.Key{Spec: kms.KeySpec{ForProvider: kms.KeyParameters{
		Region:            new(p.Region),
		Description:       new("Kubernetes Secrets of " + p.ClusterName),
		EnableKeyRotation: new(true),
		Policy:            new(secretsKeyPolicy(p).JSON()),
		Tags:              p.Tags(),
	}}}).
		Guarded("without this key the cluster's Secrets are unreadable, in backups as well: "+p.DeletionHint()).
		DeletedAfter(key.Cluster, "the control plane reads Secrets with this key").
		Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.policy")
	alias := p.AWS(key.SecretsKeyAlias, &kms.Alias{ObjectMeta: platform.External(aliasName(p)), Spec: kms.AliasSpec{ForProvider: kms.AliasParameters{
		Region:         new(p.Region),
		TargetKeyIDRef: p.Ref(key.SecretsKey),
	}}})
	return []compose.Resource{own, alias}
}

// aliasName is without alias/, which the provider adds.
func aliasName(p platform.Plan) string {
	return aws.Name(aws.LimitKMSAlias, "eks/"+p.ClusterName)
}

// secretsKeyPolicy leaves the key to the account's own IAM policies, so that it
// can never become unmanageable, and lets the control plane use it.
func secretsKeyPolicy(p platform.Plan) iam.Document {
	return iam.Document{Statements: []iam.Statement{
		{
			Sid:       "Default",
			Principal: iam.Principal{AWS: []string{p.ARN("iam", "", "root")}},
			Actions:   []string{"kms:*"},
			Resources: []string{"*"},
		},
		{
			Sid:       "KeyUsage",
			Principal: iam.Principal{AWS: []string{p.RoleARN(roleName(p))}},
			Actions:   []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ListGrants", "kms:ReEncrypt*"},
			Resources: []string{"*"},
		},
	}}
}

// encryptionConfig names the platform's key by its alias, whose ARN is known before the
// key is created. EKS looks the key up when it creates the cluster and retains its ARN:
// https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
func encryptionConfig(p platform.Plan) *eks.EncryptionConfigInitParameters {
	e := p.SecretsEncryption
	if !e.Enabled {
		return nil
	}
	arn := e.KeyARN
	if ownKey(p) {
		arn = p.ARN("kms", p.Region, "alias/"+aliasName(p))
	}
	return &eks.EncryptionConfigInitParameters{
		Provider:  &eks.ProviderInitParameters{KeyArn: new(arn)},
		Resources: []*string{new("secrets")},
	}
}
