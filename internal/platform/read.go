package platform

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/cidr"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// defaultZones is how many zones a platform spans unless told: EKS asks for two,
// and three survive the loss of one.
const defaultZones = 3

// Read a composite resource, the platform team's fences and what exists into a
// Plan. An error of type InvalidError tells what the claim must change.
func Read(ctx context.Context, xr compose.Existing, f v1beta1.Fences, o compose.Observed) (Plan, error) {
	p := Plan{
		Fences:     f,
		Namespaced: xr.String("metadata.namespace") != "",
		names:      make(map[compose.Key]string, len(o)),
		ids:        make(map[compose.Key]string, len(o)),
	}
	if err := kind(xr); err != nil {
		return p, err
	}
	if err := checkFences(f); err != nil {
		return p, err
	}
	p.Owner, p.Namespace = owner(xr, f)
	if err := checkOwner(p.Owner, p.Namespace); err != nil {
		return p, err
	}
	p.claimed = claim(xr) != "" || p.Namespaced
	p.composite = composite(xr)
	for k, e := range o {
		p.names[k] = e.Name()
		p.ids[k] = e.ExternalName()
	}

	raw, _ := xr.Value("spec").AsInterface().(map[string]any)
	var err error
	if p.Spec, err = decode(ctx, xr.String("kind"), raw); err != nil {
		return p, err
	}
	p.Spec.ClusterName = cmp.Or(p.Spec.ClusterName, p.Owner)
	p.Spec.Addons = addonsOf(p.Spec)
	told := accountOf(o)
	p.Facts = facts(p.Spec, f.AccountID, told, xr, o)

	var errs field.ErrorList
	spec := field.NewPath("spec")
	errs = append(errs, fenced(p.Spec, f)...)
	errs = append(errs, p.validateArgoCD(spec.Child("access", "argoCD"))...)
	errs = append(errs, validate(p.Spec)...)
	if told != "" && told != p.Facts.AccountID {
		errs = append(errs, field.Invalid(spec.Child("accountId"), p.Facts.AccountID, "the platform lives in account "+told+" and cannot move: set it to that, or make a new SeafarerCluster"))
	}
	region, zones, zerrs := place(p.Spec)
	errs = append(errs, zerrs...)
	p.Partition, p.Zones = region.Partition, zones
	if len(errs) > 0 {
		return p, &InvalidError{Errors: errs}
	}
	return p.settle(region, xr, o)
}

// settle what a valid claim asks for by what exists.
func (p Plan) settle(region aws.Region, xr compose.Existing, o compose.Observed) (Plan, error) {
	p, err := p.keepMade(region, xr, o)
	if err != nil {
		return p, err
	}
	p.Zones = factual(p.Zones, xr, o)
	p.walk = newWalk(p.Spec, p.Facts, xr, o)
	p.Versions = p.walk.versions()
	return p, nil
}

// checkOwner of a platform, whose name and namespace all objects get.
func checkOwner(name, namespace string) error {
	switch msgs := validation.IsDNS1123Label(namespace); {
	case name == "":
		return errors.New("cannot tell the name of the platform: the composite resource has no metadata.name; set it")
	case namespace == "":
		return errors.New("cannot tell the namespace of the composed resources: the composite resource has no claim; set namespace in the function's input, or use a claim")
	case len(msgs) > 0:
		return errors.Errorf("cannot compose resources in the SeafarerCluster's namespace: its name %s", strings.Join(msgs, "; "))
	default:
		return nil
	}
}

// kind refuses composite resources that are none of ours.
func kind(xr compose.Existing) error {
	av, k := xr.String("apiVersion"), xr.String("kind")
	if av == v1alpha1.APIVersion && (k == v1alpha1.CompositeKind || k == v1alpha1.ClaimKind) {
		return nil
	}
	return errors.Errorf("cannot compose a %q of %q: use this function for %s or %s of %s",
		k, av, v1alpha1.CompositeKind, v1alpha1.ClaimKind, v1alpha1.APIVersion)
}

