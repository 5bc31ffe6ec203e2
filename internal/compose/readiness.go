package compose

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// A Readiness tells whether a resource that exists is ready. Of one that isn't
// it may tell why, where its conditions don't.
type Readiness func(e Existing) (ready bool, why string)

// ReadyByConditions takes a resource for ready whose provider has made it as it's
// desired: Ready says that what AWS has works, and Synced that it's what we want.
func ReadyByConditions(e Existing) (bool, string) { return e.Is("Ready") && e.Is("Synced"), "" }

// ReadyByExistence takes a resource for ready that exists: for kinds that no
// controller tells the state of.
func ReadyByExistence(Existing) (bool, string) { return true, "" }

// judge a resource that exists: whether it's ready, or else why it isn't, as far
// as anybody says.
func (r Resource) judge(e Existing) (bool, string) {
	if e.Deleted() {
		return false, "it's being deleted"
	}
	judge := r.Ready
	if judge == nil {
		judge = ReadyByConditions
	}
	ready, why := judge(e)
	if ready {
		return true, ""
	}
	if c := e.complaint(); c != "" {
		return false, c
	}
	return false, why
}

// complaint of a provider about a resource, in its own words. What it says of the
// last attempt is of use only until that is known to have failed.
func (e Existing) complaint() string {
	for _, t := range []string{"Synced", "LastAsyncOperation", "Ready"} {
		if c := e.Condition(t); c.Status == metav1.ConditionFalse && c.Message != "" {
			return c.Message
		}
	}
	if e.Condition("Synced").Reason == "ReconcilePaused" {
		return "its reconciliation is paused"
	}
	return ""
}
