// Package iam builds IAM policy documents as values.
//
// A document is JSON only at the very end, and only through encoding/json:
// nothing that a claim holds, a cluster name or a tag, can close a quote and
// add a statement of its own. What IAM itself gives a meaning stays special:
// the wildcards * and ?, and policy variables such as ${aws:username}. Names
// must therefore be validated before they get here.
//
// The grammar is that of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html,
// without NotAction, NotResource and NotPrincipal: nothing needs them.
package iam
