// Package platform turns what a claim says into a Plan: its spec with defaults,
// checked against the schema, the rules between fields and the platform team's
// fences, together with what AWS has told so far. Domains describe resources
// from a Plan and from nothing else.
package platform
