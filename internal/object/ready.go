package object

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// A Readiness reports whether an object is ready and, if its conditions don't give the reason,
// why it isn't.
type Readiness func(o Object) (ready bool, why string)

// ReadyByConditions requires the conditions Ready, which means that the external resource
// exists, and Synced, which means that it is as desired, and that the last asynchronous
// operation hasn't failed. Providers generated from Terraform report Ready and Synced while an
// update fails; they clear its failure once the resource is as desired.
func ReadyByConditions(o Object) (bool, string) {
	failed := o.Condition("LastAsyncOperation").Status == metav1.ConditionFalse
	return o.Is("Ready") && o.Is("Synced") && !failed, ""
}

// ReadyByExistence is for kinds whose state no controller reports.
func ReadyByExistence(Object) (bool, string) { return true, "" }

// Judge reports whether an object is ready, and otherwise why it isn't, as far as it's
// reported. A nil Readiness means ReadyByConditions.
func (r Readiness) Judge(o Object) (bool, string) {
	if o.Deleted() {
		return false, "it's being deleted"
	}
	if r == nil {
		r = ReadyByConditions
	}
	ready, why := r(o)
	if ready {
		return true, ""
	}
	switch c := o.Complaint(); {
	case c == "":
		return false, why
	case why == "":
		return false, c
	default:
		return false, why + ": " + c
	}
}

// Complaint of the provider, as it words it. Its report of the last operation matters
// only if that operation failed.
func (o Object) Complaint() string {
	for _, t := range []string{"Synced", "LastAsyncOperation", "Ready"} {
		if c := o.Condition(t); c.Status == metav1.ConditionFalse && c.Message != "" {
			return c.Message
		}
	}
	if o.Condition("Synced").Reason == "ReconcilePaused" {
		return "its reconciliation is paused"
	}
	return ""
}
