package platform

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
)

// Facts for which resources of several domains wait.
var (
	// AccountID is for resources that contain an ARN.
	AccountID = compose.Fact{What: "the AWS account id (spec.accountId, or the first ARN that AWS returns)"}

	// ProviderPrincipal is for the provider's own access entry.
	ProviderPrincipal = compose.Fact{What: "the provider's own identity (providerPrincipalARN of the platform team)"}

	// Address is for resources that give access to the cluster.
	Address = compose.Fact{What: "the address of the Kubernetes API and its certificate authority", From: key.Cluster}

	// OIDCIssuer is for resources that trust the cluster's OIDC issuer.
	OIDCIssuer = compose.Fact{What: "the OIDC issuer that EKS gives the cluster", From: key.Cluster}

	// KubernetesVersion is for resources of a version of Kubernetes.
	KubernetesVersion = compose.Fact{What: "the version of Kubernetes that EKS runs", From: key.Cluster}
)
