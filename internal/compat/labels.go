package compat

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Label domains that Karpenter reserves.
const (
	domainKarpenter = "karpenter.sh"
	domainAWS       = "karpenter.k8s.aws"
)

// awsLabels are the labels of domainAWS that a NodePool may require, and the
// first chart that supports them; nil is older than all supported charts.
//
// They come from the rules in the NodePool's custom resource definition, not
// from https://karpenter.sh/docs/concepts/scheduling/#well-known-labels: that
// page still lists instance-pods, which the API server refuses.
var awsLabels = map[string]*semver.Version{
	"capacity-reservation-id":                  nil,
	"capacity-reservation-interruptible":       semver.MustParse("1.10.0"),
	"capacity-reservation-type":                nil,
	"instance-accelerator-count":               nil,
	"instance-accelerator-manufacturer":        nil,
	"instance-accelerator-name":                nil,
	"instance-capability-flex":                 nil,
	"instance-category":                        nil,
	"instance-cpu":                             nil,
	"instance-cpu-manufacturer":                nil,
	"instance-cpu-sustained-clock-speed-mhz":   nil,
	"instance-ebs-bandwidth":                   nil,
	"instance-encryption-in-transit-supported": nil,
	"instance-family":                          nil,
	"instance-generation":                      nil,
	"instance-gpu-count":                       nil,
	"instance-gpu-manufacturer":                nil,
	"instance-gpu-memory":                      nil,
	"instance-gpu-name":                        nil,
	"instance-hypervisor":                      nil,
	"instance-local-nvme":                      nil,
	"instance-memory":                          nil,
	"instance-network-bandwidth":               nil,
	"instance-size":                            nil,
	"instance-tenancy":                         nil,
	"placement-group-id":                       semver.MustParse("1.11.0"),
	"placement-group-partition":                semver.MustParse("1.11.0"),
}

// refusedLabels are labels that a NodePool must not require, with the reason.
var refusedLabels = map[string]string{
	"karpenter.sh/nodepool":  "Karpenter sets it to the NodePool's own name",
	"kubernetes.io/hostname": "a node has its name only once it runs",

	// The API server would accept this one, but the controller would not: the
	// NodePool would never become ready.
	domainAWS + "/ec2nodeclass": "set nodeClassName instead",
}

// RequirementKey returns an error if NodePools of a chart must not have a
// requirement on a label:
// https://karpenter.sh/docs/concepts/nodepools/#spectemplatespecrequirements
//
// It is as strict as the API server and Karpenter are: labels of domains that
// Karpenter reserves must be in the table, all others are allowed. Of
// Kubernetes' labels only kubernetes.io/hostname is refused.
func RequirementKey(key string, chart *semver.Version) error {
	if why, ok := refusedLabels[key]; ok {
		return fmt.Errorf("label %s cannot be required: %s", key, why)
	}

	// As in Karpenter's rules, a key without a slash counts as a domain, and
	// subdomains are restricted, too.
	domain, name, _ := strings.Cut(key, "/")
	switch {
	case key == domainKarpenter+"/capacity-type":
		return nil
	case strings.HasSuffix(domain, domainKarpenter):
		return fmt.Errorf("label %s cannot be required: of the domain %s only capacity-type can", key, domainKarpenter)
	case !strings.HasSuffix(domain, domainAWS):
		return nil
	}

	since, ok := awsLabels[name]
	if !ok || domain != domainAWS {
		return fmt.Errorf("label %s cannot be required: of the domain %s only these can: %s", key, domainAWS, strings.Join(slices.Sorted(maps.Keys(awsLabels)), ", "))
	}
	if since != nil && chart.LessThan(since) {
		return fmt.Errorf("chart %s does not know label %s: set spec.karpenter.version to %s or later", chart, key, since)
	}
	return nil
}
