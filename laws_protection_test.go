package main

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
)

// usageOfClaim is the key of the Usage that keeps a claim from being deleted.
const usageOfClaim = "usage-claim"

// TestProtects is a law of its own: who asks for protection gets it from EKS and
// from Kubernetes. The claim is let go only once EKS is seen to have let go of the
// cluster, whatever else the function is told: a claim whose cluster cannot be
// deleted would go halfway.
func TestProtects(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			r := dice(t)
			on := steadyFrom(t, e.claimed(t, func(c *fieldpath.Paved) { alter(t, c, map[string]any{"spec.deletionProtection": true}) }))
			rsp := run(t, on)
			usage := compose.Exists(desired(rsp, usageOfClaim))
			ref := compose.Exists(on.GetObserved().GetComposite().GetResource()).Value("spec.claimRef").GetStructValue()
			claim := compose.Exists(ref)
			got := [4]string{usage.String("spec.of.kind"), usage.String("spec.of.apiVersion"), usage.String("spec.of.resourceRef.name"), usage.String("metadata.namespace")}
			if want := [4]string{"SeafarerCluster", claim.String("apiVersion"), claim.String("name"), claim.String("namespace")}; got != want {
				t.Errorf("the Usage is of %v, want it to be of the claim: %v", got, want)
			}
			if !compose.Exists(desired(rsp, "cluster")).Value("spec.forProvider.deletionProtection").GetBoolValue() {
				t.Error("EKS isn't asked to protect the cluster")
			}

			off := clone(t, on)
			set(off, "false", "spec", "deletionProtection")
			for i := range share(2) {
				req := clone(t, off)
				for _, u := range upsets {
					if r.IntN(2) == 0 {
						u.do(r, req)
					}
				}
				if req.GetObserved().GetResources()[usageOfClaim] != nil && desired(run(t, req), usageOfClaim) == nil {
					t.Fatalf("case %d: the claim is let go while EKS protects the cluster", i)
				}
			}

			protect(off, structpb.NewBoolValue(false))
			if desired(run(t, off), usageOfClaim) != nil {
				t.Error("the claim is kept although EKS would delete the cluster")
			}
			set(off, "true", "spec", "deletionProtection")
			if desired(run(t, off), usageOfClaim) == nil {
				t.Error("protection that's turned on again protects the claim only once EKS says so")
			}
		})
	}
}

// TestProtectsWithoutClaim has composite resources that are no claim's. One in a
// namespace is protected itself. There's no Usage for one that's in none.
func TestProtectsWithoutClaim(t *testing.T) {
	e := example{name: "deletion-protection", dir: "example/deletion-protection"}
	for _, kind := range []string{"SeafarerCluster", "XSeafarerCluster"} {
		t.Run(kind, func(t *testing.T) {
			req := e.requestOf(t, e.before())
			o := req.GetObserved().GetComposite().GetResource()
			delete(at(o, "spec").GetStructValue().GetFields(), "claimRef")
			o.Fields["kind"] = structpb.NewStringValue(kind)
			o.Fields["metadata"] = resource.MustStructJSON(`{"value": {"name": "alone", "namespace": "team-p"}}`).GetFields()["value"]
			if kind == "XSeafarerCluster" {
				delete(at(o, "metadata").GetStructValue().GetFields(), "namespace")
				req.Input = resource.MustStructJSON(`{"apiVersion": "seafarer-cluster.fn.platform.seafarer.cloud/v1beta1", "kind": "Fences", "namespace": "team-p"}`)
			}
			u := compose.Exists(desired(run(t, steadyFrom(t, req)), usageOfClaim))
			if kind == "XSeafarerCluster" {
				if u.Name() != "" {
					t.Errorf("want no Usage of what is in no namespace, got %s", u.Name())
				}
				return
			}
			if u.String("spec.of.resourceRef.name") != "alone" || u.String("spec.of.kind") != kind || u.String("metadata.namespace") != "team-p" {
				t.Errorf("want a Usage of the composite resource, got %v", u.Value("spec"))
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
	e := example{name: "deletion-protection", dir: "example/deletion-protection"}
	req := clone(t, e.steadyOf(t, e.before()))
	set(req, "false", "spec", "deletionProtection")
	cluster := req.GetObserved().GetResources()["cluster"].GetResource()
	delete(compose.Exists(cluster).Value("status").GetStructValue().GetFields(), "atProvider")
	req.GetObserved().GetComposite().GetResource().GetFields()["status"] = structpb.NewStructValue(&structpb.Struct{})
	if desired(run(t, req), usageOfClaim) == nil {
		t.Error("the claim is let go while EKS is making the cluster")
	}
	for _, c := range compose.Exists(cluster).Value("status.conditions").GetListValue().GetValues() {
		c.GetStructValue().GetFields()["status"] = structpb.NewStringValue("False")
		c.GetStructValue().GetFields()["reason"] = structpb.NewStringValue("AsyncCreateFailure")
	}
	if desired(run(t, req), usageOfClaim) != nil {
		t.Error("the claim is kept although EKS could not make the cluster")
	}
}
