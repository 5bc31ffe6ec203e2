package nodes

import (
	"cmp"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
)

// Types of AMIs:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html
const (
	amiAMD64 = "AL2023_x86_64_STANDARD"
	amiARM64 = "AL2023_ARM_64_STANDARD"
)

// amiTypes by architecture.
var amiTypes = map[string]string{aws.AMD64: amiAMD64, aws.ARM64: amiARM64}

// amiType of the node group: that of the claim, or else that of the instance types. If their
// architecture isn't known, it stays as it is: EKS cannot change it in place.
func amiType(s v1alpha1.SystemNodesSpec, is facts.NodeGroup) string {
	return cmp.Or(s.AMIType, amiTypes[architecture(s.InstanceTypes)], is.AMIType, amiAMD64)
}

// architecture of the first instance type whose architecture is known, or empty.
func architecture(types []string) string {
	for _, t := range types {
		if a := aws.Architecture(aws.InstanceFamily(t)); a != "" {
			return a
		}
	}
	return ""
}

// validateArchitecture of instance types, which must be that of the AMI.
func validateArchitecture(s v1alpha1.SystemNodesSpec, p *field.Path) field.ErrorList {
	want := architecture(s.InstanceTypes)
	for i, t := range s.InstanceTypes {
		if a := aws.Architecture(aws.InstanceFamily(t)); a != "" && a != want {
			return field.ErrorList{field.Invalid(p.Child("instanceTypes").Index(i), t, fmt.Sprintf("is %s, and types before it are %s: a node group has one AMI, so use types of one architecture", a, want))}
		}
	}
	if ami := amiTypes[want]; ami != "" && s.AMIType != "" && s.AMIType != ami {
		return field.ErrorList{field.Invalid(p.Child("amiType"), s.AMIType, fmt.Sprintf("the instance types are %s: set it to %s, or leave it out", want, ami))}
	}
	return nil
}
