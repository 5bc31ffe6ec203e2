package karpenter

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
)

const (
	// maxUserData of an instance, in bytes before they are encoded in base64:
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
	maxUserData = 16384

	// minOwnUserData is the least that Karpenter adds, in bytes: the address, the
	// certificate and the name of the cluster, labels, taints and settings of the kubelet.
	// In Karpenter's own tests it's 521 for Bottlerocket and 761 for AL2023, with a
	// certificate of 16 and an address of 20 bytes. Those of EKS have 1,368 or more and some
	// 75: https://github.com/aws/karpenter-provider-aws/tree/v1.14.1/pkg/providers/launchtemplate/testdata
	minOwnUserData = 1800

	// largeUserData leaves little room for what Karpenter adds, in bytes.
	largeUserData = 12 << 10
)

// validateUserData, which must leave room for what Karpenter adds.
func validateUserData(nc v1alpha1.NodeClassSpec, p *field.Path) field.ErrorList {
	size := len(nc.UserData)
	if isBottlerocket(nc) {
		size = sizeTOML(nc.UserData)
	}
	if size <= maxUserData-minOwnUserData {
		return nil
	}
	return field.ErrorList{field.Forbidden(p, fmt.Sprintf("EC2 allows %d bytes of user data, of which Karpenter needs %d or more: these are %d bytes: remove %d, or download what they contain", maxUserData, minOwnUserData, size, size-maxUserData+minOwnUserData))}
}

// sizeTOML is the size of TOML without comments and indentation, which are lost when
// Karpenter merges its settings into it.
func sizeTOML(s string) int {
	size := 0
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			size += len(line) + len("\n")
		}
	}
	return size
}
