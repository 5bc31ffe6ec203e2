package platform

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

// reservedTags are what AWS, EKS and Karpenter put on resources themselves, or
// what the platform puts only where Karpenter may look.
var reservedTags = []string{"aws:", "eks:", "kubernetes.io/", "karpenter.sh/", "karpenter.k8s.aws/"}

// validate the rules between fields. Those of a single field are in the schema.
func validate(s v1alpha1.SeafarerClusterSpec) field.ErrorList {
	spec := field.NewPath("spec")
	var errs field.ErrorList
	errs = append(errs, validateClusterName(s.ClusterName, spec.Child("clusterName"))...)
	errs = append(errs, validateTags(s.Tags, spec.Child("tags"))...)
	errs = append(errs, validateTagCharacters(s.Tags, spec.Child("tags"))...)
	errs = append(errs, validateNetworks(s, spec)...)
	errs = append(errs, validateControlPlane(s.ControlPlane, spec.Child("controlPlane"))...)
	errs = append(errs, validateNodesVersion(s, spec.Child("systemNodes", "kubernetesVersion"))...)
	errs = append(errs, validateNodeLabels(s.SystemNodes.Labels, spec.Child("systemNodes", "labels"))...)
	errs = append(errs, validateKarpenter(s, spec.Child("karpenter"))...)
	return errs
}

// clusterName is what EKS allows:
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
var clusterName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)

// validateClusterName that came from the claim's own name. One that was given
// is checked by the schema.
func validateClusterName(name string, p *field.Path) field.ErrorList {
	if clusterName.MatchString(name) {
		return nil
	}
	return field.ErrorList{field.Invalid(p, name, "EKS allows letters, digits, - and _, at most 100, and it defaults to the SeafarerCluster's name: set it")}
}

func validateTags(tags map[string]string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, k := range sorted(tags) {
		if len(k) == 0 || len(k) > 128 || len(tags[k]) > 256 {
			errs = append(errs, field.Invalid(p.Key(k), tags[k], "AWS allows keys of 1 to 128 characters and values of at most 256"))
		}
		for _, r := range reservedTags {
			if strings.HasPrefix(strings.ToLower(k), r) {
				errs = append(errs, field.Forbidden(p.Key(k), "tags that begin with "+r+" are set where they belong by AWS or by the platform: leave it out"))
			}
		}
	}
	return errs
}

// tagCharacters are what AWS allows in tags of all services. EC2 alone allows any:
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
var tagCharacters = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// validateTagCharacters of tags that are put on more than what EC2 has.
func validateTagCharacters(tags map[string]string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, k := range sorted(tags) {
		if !tagCharacters.MatchString(k) || !tagCharacters.MatchString(tags[k]) {
			errs = append(errs, field.Invalid(p.Key(k), tags[k], "AWS allows letters, digits, spaces and _ . : / = + - @ in keys and values"))
		}
	}
	return errs
}

// validateNetworks that must be well formed and apart from each other.
func validateNetworks(s v1alpha1.SeafarerClusterSpec, spec *field.Path) field.ErrorList {
	vpc, errs := prefix(s.Network.CIDR, spec.Child("network", "cidr"))
	if s.ControlPlane.ServiceCIDR == "" {
		return errs
	}
	path := spec.Child("controlPlane", "serviceCIDR")
	service, serrs := prefix(s.ControlPlane.ServiceCIDR, path)
	errs = append(errs, serrs...)
	if len(errs) > 0 {
		return errs
	}
	if !service.Addr().IsPrivate() {
		errs = append(errs, field.Invalid(path, s.ControlPlane.ServiceCIDR, "must be inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"))
	}
	if service.Overlaps(vpc) {
		errs = append(errs, field.Invalid(path, s.ControlPlane.ServiceCIDR, "must not overlap the VPC's "+s.Network.CIDR))
	}
	return errs
}

