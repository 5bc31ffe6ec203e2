// Package compose decides what to desire of what is described, given what
// exists. It knows Crossplane: that what a function stops desiring is deleted,
// that desired state is a full intent, and that a resource is known forever by
// its name in the desired state. It does not know AWS.
package compose
