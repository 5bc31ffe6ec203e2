package facts

import (
	"fmt"
	"slices"
	"strings"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// An Ownership is the owner of a resource that AWS identifies by a name of our choice. The
// name proves nothing: another team, tool or control plane may have created what bears it,
// and a provider manages whatever it finds.
type Ownership int

// Ownerships of a resource.
const (
	// Unseen is a resource of which AWS has reported nothing yet.
	Unseen Ownership = iota

	// Absent is a resource that AWS doesn't have.
	Absent

	// Creating is a resource that the provider may create, and has not created yet.
	Creating

	// Foreign is a resource that AWS has, and that isn't the platform's.
	Foreign

	// Owned is a resource of the platform.
	Owned
)

// Ownership of a resource that is looked at before it's created, and its owner as far as its
// tags show, if it's foreign.
func (f Facts) Ownership(k key.Key) (Ownership, string) {
	r, ok := f.resources[k]
	if !ok && !f.stored {
		return Owned, ""
	}
	return r.ownership, r.owner
}

// ownership of a resource that exists as an object. What the provider may update was found to
// be the platform's before, and remains so: it may be older than the tag. For a claim that is
// only rendered, nothing can be looked at.
func (r reader) ownership(k key.Key, o object.Object) (Ownership, string) {
	if !r.claim.Stored || !kinds.OfObject(o).Named || o.Allows(xpv1.ManagementActionUpdate) {
		return Owned, ""
	}
	return r.ownershipInAWS(k, o)
}

// ownershipInAWS of a resource that the provider may only observe or create.
func (r reader) ownershipInAWS(k key.Key, o object.Object) (Ownership, string) {
	exists := !o.Absent() && o.String("status.atProvider.id") != ""
	switch tags := tagsOf(o); {
	case o.Allows(xpv1.ManagementActionCreate) && (!exists || r.lacksKey(k)):
		return Creating, ""
	case o.Absent():
		return Absent, ""
	case !exists:
		return Unseen, ""
	case r.isOwned(k, o, tags):
		return Owned, ""
	default:
		return Foreign, ownerOf(tags)
	}
}

// lacksKey reports whether the platform's KMS key, to which its alias leads, has no id yet.
func (r reader) lacksKey(k key.Key) bool {
	return k == key.SecretsKeyAlias && r.composed[key.SecretsKey].ExternalName() == ""
}

// isOwned reports whether what AWS has is the platform's: by its tag, or, of an alias, which
// has no tags, by the key that it leads to.
func (r reader) isOwned(k key.Key, o object.Object, tags map[string]string) bool {
	if k == key.SecretsKeyAlias {
		return !r.lacksKey(k) && o.String("status.atProvider.targetKeyId") == r.composed[key.SecretsKey].ExternalName()
	}
	return tags[claim.OwnerTag] == r.claim.OwnerID()
}

// tagsOf a resource as AWS reports them.
func tagsOf(o object.Object) map[string]string {
	tags := make(map[string]string)
	for _, field := range []string{"tagsAll", "tags"} {
		for k, v := range o.Value("status.atProvider." + field).GetStructValue().GetFields() {
			tags[k] = v.GetStringValue()
		}
	}
	return tags
}

// ownerOf a foreign resource: that of another platform, or else the tags that may show it.
func ownerOf(tags map[string]string) string {
	if o := tags[claim.OwnerTag]; o != "" {
		return o
	}
	const few = 5
	var shown []string
	for _, k := range claim.Sorted(tags) {
		shown = append(shown, fmt.Sprintf("%s=%s", k, tags[k]))
	}
	if len(shown) == 0 {
		return "an unknown owner (it has no tags)"
	}
	if len(shown) > few {
		shown = append(slices.Clip(shown[:few]), "…")
	}
	return "another owner (its tags: " + strings.Join(shown, ", ") + ")"
}
