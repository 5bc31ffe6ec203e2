// Package claim reads what a user requests and what the platform team allows: the spec
// with its defaults, validated against the schema, the rules between fields and the
// fences. Each domain validates its own section of the spec.
package claim

import (
	"cmp"
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/layout"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// A Claim is what a user requests. Code that needs another value than the spec's has a
// value of its own: the spec never changes.
type Claim struct {
	// Spec with the defaults of its schema.
	Spec v1alpha1.SeafarerClusterSpec

	// Fences of the platform team.
	Fences v1beta1.Fences

	// Owner is the name of the claim, or of a composite resource without one.
	Owner string

	// Namespace of all composed resources.
	Namespace string

	// Namespaced is true if the composite resource is in a namespace. It can compose in
	// no other.
	Namespaced bool

	// HasOwner is true if there is an object of the owner's name in the namespace: a
	// claim, or a composite resource.
	HasOwner bool

	// Stored is true if the API server has stored the composite resource. One that is only
	// rendered, from a file, creates nothing.
	Stored bool

	// Composite is the name of the composite resource if it's cluster-scoped.
	Composite string

	// ClusterName is the name of the EKS cluster.
	ClusterName string

	// Addons are those that every cluster has, and those that the claim adds.
	Addons []v1alpha1.AddonSpec

	// Region of AWS.
	Region aws.Region

	// Zones that the claim requests, in the order of their subnets.
	Zones []layout.Zone
}

// Read a composite resource, the platform team's fences, and what exists already. The errors of
// the list are those of the spec; domains have more. Anything else that is wrong is the error.
func Read(ctx context.Context, xr object.Object, f v1beta1.Fences, e Existing) (Claim, field.ErrorList, error) {
	c := Claim{Fences: f, Namespaced: xr.String("metadata.namespace") != ""}
	if err := checkKind(xr); err != nil {
		return c, nil, err
	}
	if err := checkFences(f); err != nil {
		return c, nil, err
	}
	c.Owner, c.Namespace = owner(xr, f)
	if err := checkOwner(c.Owner, c.Namespace); err != nil {
		return c, nil, err
	}
	c.Stored = xr.String("metadata.creationTimestamp") != "" // Tools that render set a uid.
	c.HasOwner = claimName(xr) != "" || c.Namespaced
	if !c.Namespaced {
		c.Composite = xr.Name()
	}
	var err error
	if c.Spec, err = decode(ctx, xr, e); err != nil {
		return c, nil, err
	}
	c.ClusterName = cmp.Or(c.Spec.ClusterName, c.Owner)
	c.Addons = Addons(c.Spec)
	errs := c.validate()
	region, ok := aws.LookupRegion(c.Spec.Region)
	if !ok {
		return c, errs, nil // The fences include the known regions.
	}
	c.Region = region
	zones, zerrs := layout.Of(region, c.Spec.Network)
	c.Zones = zones
	return c, append(errs, zerrs...), nil
}

// GlobalName of a resource whose names all regions of an account share.
func (c Claim) GlobalName(l aws.Limit, suffix string) string {
	return aws.GlobalName(l, c.ClusterName, c.Spec.Region, suffix)
}

// checkOwner of a platform, from whose name and namespace those of all objects derive.
func checkOwner(name, namespace string) error {
	switch msgs := validation.IsDNS1123Label(namespace); {
	case name == "":
		return errors.New("cannot name the platform: the composite resource has no metadata.name; set it")
	case namespace == "":
		return errors.New("cannot choose the namespace of the composed resources: the composite resource has no claim; set namespace in the function's input, or use a claim")
	case len(msgs) > 0:
		return errors.Errorf("cannot compose resources in the SeafarerCluster's namespace: its name %s", strings.Join(msgs, "; "))
	default:
		return nil
	}
}

// checkKind of a composite resource.
func checkKind(xr object.Object) error {
	av, k := xr.String("apiVersion"), xr.String("kind")
	if av == v1alpha1.APIVersion && (k == v1alpha1.CompositeKind || k == v1alpha1.ClaimKind) {
		return nil
	}
	return errors.Errorf("cannot compose a %q of %q: use this function for %s or %s of %s",
		k, av, v1alpha1.CompositeKind, v1alpha1.ClaimKind, v1alpha1.APIVersion)
}

// owner and namespace of the composed resources: those of the claim, or of a composite
// resource without one.
func owner(xr object.Object, f v1beta1.Fences) (string, string) {
	name := cmp.Or(claimName(xr), xr.Name())
	namespace := cmp.Or(xr.String("metadata.namespace"), xr.String("spec.claimRef.namespace"), label(xr, "crossplane.io/claim-namespace"), f.Namespace)
	return name, namespace
}

// claimName of the composite resource, if it has a claim. It's in a reference and in a
// label, and not every tool that renders writes both.
func claimName(xr object.Object) string {
	return cmp.Or(xr.String("spec.claimRef.name"), label(xr, "crossplane.io/claim-name"))
}

func label(o object.Object, key string) string {
	return o.Value("metadata.labels").GetStructValue().GetFields()[key].GetStringValue()
}
