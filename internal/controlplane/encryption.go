package controlplane

import (
	eks "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"
	kms "github.com/upbound/provider-aws/v2/apis/namespaced/kms/v1beta1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// ownKey tells whether the platform has a KMS key of its own.
func ownKey(p platform.Plan) bool {
	e := p.Spec.ControlPlane.SecretsEncryption
	return e.Enabled && e.KeyARN == ""
}

// secretsKey encrypts the Secrets of the cluster.
func secretsKey(p platform.Plan) []compose.Resource {
	if !ownKey(p) {
		return nil
	}
	key := p.AWS(platform.KeySecretsKey, &kms.Key{Spec: kms.KeySpec{ForProvider: kms.KeyParameters{
		Region:            new(p.Spec.Region),
		Description:       new("Kubernetes Secrets of " + p.Spec.ClusterName),
		EnableKeyRotation: new(true),
		Policy:            new(secretsKeyPolicy(p).JSON()),
		Tags:              p.Tags(),
	}}}).
		Guarded("nobody can read the cluster's Secrets without this key, in backups neither: "+p.Instead()).
		Outlives(platform.KeyCluster, "the control plane reads Secrets with this key").
		Needs(p.AccountKnown(), platform.AccountID, "spec.forProvider.policy")
	alias := p.AWS(platform.KeySecretsKeyAlias, &kms.Alias{ObjectMeta: platform.External(aliasName(p)), Spec: kms.AliasSpec{ForProvider: kms.AliasParameters{
		Region:         new(p.Spec.Region),
		TargetKeyIDRef: p.Ref(platform.KeySecretsKey),
	}}})
	return []compose.Resource{key, alias}
}

// aliasName is without alias/, which the provider adds.
func aliasName(p platform.Plan) string {
	return aws.Name(aws.LimitKMSAlias, "eks/"+p.Spec.ClusterName)
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
			Principal: iam.Principal{AWS: []string{p.RoleARN(p.ClusterRoleName())}},
			Actions:   []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ListGrants", "kms:ReEncrypt*"},
			Resources: []string{"*"},
		},
	}}
}

// encryptionConfig names our own key by its alias, whose ARN is known before the
// key is made. EKS looks the key up when it creates the cluster and keeps that
// key's ARN:
// https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
func encryptionConfig(p platform.Plan) *eks.EncryptionConfigInitParameters {
	e := p.Spec.ControlPlane.SecretsEncryption
	if !e.Enabled {
		return nil
	}
	arn := e.KeyARN
	if ownKey(p) {
		arn = p.ARN("kms", p.Spec.Region, "alias/"+aliasName(p))
	}
	return &eks.EncryptionConfigInitParameters{
		Provider:  &eks.ProviderInitParameters{KeyArn: new(arn)},
		Resources: []*string{new("secrets")},
	}
}
