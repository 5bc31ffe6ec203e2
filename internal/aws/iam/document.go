package iam

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// MaxManagedPolicySize is how many characters a customer managed policy may
// have, white space not counted:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const MaxManagedPolicySize = 6144

// Effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// policyVersion is the version of the policy language. Without it, IAM reads a
// document as 2008-10-17, which has no policy variables.
const policyVersion = "2012-10-17"

// A Document is a policy document: an identity policy, a role's trust policy or
// a resource policy.
type Document struct {
	// ID of the document, optional. Only resource policies, for example those
	// of SQS queues, show it.
	ID string

	// Statements of the document, in the order they are written.
	Statements []Statement
}

// A Statement allows or denies actions.
type Statement struct {
	// Sid is the statement's name: letters and digits, unique in the document.
	Sid string

	// Effect is Allow or Deny. Empty means Allow.
	Effect string

	// Principal the statement is about. Trust and resource policies need one,
	// identity policies must not have one.
	Principal Principal

	// Actions, for example ec2:RunInstances.
	Actions []string

	// Resources are ARNs, or * for all. Trust policies have none: their
	// resource is the role.
	Resources []string

	// Conditions that must all be true.
	Conditions Conditions
}

// A Principal is who may act:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
type Principal struct {
	// Service principals, for example ec2.amazonaws.com.
	Service []string

	// AWS principals: account IDs, or ARNs of accounts, roles and users.
	AWS []string

	// Federated principals, for example the ARN of an OpenID Connect provider.
	Federated []string

	// Any is the principal *, which is everyone. It overrides the other fields.
	Any bool
}

// Conditions are the values a key is compared with, by operator and key:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
type Conditions map[string]map[string][]string

// AssumedByService returns the trust policy of a role that AWS services assume,
// for example ec2.amazonaws.com.
func AssumedByService(services ...string) Document {
	return Document{Statements: []Statement{{
		Principal: Principal{Service: services},
		Actions:   []string{"sts:AssumeRole"},
	}}}
}

// AssumedByPodIdentity returns the trust policy of a role that pods get through
// an EKS Pod Identity association. EKS tags the session with the cluster, the
// namespace and the service account, hence sts:TagSession:
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
func AssumedByPodIdentity() Document {
	return Document{Statements: []Statement{{
		Principal: Principal{Service: []string{"pods.eks.amazonaws.com"}},
		Actions:   []string{"sts:AssumeRole", "sts:TagSession"},
	}}}
}

// AssumedByServiceAccount returns the trust policy of a role that one service
// account assumes through the cluster's OpenID Connect provider (IRSA).
// issuerHostPath is the issuer's URL without https://, for example
// oidc.eks.eu-west-3.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:
// https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
func AssumedByServiceAccount(providerARN, issuerHostPath, namespace, serviceAccount string) Document {
	return Document{Statements: []Statement{{
		Principal: Principal{Federated: []string{providerARN}},
		Actions:   []string{"sts:AssumeRoleWithWebIdentity"},
		Conditions: Conditions{"StringEquals": {
			issuerHostPath + ":sub": {"system:serviceaccount:" + namespace + ":" + serviceAccount},
			issuerHostPath + ":aud": {"sts.amazonaws.com"},
		}},
	}}}
}

// JSON returns the document without white space. The same document always gives
// the same bytes.
//
// Lists of one element are written as plain strings, as AWS returns them where
// it normalises documents. The provider treats both forms as equal, so neither
// can start a loop of updates.
func (d Document) JSON() string {
	b := &bytes.Buffer{}
	e := json.NewEncoder(b)

	// \u003c for < is valid JSON, but six characters of the policy's quota.
	e.SetEscapeHTML(false)

	_ = e.Encode(d.wire()) //nolint:errchkjson,musttag // There are only strings, and AWS names the fields.

	return string(bytes.TrimRight(b.Bytes(), "\n"))
}

// Size returns the document's length in characters, for comparison with IAM's
// quotas. IAM does not count white space, and the document has none outside of
// its strings; white space inside of them is counted here, to be on the safe
// side.
func (d Document) Size() int {
	return utf8.RuneCountInString(d.JSON())
}

// The types below are a document as it is written. Fields are in the order in
// which AWS prints them; maps are sorted by encoding/json.
type (
	wireDocument struct {
		Version   string
		ID        string `json:"Id,omitempty"`
		Statement []wireStatement
	}

	wireStatement struct {
		Sid       string `json:",omitempty"`
		Effect    string
		Principal any `json:",omitempty"`
		Action    any
		Resource  any                       `json:",omitempty"`
		Condition map[string]map[string]any `json:",omitempty"`
	}
)

func (d Document) wire() wireDocument {
	w := wireDocument{Version: policyVersion, ID: d.ID, Statement: make([]wireStatement, 0, len(d.Statements))}
	for _, s := range d.Statements {
		w.Statement = append(w.Statement, s.wire())
	}
	return w
}

func (s Statement) wire() wireStatement {
	w := wireStatement{
		Sid:       s.Sid,
		Effect:    s.Effect,
		Principal: s.Principal.wire(),
		Action:    oneOrMany(s.Actions),
		Condition: s.Conditions.wire(),
	}
	if w.Effect == "" {
		w.Effect = Allow
	}
	if len(s.Resources) > 0 {
		w.Resource = oneOrMany(s.Resources)
	}
	return w
}

// wire returns nil for no principal, so that identity policies have none.
func (p Principal) wire() any {
	if p.Any {
		return "*"
	}
	w := map[string]any{}
	for kind, names := range map[string][]string{"AWS": p.AWS, "Federated": p.Federated, "Service": p.Service} {
		if len(names) > 0 {
			w[kind] = oneOrMany(names)
		}
	}
	if len(w) == 0 {
		return nil
	}
	return w
}

func (c Conditions) wire() map[string]map[string]any {
	w := make(map[string]map[string]any, len(c))
	for operator, keys := range c {
		w[operator] = make(map[string]any, len(keys))
		for key, values := range keys {
			w[operator][key] = oneOrMany(values)
		}
	}
	return w
}

// oneOrMany returns a list of one element as that element. No elements stay an
// empty list: null is not in the grammar.
func oneOrMany(list []string) any {
	switch len(list) {
	case 0:
		return []string{}
	case 1:
		return list[0]
	default:
		return list
	}
}
