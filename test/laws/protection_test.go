package laws

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// Keys of the Usages that protect a claim, and its composite resource, from deletion.
const (
	usageOfClaim     = "usage-claim"
	usageOfComposite = "usage-composite"
)

// TestProtects promises that deletionProtection protects the cluster in EKS and the claim
// in Kubernetes. The claim's Usage is removed only once EKS reports that its protection
// is off, whatever else is observed: otherwise a deletion would stop halfway.
func TestProtects(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			on := examples.Settled(t, claimed(t, e, func(c *fieldpath.Paved) { alter(t, c, map[string]any{"spec.deletionProtection": true}) }))
			rsp := examples.Run(t, on)
			usage := object.Of(examples.DesiredResource(rsp, usageOfClaim))
			ref := object.Of(on.GetObserved().GetComposite().GetResource()).Value("spec.claimRef").GetStructValue()
			claim := object.Of(ref)
			got := [4]string{usage.String("spec.of.kind"), usage.String("spec.of.apiVersion"), usage.String("spec.of.resourceRef.name"), usage.String("metadata.namespace")}
			if want := [4]string{"SeafarerCluster", claim.String("apiVersion"), claim.String("name"), claim.String("namespace")}; got != want {
				t.Errorf("Usage: got %v, want the claim %v", got, want)
			}
			xr := object.Of(on.GetObserved().GetComposite().GetResource())
			usage = object.Of(examples.DesiredResource(rsp, usageOfComposite))
			got = [4]string{usage.String("spec.of.kind"), usage.String("spec.of.apiVersion"), usage.String("spec.of.resourceRef.name"), usage.String("kind")}
			if want := [4]string{"XSeafarerCluster", xr.String("apiVersion"), xr.Name(), "ClusterUsage"}; got != want {
				t.Errorf("Usage: got %v, want the composite resource %v", got, want)
			}
			if !object.Of(examples.DesiredResource(rsp, "cluster")).Value("spec.forProvider.deletionProtection").GetBoolValue() {
				t.Error("EKS' deletion protection isn't desired")
			}

			off := examples.Clone(t, on)
			examples.Set(off, "false", "spec", "deletionProtection")
			for i := range share(2) {
				req := examples.Clone(t, off)
				addFaults(r, req, 2)
				rsp := examples.Run(t, req)
				for _, u := range []string{usageOfClaim, usageOfComposite} {
					if req.GetObserved().GetResources()[u] != nil && examples.DesiredResource(rsp, u) == nil {
						t.Fatalf("case %d: %s is removed while EKS protects the cluster", i, u)
					}
				}
			}

			protect(off, structpb.NewBoolValue(false))
			for _, u := range []string{usageOfClaim, usageOfComposite} {
				if examples.DesiredResource(examples.Run(t, off), u) != nil {
					t.Errorf("%s is retained although EKS would delete the cluster", u)
				}
			}
			examples.Set(off, "true", "spec", "deletionProtection")
			for _, u := range []string{usageOfClaim, usageOfComposite} {
				if examples.DesiredResource(examples.Run(t, off), u) == nil {
					t.Errorf("with protection enabled again, %s is missing until EKS reports it", u)
				}
			}
		})
	}
}

// TestProtectsWithoutClaim has composite resources without a claim. Each has a Usage of its
// own scope.
func TestProtectsWithoutClaim(t *testing.T) {
	t.Parallel()
	e := examples.Get("deletion-protection")
	for _, kind := range []string{"SeafarerCluster", "XSeafarerCluster"} {
		t.Run(kind, func(t *testing.T) {
			req := e.RequestOf(t, e.Before())
			o := req.GetObserved().GetComposite().GetResource()
			delete(examples.At(o, "spec").GetStructValue().GetFields(), "claimRef")
			o.Fields["kind"] = structpb.NewStringValue(kind)
			o.Fields["metadata"] = resource.MustStructJSON(`{"value": {"name": "alone", "namespace": "team-p"}}`).GetFields()["value"]
			if kind == "XSeafarerCluster" {
				delete(examples.At(o, "metadata").GetStructValue().GetFields(), "namespace")
				req.Input = resource.MustStructJSON(`{"apiVersion": "seafarer-cluster.fn.platform.seafarer.cloud/v1beta1", "kind": "Fences", "namespace": "team-p"}`)
			}
			rsp := examples.Run(t, examples.Settled(t, req))
			guard, none, namespace := usageOfClaim, usageOfComposite, "team-p"
			if kind == "XSeafarerCluster" {
				guard, none, namespace = none, guard, ""
			}
			u := object.Of(examples.DesiredResource(rsp, guard))
			if u.String("spec.of.resourceRef.name") != "alone" || u.String("spec.of.kind") != kind || u.String("metadata.namespace") != namespace {
				t.Errorf("want a Usage of the composite resource, got %v", u.Value("spec"))
			}
			if examples.DesiredResource(rsp, none) != nil {
				t.Errorf("want no %s of a missing object", none)
			}
		})
	}
}

// protect sets the deletion protection that EKS reports. Nil means not reported.
func protect(req *fnv1.RunFunctionRequest, is *structpb.Value) {
	told := object.Of(req.GetObserved().GetResources()["cluster"].GetResource()).Value("status.atProvider").GetStructValue().GetFields()
	if delete(told, "deletionProtection"); is != nil {
		told["deletionProtection"] = is
	}
}

// TestUnprotectsFailedCluster removes the protection of a claim whose cluster could not
// be created.
func TestUnprotectsFailedCluster(t *testing.T) {
	t.Parallel()
	e := examples.Get("deletion-protection")
	req := examples.Clone(t, e.SteadyOf(t, e.Before()))
	examples.Set(req, "false", "spec", "deletionProtection")
	cluster := req.GetObserved().GetResources()["cluster"].GetResource()
	delete(object.Of(cluster).Value("status").GetStructValue().GetFields(), "atProvider")
	req.GetObserved().GetComposite().GetResource().GetFields()["status"] = structpb.NewStructValue(&structpb.Struct{})
	if examples.DesiredResource(examples.Run(t, req), usageOfClaim) == nil {
		t.Error("the claim is unprotected while EKS creates the cluster")
	}
	for _, c := range object.Of(cluster).Value("status.conditions").GetListValue().GetValues() {
		c.GetStructValue().GetFields()["status"] = structpb.NewStringValue("False")
		c.GetStructValue().GetFields()["reason"] = structpb.NewStringValue("AsyncCreateFailure")
	}
	if examples.DesiredResource(examples.Run(t, req), usageOfClaim) != nil {
		t.Error("the claim is protected although EKS could not create the cluster")
	}
}
