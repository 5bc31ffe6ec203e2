package platform

import "github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"

// Keys of resources that more than one domain refers to. A key identifies a
// composed resource forever.
const (
	KeyVPC                    compose.Key = "vpc"
	KeyInternetGateway        compose.Key = "internet-gateway"
	KeyCluster                compose.Key = "cluster"
	KeySecretsKey             compose.Key = "secrets-key"
	KeySecretsKeyAlias        compose.Key = "secrets-key-alias"
	KeyClusterAuth            compose.Key = "cluster-auth"
	KeyKubeconfig             compose.Key = "kubeconfig"
	KeyArgoCDCluster          compose.Key = "argocd-cluster"
	KeyClusterRole            compose.Key = "cluster-role"
	KeyOIDCProvider           compose.Key = "oidc-provider"
	KeySystemNodeRole         compose.Key = "system-node-role"
	KeySystemLaunchTemplate   compose.Key = "system-launch-template"
	KeySystemNodeGroup        compose.Key = "system-node-group"
	KeyVPCCNIRole             compose.Key = "vpc-cni-role"
	KeyEBSCSIRole             compose.Key = "ebs-csi-role"
	KeyKarpenterRelease       compose.Key = "karpenter"
	KeyKarpenterCRDRelease    compose.Key = "karpenter-crd"
	KeyKarpenterNodeRole      compose.Key = "karpenter-node-role"
	KeyKarpenterAssociation   compose.Key = "karpenter-pod-identity"
	KeyKarpenterQueue         compose.Key = "karpenter-queue"
	KeyHelmProviderConfig     compose.Key = "helm-provider-config"
	KeyKubernetesProviderConf compose.Key = "kubernetes-provider-config"
)

// KeyPrivateSubnet of a zone.
func KeyPrivateSubnet(z Zone) compose.Key { return compose.Key("subnet-private-" + z.Label) }

// KeyPublicSubnet of a zone.
func KeyPublicSubnet(z Zone) compose.Key { return compose.Key("subnet-public-" + z.Label) }

// KeyNATGateway of a zone.
func KeyNATGateway(z Zone) compose.Key { return compose.Key("nat-gateway-" + z.Label) }

// KeyNATAddress of a zone's NAT gateway.
func KeyNATAddress(z Zone) compose.Key { return compose.Key("nat-address-" + z.Label) }
