package aws

import (
	"regexp"
	"slices"
	"strings"
)

// instanceFamilies are the families of EC2 instance types, in order. Source: the table of
// network limits in Karpenter v1.15.1, which was generated on 2026-08-06:
// https://github.com/aws/karpenter-provider-aws/blob/v1.15.1/pkg/providers/instancetype/zz_generated.vpclimits.go
var instanceFamilies = strings.Fields(`
	a1 c1 c3 c4 c5 c5a c5ad c5d c5n c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7g-flex c7gd
	c7gn c7i c7i-flex c8a c8g c8g-flex c8gb c8gd c8gn c8i c8i-flex c8ib c8id c8in c8ine c9g
	c9gd d2 d3 d3en dl1 dl2q f1 f2 g4ad g4dn g5 g5g g6 g6e g6f g7 g7e gr6 gr6f h1 hpc7g i2
	i3 i3en i4g i4i i7i i7ie i8g i8ge im4gn inf1 inf2 is4gen m1 m2 m3 m4 m5 m5a m5ad m5d
	m5dn m5n m5zn m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7g-flex m7gd m7i m7i-flex m8a
	m8azn m8g m8g-flex m8gb m8gd m8gn m8i m8i-flex m8ib m8id m8idb m8idn m8in m8ine m9g m9gd
	mac-m3ultra mac-m4 mac-m4max mac-m4pro mac1 mac2 mac2-m1ultra mac2-m2 mac2-m2pro p3 p3dn
	p4d p4de p5 p5e p5en p6-b200 p6-b300 r3 r4 r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i
	r6id r6idn r6in r7a r7g r7gd r7i r7iz r8a r8g r8gb r8gd r8gn r8i r8i-flex r8ib r8id
	r8idb r8idn r8in t1 t2 t3 t3a t4g trn1 trn1n u-3tb1 u-6tb1 u7i-12tb u7i-6tb u7i-8tb
	u7in-16tb u7in-24tb u7in-32tb vt1 x1 x1e x2gd x2idn x2iedn x2iezn x8aedz x8g x8i z1d
`)

// InstanceFamilies are the families of EC2 instance types, such as m7i, that were known on
// 2026-08-06.
func InstanceFamilies() []string { return slices.Clone(instanceFamilies) }

// InstanceFamily of an EC2 instance type: m7i of m7i.large.
func InstanceFamily(instanceType string) string {
	family, _, _ := strings.Cut(instanceType, ".")
	return family
}

// Architectures of instances, as Kubernetes spells them.
const (
	AMD64 = "amd64"
	ARM64 = "arm64"
)

// graviton matches families with the letter g after their generation, such as m7g and im4gn:
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
var graviton = regexp.MustCompile(`^[a-z]+[0-9]+[a-z]*g`)

// Architecture of an EC2 instance family, or empty for one that isn't known, and for Macs,
// which no AMI of EKS fits. The family a1 is older than the names of Graviton.
func Architecture(family string) string {
	switch {
	case !slices.Contains(instanceFamilies, family), strings.HasPrefix(family, "mac"):
		return ""
	case family == "a1", graviton.MatchString(family):
		return ARM64
	default:
		return AMD64
	}
}

// fourPods are the EC2 instance types that take no more than four pods: those with two
// network interfaces of two IPv4 addresses each. Any other takes eight or more. The source is
// that of instanceFamilies, the formula that of Karpenter and EKS:
// https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
var fourPods = []string{
	"t1.micro", "t2.micro", "t2.nano", "t3.micro", "t3.nano", "t3a.micro", "t3a.nano", "t4g.micro", "t4g.nano",
}

// TakesFourPods reports whether an EC2 instance type takes four pods only. If the VPC CNI
// assigns prefixes, which t1 and t2 don't support, it takes more.
func TakesFourPods(instanceType string) bool { return slices.Contains(fourPods, instanceType) }
