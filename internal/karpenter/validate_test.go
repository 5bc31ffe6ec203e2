package karpenter

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
)

// changed claim, which is valid and in three zones by ID before the change.
func changed(change func(*claim.Claim)) claim.Claim {
	c := claim.Claim{ClusterName: "shop", Spec: v1alpha1.SeafarerClusterSpec{
		Region:            "eu-west-3",
		KubernetesVersion: "1.35",
		Network:           v1alpha1.NetworkSpec{CIDR: "10.0.0.0/16"},
		Karpenter: v1alpha1.KarpenterSpec{
			Version:     "1.14.1",
			NodeClasses: []v1alpha1.NodeClassSpec{{Name: "default", AMIAlias: "al2023@latest"}},
			NodePools:   []v1alpha1.NodePoolSpec{{Name: "default", NodeClassName: "default"}},
		},
	}}
	change(&c)
	c.Region, _ = aws.LookupRegion(c.Spec.Region)
	c.Zones, _ = layout.Of(c.Region, c.Spec.Network)
	return c
}

// messages of the errors of a claim.
func messages(c claim.Claim) []string {
	var ms []string
	for _, err := range Validate(c) {
		ms = append(ms, err.Error())
	}
	return ms
}
