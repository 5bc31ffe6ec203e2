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

// A family of images, as Karpenter spells it.
type family struct {
	name string

	// device of the volume for container images and pods.
	device string

	// system is the device of a volume of its own for the operating system, or empty.
	system string
}

var families = map[string]family{
	"al2023":       {name: "AL2023", device: "/dev/xvda"},
	"bottlerocket": {name: "Bottlerocket", device: "/dev/xvdb", system: "/dev/xvda"},
}

// systemGiB is the size of a volume for the operating system, as Karpenter has it by default:
// https://karpenter.sh/docs/concepts/nodeclasses/#specblockdevicemappings
const systemGiB = 4

// volumes of a node. All are listed, because Karpenter maps and encrypts none of its own beside
// them: one that isn't listed is as its image has it.
func (f family) volumes(gib int32) []any {
	vs := []any{volume(f.device, gib)}
	if f.system != "" {
		return append([]any{volume(f.system, systemGiB)}, vs...)
	}
	return vs
}

func volume(device string, gib int32) map[string]any {
	return map[string]any{
		"deviceName": device,
		"ebs": map[string]any{
			"volumeSize":          fmt.Sprintf("%dGi", gib),
			"volumeType":          "gp3",
			"encrypted":           true,
			"deleteOnTermination": true,
		},
	}
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
		"blockDeviceMappings":        f.volumes(c.VolumeSizeGiB),
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
