package compat

import (
	"slices"
	"strings"
)

// addons are the names of the add-ons that EKS publishes, those of AWS and those of the
// community, in order. Sources, archived copies of which were read on 2026-11-27:
// https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
// https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html
var addons = []string{
	"adot",
	"amazon-cloudwatch-observability",
	"amazon-sagemaker-hyperpod-observability",
	"amazon-sagemaker-hyperpod-taskgovernance",
	"amazon-sagemaker-hyperpod-training-operator",
	"amazon-sagemaker-spaces",
	"aws-ebs-csi-driver",
	"aws-efs-csi-driver",
	"aws-fsx-csi-driver",
	"aws-guardduty-agent",
	"aws-mountpoint-s3-csi-driver",
	"aws-network-flow-monitoring-agent",
	"aws-privateca-connector-for-kubernetes",
	"aws-secrets-store-csi-driver-provider",
	"cert-manager",
	"coredns",
	"eks-node-monitoring-agent",
	"eks-pod-identity-agent",
	"external-dns",
	"fluent-bit",
	"kube-proxy",
	"kube-state-metrics",
	"metrics-server",
	"prometheus-node-exporter",
	"snapshot-controller",
	"sriov-network-metrics-exporter",
	"vpc-cni",
}

// Addons are the names of the add-ons that EKS publishes.
func Addons() []string { return slices.Clone(addons) }

// IsAddon reports whether EKS publishes an add-on of that name. Names of the AWS Marketplace's
// add-ons, such as kubecost_kubecost, contain the seller before an underscore. Any may be
// right: sellers publish new ones every month.
func IsAddon(name string) bool { return slices.Contains(addons, name) || strings.Contains(name, "_") }