// prefix is an IPv4 block whose address is its first.
func prefix(s string, p *field.Path) (netip.Prefix, field.ErrorList) {
	c, err := netip.ParsePrefix(s)
	if err != nil || !c.Addr().Is4() {
		return c, field.ErrorList{field.Invalid(p, s, "must be an IPv4 block such as 10.0.0.0/16")}
	}
	if m := c.Masked(); m != c {
		return c, field.ErrorList{field.Invalid(p, s, "must begin at the block's first address: "+m.String())}
	}
	return c, nil
}

func validateControlPlane(c v1alpha1.ControlPlaneSpec, p *field.Path) field.ErrorList {
	cidrs := p.Child("endpoint", "publicAccessCIDRs")
	var errs field.ErrorList
	for i, s := range c.Endpoint.PublicAccessCIDRs {
		_, perrs := prefix(s, cidrs.Index(i))
		errs = append(errs, perrs...)
	}
	closed := len(c.Endpoint.PublicAccessCIDRs) > 0 && !slices.Contains(c.Endpoint.PublicAccessCIDRs, "0.0.0.0/0")
	if closed && !c.Endpoint.PublicAccess {
		errs = append(errs, field.Forbidden(cidrs, "means nothing while publicAccess is false: leave it out"))
	}
	if closed && !c.Endpoint.PrivateAccess {
		errs = append(errs, field.Forbidden(cidrs, "locks the nodes out while privateAccess is false: set controlPlane.endpoint.privateAccess to true"))
	}
	return errs
}

// validateNodesVersion that may lag, but not more than Kubernetes allows.
func validateNodesVersion(s v1alpha1.SeafarerClusterSpec, p *field.Path) field.ErrorList {
	v := s.SystemNodes.KubernetesVersion
	switch behind := compat.Behind(v, s.KubernetesVersion); {
	case v == "":
		return nil
	case behind < 0:
		return field.ErrorList{field.Invalid(p, v, "must not be newer than kubernetesVersion "+s.KubernetesVersion)}
	case behind > compat.MaxSkew:
		return field.ErrorList{field.Invalid(p, v, "must not be more than "+strconv.Itoa(compat.MaxSkew)+" minors older than kubernetesVersion "+s.KubernetesVersion)}
	default:
		return nil
	}
}

func validateNodeLabels(labels map[string]string, p *field.Path) field.ErrorList {
	errs := metav1validation.ValidateLabels(labels, p)
	for _, k := range sorted(labels) {
		if k == SystemNodeLabel || strings.Contains(k, "kubernetes.io/") || strings.HasPrefix(k, "eks.amazonaws.com/") {
			errs = append(errs, field.Forbidden(p.Key(k), "is set by EKS or by the platform: leave it out"))
		}
	}
	return errs
}

func validateKarpenter(s v1alpha1.SeafarerClusterSpec, p *field.Path) field.ErrorList {
	chart, err := compat.Chart(s.Karpenter.Version)
	if err != nil {
		return field.ErrorList{field.Invalid(p.Child("version"), s.Karpenter.Version, err.Error())}
	}
	var errs field.ErrorList
	known := slices.Contains(compat.KubernetesVersions(), s.KubernetesVersion)
	if err := compat.Karpenter(chart, s.KubernetesVersion); known && err != nil {
		errs = append(errs, field.Invalid(p.Child("version"), s.Karpenter.Version, err.Error()))
	}
	classes := make([]string, 0, len(s.Karpenter.NodeClasses))
	errs = append(errs, validateNodeRoleName(s, p.Child("nodeRoleName"))...)
	// Told here and not by a rule of the schema, which would compare each with all.
	errs = append(errs, validateUnique(s.Karpenter.NodeClasses, func(c v1alpha1.NodeClassSpec) string { return c.Name }, p.Child("nodeClasses"))...)
	errs = append(errs, validateUnique(s.Karpenter.NodePools, func(np v1alpha1.NodePoolSpec) string { return np.Name }, p.Child("nodePools"))...)
	for i, c := range s.Karpenter.NodeClasses {
		classes = append(classes, c.Name)
		errs = append(errs, validateTags(c.Tags, p.Child("nodeClasses").Index(i).Child("tags"))...)
	}
	for i, np := range s.Karpenter.NodePools {
		path := p.Child("nodePools").Index(i)
		if !slices.Contains(classes, np.NodeClassName) {
			errs = append(errs, field.NotSupported(path.Child("nodeClassName"), np.NodeClassName, classes))
		}
		errs = append(errs, validateNodePool(np, chart, path)...)
	}
	return errs
}

