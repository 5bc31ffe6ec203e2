package compose

import (
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	protection "github.com/crossplane/crossplane/v2/apis/protection/v1beta1"
	"github.com/crossplane/function-sdk-go/errors"
)

// A UsageState is what was decided for a Usage: an object by which Crossplane
// denies the deletion of what is needed.
type UsageState struct {
	State

	// Of is the resource that is protected.
	Of Key

	// By is the resource that needs it until it's gone, if there is one.
	By Key

	// InForce is true once Crossplane says that it protects the resource.
	InForce bool
}

// protect what is described by Usages: what must outlive something else, and what
// is guarded.
func (a *Assembly) protect(parts []Part, objects map[Key]Object, g Given) error {
	for i, p := range parts {
		for j, r := range p.Resources {
			if a.Parts[i].States[j].Replacing {
				continue // Its Usages go before it does.
			}
			for _, u := range r.usedBy() {
				if u.By != "" && objects[u.By] == nil {
					return errors.Errorf("cannot keep %q until %q is gone: nobody describes that", r.Key, u.By)
				}
				s, err := usageState(r, u, objects[u.By], g)
				if err != nil {
					return err
				}
				a.Usages = append(a.Usages, s)
				a.described[s.Key] = true
			}
		}
	}
	for _, w := range g.Wards {
		s, err := usageState(w, Use{Why: w.Guard}, nil, g)
		if err != nil {
			return err
		}
		a.Usages = append(a.Usages, s)
		a.described[s.Key] = true
	}
	_, err := layers(slices.Collect(maps.Keys(objects)), uses(parts))
	return errors.Wrap(err, "cannot ever delete the platform")
}

// usedBy are the resources that need this one, or nobody if it's guarded.
func (r Resource) usedBy() []Use {
	if r.Guard == "" {
		return r.UsedBy
	}
	return append([]Use{{Why: r.Guard}}, r.UsedBy...)
}

// unprotected are the Usages that aren't in force yet.
func (a *Assembly) unprotected() []string {
	var ks []string
	for _, u := range a.Usages {
		if !u.InForce {
			ks = append(ks, string(u.Key))
		}
	}
	return ks
}

// usageState of a resource that must outlive another, or that is guarded.
//
// A Usage is made once both its ends exist, because Crossplane complains of one
// that leads nowhere. From then on only the spec removes it, by removing an end.
//
// What's on its way out to be made anew doesn't exist yet: Crossplane would mark it
// as in use, say that the Usage is in force, and leave what takes its place unmarked.
func usageState(of Resource, use Use, by Object, g Given) (UsageState, error) {
	s := UsageState{Of: of.Key, By: use.By, State: State{Key: usageKey(of.Key, use.By)}}
	e, exists := g.Observed[s.Key]
	for _, k := range []Key{of.Key, use.By} {
		if k != "" && (!g.exists(k) || g.Observed[k].Deleted()) {
			s.WaitsFor = append(s.WaitsFor, string(k))
		}
	}
	if !exists && len(s.WaitsFor) > 0 {
		return s, nil
	}
	desired, err := intent(newUsage(of.Object, by, use.Why, g.Name(s.Key)))
	if err != nil {
		return s, errors.Wrapf(err, "cannot compose %q", s.Key)
	}
	s.Desired = desired
	s.Exists, s.Ready = exists, exists
	s.InForce = inForce(e)
	return s, nil
}

// exists tells whether an end of a Usage is there.
func (g Given) exists(k Key) bool {
	_, ok := g.Observed[k]
	return ok || slices.ContainsFunc(g.Wards, func(w Resource) bool { return w.Key == k })
}

// inForce tells whether Crossplane says that a Usage protects what it's of.
func inForce(usage Existing) bool { return usage.Is("Ready") }

// newUsage of an object by another, or by nobody.
//
// Crossplane keeps in mind that somebody tried to delete what is in use. When
// the last Usage that is to replay goes, it deletes after all. That is what ends
// a platform within seconds of the time it could end. It could also delete what
// somebody once tried to delete, long after and because of something else. So
// only a Usage by another resource replays: that resource goes only with the
// platform, or with the part of it that the protected one is of. A guard goes by
// a change of the claim, and must not bring anything back.
func newUsage(of, by Object, why, name string) Object {
	if of.GetNamespace() == "" {
		return newClusterGuard(of, why, name)
	}
	gvk := of.GetObjectKind().GroupVersionKind()
	u := &protection.Usage{
		TypeMeta:   metav1.TypeMeta{APIVersion: protection.SchemeGroupVersion.String(), Kind: protection.UsageKind},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: of.GetNamespace()},
		Spec: protection.UsageSpec{
			Of:     protection.NamespacedResource{APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind, ResourceRef: &protection.NamespacedResourceRef{Name: of.GetName()}},
			Reason: new(why),
		},
	}
	if by == nil {
		return u
	}
	gvk = by.GetObjectKind().GroupVersionKind()
	u.Spec.By = &protection.Resource{APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind, ResourceRef: &protection.ResourceRef{Name: by.GetName()}}
	u.Spec.ReplayDeletion = new(true)
	return u
}

// newClusterGuard is a Usage of what is in no namespace, by nobody.
func newClusterGuard(of Object, why, name string) *protection.ClusterUsage {
	gvk := of.GetObjectKind().GroupVersionKind()
	return &protection.ClusterUsage{
		TypeMeta:   metav1.TypeMeta{APIVersion: protection.SchemeGroupVersion.String(), Kind: protection.ClusterUsageKind},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: protection.ClusterUsageSpec{
			Of:     protection.Resource{APIVersion: gvk.GroupVersion().String(), Kind: gvk.Kind, ResourceRef: &protection.ResourceRef{Name: of.GetName()}},
			Reason: new(why),
		},
	}
}

// A Usage's key is made of those of its ends. No other key has a dot.
const (
	usagePrefix    = "usage-"
	usageSeparator = "."
)

// GuardKey is the key of the Usage that guards a resource.
func GuardKey(of Key) Key { return usageKey(of, "") }

func usageKey(of, by Key) Key {
	if by == "" {
		return usagePrefix + of
	}
	return usagePrefix + of + usageSeparator + by
}

// usageEnds are the ends of a Usage, by its key. A guard has but one.
func usageEnds(k Key) (of, by Key, ok bool) {
	ends, ok := strings.CutPrefix(string(k), usagePrefix)
	a, b, _ := strings.Cut(ends, usageSeparator)
	return Key(a), Key(b), ok
}
