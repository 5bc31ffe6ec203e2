package karpenter

import (
	"fmt"
	"strings"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// A family of images, as Karpenter spells it, and the device of the volume for container
// images and pods.
type family struct {
	name, device string
}

var families = map[string]family{
	"al2023":       {name: "AL2023", device: "/dev/xvda"},
	"bottlerocket": {name: "Bottlerocket", device: "/dev/xvdb"},
}

// nodeClass is an EC2NodeClass of Karpenter.
func nodeClass(p platform.Plan, s v1alpha1.KarpenterSpec, c v1alpha1.NodeClassSpec) compose.Resource {
	alias, _, _ := strings.Cut(c.AMIAlias, "@")
	f := families[alias]
	discovered := []any{map[string]any{"tags": p.Discovery()}}
	spec := map[string]any{
		"amiFamily":                  f.name,
		"amiSelectorTerms":           []any{map[string]any{"alias": c.AMIAlias}},
		"role":                       nodeRoleName(p, s),
		"subnetSelectorTerms":        discovered,
		"securityGroupSelectorTerms": discovered,
		"tags":                       p.NodeTags(c.Tags, p.Discovery()),
		"blockDeviceMappings": []any{map[string]any{
			"deviceName": f.device,
			"ebs": map[string]any{
				"volumeSize":          fmt.Sprintf("%dGi", c.VolumeSizeGiB),
				"volumeType":          "gp3",
				"encrypted":           true,
				"deleteOnTermination": true,
			},
		}},
		"metadataOptions": map[string]any{
			"httpEndpoint":            "enabled",
			"httpProtocolIPv6":        "disabled",
			"httpPutResponseHopLimit": 1,
			"httpTokens":              "required",
		},
	}
	if c.UserData != "" {
		spec["userData"] = c.UserData
	}
	return drained(p, key.NodeClass(c.Name), ready(manifest.Of(map[string]any{
		"apiVersion": "karpenter.k8s.aws/v1",
		"kind":       "EC2NodeClass",
		"metadata":   map[string]any{"name": c.Name},
		"spec":       spec,
	}))).Refers(key.KarpenterNodeRole)
}
