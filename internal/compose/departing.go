package compose

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// Crossplane deletes what a function stops desiring, all at once, and without a
// look at what still needs it. So what the spec removes departs in order:
//
//   - A Usage goes at once if what it protects departs and what needs that stays.
//     If what needs it departs, too, the Usage goes once that is gone. Crossplane
//     observes nothing of what it's deleting, so it's asked.
//   - All else goes once no Usage protects it. If it may be made but not deleted,
//     because it would die with the cluster, it's allowed to be deleted first.
//
// What departs stays desired as it's observed.
func (a *Assembly) depart(g Given) {
	var gone []Key
	protected := guardedKeys(g.Observed)
	for k := range g.Observed {
		if !a.described[k] {
			gone = append(gone, k)
		}
	}
	slices.Sort(gone)
	for _, k := range gone {
		if what := a.obstacle(k, protected[k], g); what != "" {
			a.Departing = append(a.Departing, State{Key: k, Desired: leaving(g.Observed[k]), Exists: true, Ready: true, WaitsFor: []string{what}})
		}
	}
}

// guardedKeys are those of resources that a Usage exists of.
func guardedKeys(o Observed) map[Key]bool {
	ks := make(map[Key]bool)
	for k := range o {
		if of, _, ok := usageEnds(k); ok {
			ks[of] = true
		}
	}
	return ks
}

// obstacle to the departure of what is described no longer, if there is one.
func (a *Assembly) obstacle(k Key, protected bool, g Given) string {
	_, by, isUsage := usageEnds(k)
	switch {
	case isUsage && (by == "" || a.described[by] || a.isGone(k, by, g)):
		return ""
	case isUsage:
		return string(by) + " to be gone"
	case protected:
		return "its Usages to be gone"
	case keeps(g.Observed[k]):
		return "leave to be deleted"
	default:
		return ""
	}
}

// isGone tells whether the resource that a Usage is by is gone for certain. What
// is no longer observed may still be there.
func (a *Assembly) isGone(usage, by Key, g Given) bool {
	if _, ok := g.Observed[by]; ok {
		return false
	}
	u := g.Observed[usage]
	a.askFor(usage, u.String("spec.by.apiVersion"), u.String("spec.by.kind"), u.String("metadata.namespace"), u.String("spec.by.resourceRef.name"))
	e, told := g.Answers[usage]
	return told && e.Name() == ""
}

// askFor an object, to be told of it by a key.
func (a *Assembly) askFor(k Key, apiVersion, kind, namespace, name string) {
	if a.Asks == nil {
		a.Asks = make(map[Key]*fnv1.ResourceSelector)
	}
	a.Asks[k] = &fnv1.ResourceSelector{
		ApiVersion: apiVersion,
		Kind:       kind,
		Match:      &fnv1.ResourceSelector_MatchName{MatchName: name},
		Namespace:  new(namespace),
	}
}

const (
	managementPolicies = "managementPolicies"
	pathPolicies       = "spec." + managementPolicies
)

// keeps tells whether a resource would be left behind although it was made.
func keeps(e Existing) bool {
	creates, deletes := false, false
	for _, p := range e.Value(pathPolicies).GetListValue().GetValues() {
		switch p.GetStringValue() {
		case "Create":
			creates = true
		case "Delete", "*":
			deletes = true
		}
	}
	return creates && !deletes
}

// leaving is what is desired of a resource that departs: as it is, but for what
// others write to it, and allowed to be deleted for good.
func leaving(e Existing) *structpb.Struct {
	o := asObserved(e)
	if keeps(e) {
		spec := o.GetFields()["spec"].GetStructValue().GetFields()
		ps := slices.Clone(spec[managementPolicies].GetListValue().GetValues())
		spec[managementPolicies] = structpb.NewListValue(&structpb.ListValue{Values: append(ps, structpb.NewStringValue("Delete"))})
	}
	return o
}

// annotationExternalName is what the world knows a managed resource by.
const annotationExternalName = "crossplane.io/external-name"

// asObserved desires a resource as it is, but for what others write to it.
func asObserved(e Existing) *structpb.Struct {
	meta := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
	for _, f := range []string{"name", "namespace"} {
		if v := e.Value("metadata." + f); v != nil {
			meta.Fields[f] = v
		}
	}
	if n := e.Annotation(annotationExternalName); n != "" {
		meta.Fields["annotations"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
			annotationExternalName: structpb.NewStringValue(n),
		}})
	}
	o := &structpb.Struct{Fields: map[string]*structpb.Value{"metadata": structpb.NewStructValue(meta)}}
	for _, f := range []string{"apiVersion", "kind"} {
		o.Fields[f] = e.Value(f)
	}
	// The observed spec is the request's, and shared.
	spec := &structpb.Struct{Fields: maps.Clone(e.Value("spec").GetStructValue().GetFields())}
	if len(spec.GetFields()) > 0 {
		o.Fields["spec"] = structpb.NewStructValue(spec)
	}
	return o
}
