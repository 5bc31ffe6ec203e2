package iam

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSON(t *testing.T) {
	type args struct {
		d Document
	}
	type want struct {
		json string
		size int
	}

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Empty": {
			reason: "No statements are an empty list, not null.",
			want:   want{json: `{"Version":"2012-10-17","Statement":[]}`, size: 39},
		},
		"AllowIsTheDefault": {
			reason: "A statement without an effect allows, and its empty fields are omitted.",
			args: args{d: Document{Statements: []Statement{{
				Actions:   []string{"s3:GetObject"},
				Resources: []string{"*"},
			}}}},
			want: want{
				json: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`,
				size: 96,
			},
		},
		"Everything": {
			reason: "Every field is written, in AWS's order, and condition operators and keys are sorted.",
			args: args{d: Document{ID: "Policy", Statements: []Statement{{
				Sid:       "Sid",
				Effect:    Deny,
				Principal: Principal{Service: []string{"a", "b"}, AWS: []string{"111111111111"}, Federated: []string{"f"}},
				Actions:   []string{"b:B", "a:A"},
				Resources: []string{"r2", "r1"},
				Conditions: Conditions{
					"StringLike":   {"k": {"v"}},
					"StringEquals": {"k2": {"v2", "v1"}, "k1": {"v"}},
				},
			}}}},
			want: want{
				json: `{"Version":"2012-10-17","Id":"Policy","Statement":[{"Sid":"Sid","Effect":"Deny",` +
					`"Principal":{"AWS":"111111111111","Federated":"f","Service":["a","b"]},` +
					`"Action":["b:B","a:A"],"Resource":["r2","r1"],` +
					`"Condition":{"StringEquals":{"k1":"v","k2":["v2","v1"]},"StringLike":{"k":"v"}}}]}`,
				size: 279,
			},
		},
		"AnyPrincipal": {
			reason: "Any is *, whatever else the principal names.",
			args:   args{d: Document{Statements: []Statement{{Principal: Principal{Any: true, AWS: []string{"a"}}, Actions: []string{"a:A"}}}}},
			want: want{
				json: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"a:A"}]}`,
				size: 88,
			},
		},
		"NoConditionValues": {
			reason: "A condition without values stays an empty list: null is not in the grammar.",
			args:   args{d: Document{Statements: []Statement{{Actions: []string{"a:A"}, Conditions: Conditions{"Null": {"k": nil}}}}}},
			want: want{
				json: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:A","Condition":{"Null":{"k":[]}}}]}`,
				size: 102,
			},
		},
		"NoHTMLEscapes": {
			reason: "HTML's special characters count once, not six times, and size counts characters, not bytes.",
			args:   args{d: Document{Statements: []Statement{{Actions: []string{"<é&>"}}}}},
			want: want{
				json: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"<é&>"}]}`,
				size: 73,
			},
		},
		"Injection": {
			reason: "A value cannot leave its string.",
			args:   args{d: Document{Statements: []Statement{{Actions: []string{`a","Resource":"*`}}}}},
			want: want{
				json: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a\",\"Resource\":\"*"}]}`,
				size: 89,
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := want{json: tc.args.d.JSON(), size: tc.args.d.Size()}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("%s\nJSON(), Size(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestTrust(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   Document
		want   string
	}{
		"Service": {
			reason: "The role of EC2 instances.",
			args:   AssumedByService("ec2.amazonaws.com"),
			want:   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		},
		"Services": {
			reason: "Several services may share a role.",
			args:   AssumedByService("ec2.amazonaws.com", "ec2.amazonaws.com.cn"),
			want:   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]},"Action":"sts:AssumeRole"}]}`,
		},
		"PodIdentity": {
			reason: "Pod Identity also tags the session.",
			args:   AssumedByPodIdentity(),
			want:   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`,
		},
		"ServiceAccount": {
			reason: "IRSA is limited to one service account and to the audience STS.",
			args: AssumedByServiceAccount(
				"arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-3.amazonaws.com/id/A1", "oidc.eks.eu-west-3.amazonaws.com/id/A1", "kube-system", "karpenter"),
			want: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
				`"Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-3.amazonaws.com/id/A1"},` +
				`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{` +
				`"oidc.eks.eu-west-3.amazonaws.com/id/A1:aud":"sts.amazonaws.com",` +
				`"oidc.eks.eu-west-3.amazonaws.com/id/A1:sub":"system:serviceaccount:kube-system:karpenter"}}}]}`,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.args.JSON()); diff != "" {
				t.Errorf("%s\nJSON(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func FuzzJSON(f *testing.F) {
	f.Add("EC2InterruptionPolicy", "DenyHTTP", "*", "sqs:*", "arn:aws:sqs:eu-west-3:123456789012:q", "aws:SecureTransport", "false")
	f.Add(`"`, `\`, "\n", "\x00", `"}],"Statement":[{"Effect":"Allow","Action":"*"`, "</script>&", "\u2028é\xff")

	f.Fuzz(func(t *testing.T, id, sid, principal, action, resource, key, value string) {
		d := Document{ID: id, Statements: []Statement{{
			Sid:        sid,
			Principal:  Principal{AWS: []string{principal}},
			Actions:    []string{action, action},
			Resources:  []string{resource},
			Conditions: Conditions{"StringEquals": {key: {value, key}}},
		}}}

		type statement struct {
			Sid       string
			Effect    string
			Principal map[string]string
			Action    []string
			Resource  string
			Condition map[string]map[string][]string
		}
		type document struct {
			Version   string
			ID        string `json:"Id"`
			Statement []statement
		}

		got := document{}
		if err := json.Unmarshal([]byte(d.JSON()), &got); err != nil {
			t.Fatalf("JSON() = %q is not JSON: %v", d.JSON(), err)
		}

		// JSON contains Unicode only: encoding/json writes U+FFFD for every
		// byte that is not, as does the conversion to runes.
		u := func(s string) string { return string([]rune(s)) }
		want := document{Version: "2012-10-17", ID: u(id), Statement: []statement{{
			Sid:       u(sid),
			Effect:    "Allow",
			Principal: map[string]string{"AWS": u(principal)},
			Action:    []string{u(action), u(action)},
			Resource:  u(resource),
			Condition: map[string]map[string][]string{"StringEquals": {u(key): {u(value), u(key)}}},
		}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Every string must survive a round trip.\nJSON(): -want, +got:\n%s", diff)
		}
		if again := d.JSON(); again != d.JSON() {
			t.Error("The same document must always give the same bytes.")
		}
	})
}