// owner and namespace of the composed resources: those of the claim, or of a
// composite resource that has none.
func owner(xr compose.Existing, f v1beta1.Fences) (string, string) {
	labels := xr.Value("metadata.labels").GetStructValue().GetFields()
	name := cmp.Or(claim(xr), xr.Name())
	namespace := cmp.Or(xr.String("metadata.namespace"), xr.String("spec.claimRef.namespace"), labels["crossplane.io/claim-namespace"].GetStringValue(), f.Namespace)
	return name, namespace
}

// claim by name, if the composite resource has one. It's told by reference and by
// label, and not every tool that renders writes both.
func claim(xr compose.Existing) string {
	return cmp.Or(xr.String("spec.claimRef.name"), xr.Value("metadata.labels").GetStructValue().GetFields()["crossplane.io/claim-name"].GetStringValue())
}

// composite resource by name, if it's in no namespace.
func composite(xr compose.Existing) string {
	if xr.String("metadata.namespace") != "" {
		return ""
	}
	return xr.Name()
}

// place the platform in its region: which zones it spans, and with which subnets.
func place(s v1alpha1.SeafarerClusterSpec) (aws.Region, []Zone, field.ErrorList) {
	network := field.NewPath("spec", "network")
	r, ok := aws.LookupRegion(s.Region)
	if !ok {
		return r, nil, nil // Said by fenced.
	}
	zones, err := placed(r, s.Network)
	var ze *aws.ZoneError
	switch {
	case errors.As(err, &ze):
		return r, nil, field.ErrorList{field.Invalid(network.Child("zones").Index(ze.Index), ze.Zone, ze.Reason)}
	case err != nil:
		return r, nil, field.ErrorList{field.Invalid(network.Child("zoneCount"), s.Network.ZoneCount, err.Error())}
	}
	vpc, errs := prefix(s.Network.CIDR, network.Child("cidr"))
	if len(errs) > 0 {
		return r, nil, nil // Said by validate.
	}
	bits := subnetBits(s.Network, vpc)
	zs := make([]Zone, 0, len(zones))
	for _, z := range zones {
		cut, err := cut(z, vpc, bits)
		if err != nil {
			return r, nil, field.ErrorList{field.Invalid(network.Child("subnetPrefixLength"), bits, err.Error())}
		}
		zs = append(zs, cut)
	}
	// The order in which a claim lists zones means nothing.
	slices.SortFunc(zs, func(a, b Zone) int { return cmp.Compare(a.Slot, b.Slot) })
	return r, zs, nil
}

// cut a zone's subnets out of a VPC.
func cut(z aws.Zone, vpc netip.Prefix, bits int) (Zone, error) {
	private, err := cidr.Subnet(vpc, bits, cidr.Private, z.Slot)
	if err != nil {
		return Zone{}, err
	}
	public, err := cidr.Subnet(vpc, bits, cidr.Public, z.Slot)
	return Zone{Zone: z, Private: private, Public: public}, err
}

// subnetBits are how long the prefix of each subnet is.
func subnetBits(n v1alpha1.NetworkSpec, vpc netip.Prefix) int {
	if n.SubnetPrefixLength != nil {
		return int(*n.SubnetPrefixLength)
	}
	return cidr.SubnetPrefix(vpc)
}

func placed(r aws.Region, n v1alpha1.NetworkSpec) ([]aws.Zone, error) {
	if len(n.Zones) > 0 {
		return r.Resolve(n.Zones)
	}
	if n.ZoneCount != nil {
		return r.Place(int(*n.ZoneCount))
	}
	zs, err := r.Place(defaultZones)
	if err != nil {
		// Few regions have but two zones that EKS accepts.
		return r.Place(defaultZones - 1)
	}
	return zs, nil
}
