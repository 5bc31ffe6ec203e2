package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

func TestBlocked(t *testing.T) {
	thing := func(k key.Key) Resource { return Resource{Key: k, Object: newThing(string(k), thingParameters{})} }
	const (
		yes = "True"
		no  = "False"
	)
	// The release depends on the configuration, that on the kubeconfig, and that on the
	// cluster. The tag needs a fact from the cluster.
	parts := []Part{
		{Name: "ControlPlane", Resources: []Resource{thing("cluster"), thing("tag").Needs(false, Fact{What: "a group", From: "cluster"})}},
		{Name: "Access", Resources: []Resource{thing("auth").Refers("cluster"), thing("config").Refers("auth")}},
		{Name: "Karpenter", Resources: []Resource{thing("release").Refers("config", "role"), thing("role").DeletedAfter("release", "it needs it")}},
	}
	parts[1].Resources[1].Ready = object.ReadyByExistence

	cases := map[string]struct {
		reason string
		exist  map[string]string
		want   map[key.Key]key.Key
	}{
		"Nothing": {
			reason: "Before anything exists, each waits for its first dependency.",
			want:   map[key.Key]key.Key{"tag": "cluster", "auth": "cluster", "config": "auth", "release": "config"},
		},
		"Indirect": {
			reason: "Dependencies that work are skipped.",
			exist:  map[string]string{"config": yes, "role": yes, "cluster": yes},
			want:   map[key.Key]key.Key{"release": "auth"},
		},
		"FurtherIndirect": {
			reason: "At any depth.",
			exist:  map[string]string{"config": yes, "role": yes, "auth": yes},
			want:   map[key.Key]key.Key{"tag": "cluster", "release": "cluster"},
		},
		"NotReady": {
			reason: "A resource that exists and isn't ready doesn't work.",
			exist:  map[string]string{"config": yes, "role": no, "auth": yes, "cluster": yes},
			want:   map[key.Key]key.Key{"release": "role"},
		},
		"DeletionOrderDoesNotBlock": {
			reason: "A resource that is deleted after another needn't wait for it.",
			exist:  map[string]string{"config": yes, "auth": yes, "cluster": yes, "release": no},
			want:   map[key.Key]key.Key{"release": "role"},
		},
		"Everything": {
			reason: "All dependencies work, and what is withheld isn't blocked by them.",
			exist:  map[string]string{"config": yes, "role": yes, "auth": yes, "cluster": yes, "release": yes},
			want:   map[key.Key]key.Key{},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			o := make(object.Composed)
			for k, ready := range tc.exist {
				o[key.Key(k)] = observed(t, k, ready, nil)
			}
			a, err := Assemble(parts, input(o))
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[key.Key]key.Key)
			for _, p := range a.Parts {
				for _, s := range p.Decisions {
					if s.BlockedBy != "" {
						got[s.Key] = s.BlockedBy
					}
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nAssemble(...): blocked: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
