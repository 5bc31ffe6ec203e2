package compose

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// replaceAcknowledged resources. Their Usages go first, because they are described no
// longer; then the resource is no longer desired, and Crossplane deletes it; then it's
// desired as described.
//
// A replacement waits while the denied deletion of a dependency is pending: Kubernetes
// deletes a Usage along with its dependent, and then Crossplane carries out what it
// denied before.
func (a *Assembly) replaceAcknowledged(parts []Part) error {
	if len(a.in.Acknowledged) == 0 {
		return nil
	}
	pending := a.pendingDeletions(parts)
	for _, p := range a.Parts {
		for i, d := range p.Decisions {
			if d.Token != "" && slices.Contains(a.in.Acknowledged, d.Token) {
				p.Decisions[i] = d.replaced(pending[d.Key], a.isProtected(a.in.Composed[d.Key]))
			}
		}
	}
	return nil
}

// replaced is the decision on a resource whose replacement is acknowledged.
func (d Decision) replaced(pending key.Key, protected bool) Decision {
	if d.Pending = pending; pending != "" {
		return d
	}
	d.Replacing, d.Ready, d.Works, d.Why = true, false, false, "it's being replaced"
	if !protected {
		d.Desired, d.WaitsFor = nil, []string{"the deletion of what it replaces"}
	}
	return d
}

// pendingDeletions are dependencies whose deletion was denied, by dependent.
func (a *Assembly) pendingDeletions(parts []Part) map[key.Key]key.Key {
	pending := make(map[key.Key]key.Key)
	for _, e := range deletionEdges(parts) {
		if a.in.Composed[e.To].Annotation(annotationDeletionAttempt) != "" {
			pending[e.From] = e.To
		}
	}
	return pending
}

// token that acknowledges these changes of this very object.
func token(k key.Key, existing object.Object, cs []object.Change) string {
	what := []string{string(k), existing.String("metadata.uid")}
	for _, c := range cs {
		what = append(what, c.Field, object.Format(c.From), object.Format(c.To))
	}
	sum := sha256.Sum256([]byte(strings.Join(what, "\n")))
	return string(k) + "-" + hex.EncodeToString(sum[:])[:8]
}
