package karpenter

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/manifest"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// An ownValue of the chart is one from which other resources of the platform follow, or which
// follows from them.
type ownValue struct {
	path []string

	// value that the platform has, or nil if a claim must not repeat it.
	value any

	// why it isn't the claim's.
	why string
}

// ownValues of the chart.
func ownValues(c claim.Claim) []ownValue {
	const credentials = "Karpenter's IAM role trusts this service account only"
	return []ownValue{
		{path: []string{"settings", "clusterName"}, value: c.ClusterName, why: "Karpenter's permissions and its discovery of subnets are for the platform's cluster"},
		{path: []string{"settings", "clusterEndpoint"}, why: "it's the endpoint of the platform's cluster"},
		{path: []string{"settings", "interruptionQueue"}, value: queueName(c.ClusterName), why: "the event rules send to the platform's queue, and Karpenter may read no other"},
		{path: []string{"settings", "enableZonalShift"}, value: false, why: "Karpenter's role has no permissions for it"},
		{path: []string{"serviceAccount", "name"}, value: serviceAccount, why: credentials},
		{path: []string{"serviceAccount", "create"}, value: true, why: credentials},
		{path: []string{"serviceAccount", "annotations", annotationRole}, why: "it's the role that the platform creates"},
		{path: []string{"podAnnotations", annotationAssociation}, why: "it restarts the pods when they need other credentials"},
		{path: []string{"nodeSelector", platform.SystemNodeLabel}, value: "true", why: "Karpenter must not run on nodes that it launches"},
		{path: []string{"nodeSelector", "kubernetes.io/os"}, value: "linux", why: "its image is for Linux"},
	}
}

// ownVariables of the controller's environment, and the values of the chart that set them.
var ownVariables = map[string]string{
	"CLUSTER_NAME":       "settings.clusterName",
	"CLUSTER_ENDPOINT":   "settings.clusterEndpoint",
	"INTERRUPTION_QUEUE": "settings.interruptionQueue",
	"ENABLE_ZONAL_SHIFT": "settings.enableZonalShift",
}

// validateValues of the chart, which must leave the platform its own.
func validateValues(c claim.Claim, p *field.Path) field.ErrorList {
	values := manifest.Values(c.Spec.Karpenter.Values)
	var errs field.ErrorList
	for _, own := range ownValues(c) {
		if err := own.validate(values, p); err != nil && !slices.ContainsFunc(errs, func(e *field.Error) bool { return e.Field == err.Field }) {
			errs = append(errs, err)
		}
	}
	if t, ok := values["tolerations"]; ok {
		if _, ok := t.([]any); !ok {
			errs = append(errs, field.Invalid(p.Child("tolerations"), t, "must be a list"))
		}
	}
	if controller, ok := values["controller"]; ok {
		errs = append(errs, validateController(c, controller, p.Child("controller"))...)
	}
	return errs
}

// validate that values leave a value of the platform as it is.
func (o ownValue) validate(values map[string]any, p *field.Path) *field.Error {
	for _, k := range o.path[:len(o.path)-1] {
		v, ok := values[k]
		if !ok {
			return nil
		}
		p = childOf(p, k)
		if values, ok = v.(map[string]any); !ok {
			return field.Invalid(p, v, "must be an object: it has values of the platform")
		}
	}
	last := o.path[len(o.path)-1]
	v, ok := values[last]
	if !ok || o.value != nil && v == o.value {
		return nil
	}
	return field.Forbidden(childOf(p, last), o.why+": leave it out")
}

// childOf a path. A key that isn't a plain name is in brackets.
func childOf(p *field.Path, k string) *field.Path {
	if slices.ContainsFunc([]byte(k), func(b byte) bool { return b == '.' || b == '/' }) {
		return p.Key(k)
	}
	return p.Child(k)
}

// validateController, whose environment has values of the platform.
func validateController(c claim.Claim, controller any, p *field.Path) field.ErrorList {
	m, ok := controller.(map[string]any)
	if !ok {
		return field.ErrorList{field.Invalid(p, controller, "must be an object: it has values of the platform")}
	}
	env, ok := m["env"]
	if !ok {
		return nil
	}
	items, ok := env.([]any)
	if !ok {
		return field.ErrorList{field.Invalid(p.Child("env"), env, "must be a list of variables")}
	}
	var errs field.ErrorList
	for i, item := range items {
		errs = append(errs, validateVariable(c, item, p.Child("env").Index(i))...)
	}
	return errs
}

// validateVariable of the controller's environment. A later variable of the same name wins.
func validateVariable(c claim.Claim, item any, p *field.Path) field.ErrorList {
	name := manifest.ItemName(item)
	if name == "" {
		return field.ErrorList{field.Required(p.Child("name"), "an environment variable needs a name")}
	}
	if own, ok := ownVariables[name]; ok {
		return field.ErrorList{field.Forbidden(p, fmt.Sprintf("the platform sets %s by the value %s: leave it out", name, own))}
	}
	if m, _ := item.(map[string]any); name == variableRegion && m["value"] != c.Spec.Region {
		return field.ErrorList{field.Forbidden(p, "the platform sets "+name+" to "+c.Spec.Region+": leave it out")}
	}
	return nil
}

// queueName of the interruption queue of a cluster.
func queueName(cluster string) string { return aws.Name(aws.LimitQueue, "Karpenter", cluster) }
