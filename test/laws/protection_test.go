package laws

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// Keys of the Usages that keep a claim, and its composite resource, from being deleted.
const (
	usageOfClaim     = "usage-claim"
	usageOfComposite = "usage-composite"
)

// TestProtects is a law of its own: who asks for protection gets it from EKS and
// from Kubernetes. The claim is let go only once EKS is seen to have let go of the
// cluster, whatever else the function is told: a claim whose cluster cannot be
// deleted would go halfway.
func TestProtects(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := dice(t)
			on := examples.Settled(t, claimed(t, e, func(c *fieldpath.Paved) { alter(t, c, map[string]any{"spec.deletionProtection": true}) }))
			rsp := examples.Run(t, on)
			usage := compose.Exists(desired(rsp, usageOfClaim))
			ref := compose.Exists(on.GetObserved().GetComposite().GetResource()).Value("spec.claimRef").GetStructValue()
			claim := compose.Exists(ref)
			got := [4]string{usage.String("spec.of.kind"), usage.String("spec.of.apiVersion"), usage.String("spec.of.resourceRef.name"), usage.String("metadata.namespace")}
			if want := [4]string{"SeafarerCluster", claim.String("apiVersion"), claim.String("name"), claim.String("namespace")}; got != want {
				t.Errorf("the Usage is of %v, want it to be of the claim: %v", got, want)
			}
			xr := compose.Exists(on.GetObserved().GetComposite().GetResource())
			usage = compose.Exists(desired(rsp, usageOfComposite))
			got = [4]string{usage.String("spec.of.kind"), usage.String("spec.of.apiVersion"), usage.String("spec.of.resourceRef.name"), usage.String("kind")}
			if want := [4]string{"XSeafarerCluster", xr.String("apiVersion"), xr.Name(), "ClusterUsage"}; got != want {
				t.Errorf("the Usage is of %v, want it to be of the composite resource: %v", got, want)
			}
			if !compose.Exists(desired(rsp, "cluster")).Value("spec.forProvider.deletionProtection").GetBoolValue() {
				t.Error("EKS isn't asked to protect the cluster")
			}

			off := examples.Clone(t, on)
			set(off, "false", "spec", "deletionProtection")
			for i := range share(2) {
				req := examples.Clone(t, off)
				for _, u := range upsets {
					if r.IntN(2) == 0 {
						u.do(r, req)
					}
				}
				rsp := examples.Run(t, req)
				for _, u := range []string{usageOfClaim, usageOfComposite} {
					if req.GetObserved().GetResources()[u] != nil && desired(rsp, u) == nil {
						t.Fatalf("case %d: %s is let go while EKS protects the cluster", i, u)
					}
				}
			}

			protect(off, structpb.NewBoolValue(false))
			for _, u := range []string{usageOfClaim, usageOfComposite} {
				if desired(examples.Run(t, off), u) != nil {
					t.Errorf("%s is kept although EKS would delete the cluster", u)
				}
			}
			set(off, "true", "spec", "deletionProtection")
			for _, u := range []string{usageOfClaim, usageOfComposite} {
				if desired(examples.Run(t, off), u) == nil {
					t.Errorf("protection that's turned on again protects by %s only once EKS says so", u)
				}
			}
		})
	}
}

// TestProtectsWithoutClaim has composite resources that are no claim's. Each is
// protected itself, by a Usage for where it is.
func TestProtectsWithoutClaim(t *testing.T) {
	t.Parallel()
	e := examples.Get("deletion-protection")
	for _, kind := range []string{"SeafarerCluster", "XSeafarerCluster"} {
		t.Run(kind, func(t *testing.T) {
			req := e.RequestOf(t, e.Before())
			o := req.GetObserved().GetComposite().GetResource()
			delete(at(o, "spec").GetStructValue().GetFields(), "claimRef")
			o.Fields["kind"] = structpb.NewStringValue(kind)
			o.Fields["metadata"] = resource.MustStructJSON(`{"value": {"name": "alone", "namespace": "team-p"}}`).GetFields()["value"]
			if kind == "XSeafarerCluster" {
				delete(at(o, "metadata").GetStructValue().GetFields(), "namespace")
				req.Input = resource.MustStructJSON(`{"apiVersion": "seafarer-cluster.fn.platform.seafarer.cloud/v1beta1", "kind": "Fences", "namespace": "team-p"}`)
			}
			rsp := examples.Run(t, examples.Settled(t, req))
			guard, none, namespace := usageOfClaim, usageOfComposite, "team-p"
			if kind == "XSeafarerCluster" {
				guard, none, namespace = none, guard, ""
			}
			u := compose.Exists(desired(rsp, guard))
			if u.String("spec.of.resourceRef.name") != "alone" || u.String("spec.of.kind") != kind || u.String("metadata.namespace") != namespace {
				t.Errorf("want a Usage of the composite resource, got %v", u.Value("spec"))
			}
			if desired(rsp, none) != nil {
				t.Errorf("want no %s of what isn't there", none)
			}
		})
	}
}

// protect a cluster, as EKS tells. Nil is nothing.
func protect(req *fnv1.RunFunctionRequest, is *structpb.Value) {
	told := compose.Exists(req.GetObserved().GetResources()["cluster"].GetResource()).Value("status.atProvider").GetStructValue().GetFields()
	if delete(told, "deletionProtection"); is != nil {
		told["deletionProtection"] = is
	}
}

// TestLetsGo of claims whose cluster never came to be: nothing protects it.
func TestLetsGo(t *testing.T) {
	t.Parallel()
	e := examples.Get("deletion-protection")
	req := examples.Clone(t, e.SteadyOf(t, e.Before()))
	set(req, "false", "spec", "deletionProtection")
	cluster := req.GetObserved().GetResources()["cluster"].GetResource()
	delete(compose.Exists(cluster).Value("status").GetStructValue().GetFields(), "atProvider")
	req.GetObserved().GetComposite().GetResource().GetFields()["status"] = structpb.NewStructValue(&structpb.Struct{})
	if desired(examples.Run(t, req), usageOfClaim) == nil {
		t.Error("the claim is let go while EKS is making the cluster")
	}
	for _, c := range compose.Exists(cluster).Value("status.conditions").GetListValue().GetValues() {
		c.GetStructValue().GetFields()["status"] = structpb.NewStringValue("False")
		c.GetStructValue().GetFields()["reason"] = structpb.NewStringValue("AsyncCreateFailure")
	}
	if desired(examples.Run(t, req), usageOfClaim) != nil {
		t.Error("the claim is kept although EKS could not make the cluster")
	}
}
