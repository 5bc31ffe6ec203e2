// Package iam builds IAM policy documents as values.
//
// A document becomes JSON only at the end, and only through encoding/json. So
// no value of a claim, such as a cluster name or a tag, can close a quote and
// add a statement. IAM's own syntax isn't escaped: the wildcards * and ?, and
// policy variables such as ${aws:username}. Names must be validated before they
// get here.
//
// The grammar is that of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html,
// without NotAction, NotResource and NotPrincipal, which the function doesn't need.
package iam
