// Package compose decides what to desire of what domains describe, given what exists.
// It follows Crossplane's rules: Crossplane deletes what a function stops desiring,
// desired state is a full intent, and a key identifies a composed resource forever. It
// has no knowledge of AWS.
package compose