// validateUnique names of a list.
func validateUnique[T any](list []T, name func(T) string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]bool, len(list))
	for i, e := range list {
		if n := name(e); seen[n] {
			errs = append(errs, field.Duplicate(p.Index(i).Child("name"), n))
		}
		seen[name(e)] = true
	}
	return errs
}

// validateNodeRoleName apart from the names of the platform's other roles: two
// resources of one name would fight over one role.
func validateNodeRoleName(s v1alpha1.SeafarerClusterSpec, p *field.Path) field.ErrorList {
	name, own := s.Karpenter.NodeRoleName, s.ClusterName+"-"+s.Region+"-"
	if strings.HasPrefix(name, own) && name != own+"karpenter-node" {
		return field.ErrorList{field.Invalid(p, name, "names that begin with "+own+" are for the platform's other roles: use another, or leave it out")}
	}
	return nil
}

func validateNodePool(np v1alpha1.NodePoolSpec, chart *semver.Version, p *field.Path) field.ErrorList {
	errs := metav1validation.ValidateLabels(np.Labels, p.Child("labels"))
	for _, k := range sorted(np.Labels) {
		if err := compat.RequirementKey(k, chart); err != nil {
			errs = append(errs, field.Invalid(p.Child("labels").Key(k), k, err.Error()))
		}
	}
	errs = append(errs, validateTaints(np.Taints, p.Child("taints"))...)
	for i, r := range np.Requirements {
		errs = append(errs, validateRequirement(r, chart, p.Child("requirements").Index(i))...)
	}
	for _, k := range sorted(np.Limits) {
		if _, err := resource.ParseQuantity(new(np.Limits[k]).String()); err != nil {
			errs = append(errs, field.Invalid(p.Child("limits").Key(k), new(np.Limits[k]).String(), "must be a quantity such as 1000 or 512Gi"))
		}
	}
	return errs
}

func validateRequirement(r v1alpha1.Requirement, chart *semver.Version, p *field.Path) field.ErrorList {
	errs := validateLabelKey(r.Key, p.Child("key"))
	for i, v := range r.Values {
		errs = append(errs, validateLabelValue(v, p.Child("values").Index(i))...)
	}
	if err := compat.RequirementKey(r.Key, chart); err != nil {
		errs = append(errs, field.Invalid(p.Child("key"), r.Key, err.Error()))
	}
	if r.MinValues != nil && r.Operator == "In" && len(r.Values) < int(*r.MinValues) {
		errs = append(errs, field.Invalid(p.Child("minValues"), *r.MinValues, "there are fewer values than that: list more, or ask for at most "+strconv.Itoa(len(r.Values))))
	}
	return errs
}

func validateTaints(ts []v1alpha1.Taint, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, t := range ts {
		errs = append(errs, validateLabelKey(t.Key, p.Index(i).Child("key"))...)
		errs = append(errs, validateLabelValue(t.Value, p.Index(i).Child("value"))...)
	}
	return errs
}

func validateLabelKey(key string, p *field.Path) field.ErrorList {
	return invalid(key, p, validation.IsQualifiedName(key))
}

func validateLabelValue(value string, p *field.Path) field.ErrorList {
	return invalid(value, p, validation.IsValidLabelValue(value))
}

// invalid value, for reasons that Kubernetes gives.
func invalid(value string, p *field.Path, why []string) field.ErrorList {
	var errs field.ErrorList
	for _, w := range why {
		errs = append(errs, field.Invalid(p, value, w))
	}
	return errs
}
