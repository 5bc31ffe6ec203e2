package aws

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestName(t *testing.T) {
	long := strings.Repeat("a", 100)
	cases := map[string]struct {
		reason string
		limit  Limit
		parts  []string
		want   string
	}{
		"Fits": {
			reason: "A name that fits is its parts, joined.",
			limit:  LimitRole,
			parts:  []string{"Seafarer-cluster", "eu-west-3", "cluster"},
			want:   "Seafarer-cluster-eu-west-3-cluster",
		},
		"JustFits": {
			reason: "A name as long as the limit is not cut.",
			limit:  10,
			parts:  []string{"aaaa", "bbbbb"},
			want:   "aaaa-bbbbb",
		},
		"TooLong": {
			reason: "A name that is too long ends with a hash of the full name.",
			limit:  LimitRole,
			parts:  []string{long, "eu-west-3", "cluster"},
			want:   strings.Repeat("a", 55) + "-" + Short(long+"-eu-west-3-cluster"),
		},
		"NoDashBeforeHash": {
			reason: "A cut after a separator doesn't give two in a row.",
			limit:  16,
			parts:  []string{"abcdef", "ghijklmnop"},
			want:   "abcdef-" + Short("abcdef-ghijklmnop"),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := Name(tc.limit, tc.parts...)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s\nName(...): -want, +got:\n%s", tc.reason, diff)
			}
			if len(got) > int(tc.limit) {
				t.Errorf("Name(...) = %q is longer than %d", got, tc.limit)
			}
		})
	}
}

func TestObjectName(t *testing.T) {
	cases := map[string]struct {
		reason string
		a, b   [2]string
	}{
		"Neighbors": {
			reason: "Owner a-b with key c and owner a with key b-c must have different names.",
			a:      [2]string{"a-b", "c"},
			b:      [2]string{"a", "b-c"},
		},
		"LongOwners": {
			reason: "Owners with the same prefix must differ after they are cut.",
			a:      [2]string{strings.Repeat("a", 60) + "1", "vpc"},
			b:      [2]string{strings.Repeat("a", 60) + "2", "vpc"},
		},
		"LongKeys": {
			reason: "Keys with the same prefix must differ after they are cut.",
			a:      [2]string{"a", strings.Repeat("k", 80) + "1"},
			b:      [2]string{"a", strings.Repeat("k", 80) + "2"},
		},
		"Underscores": {
			reason: "An underscore isn't a dash, although names have none.",
			a:      [2]string{"a", "addon-x_y"},
			b:      [2]string{"a", "addon-x-y"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a, b := ObjectName(tc.a[0], tc.a[1]), ObjectName(tc.b[0], tc.b[1])
			if a == b {
				t.Errorf("%s\nboth are %q", tc.reason, a)
			}
			for _, n := range []string{a, b} {
				if len(n) > int(LimitObject) {
					t.Errorf("%q is longer than %d", n, LimitObject)
				}
			}
		})
	}
}

func TestParseARN(t *testing.T) {
	type want struct {
		arn ARN
		ok  bool
	}
	cases := map[string]struct {
		reason string
		in     string
		want   want
	}{
		"Role": {
			reason: "The resource of an ARN may contain colons and slashes.",
			in:     "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/eks/x/cluster",
			want: want{ok: true, arn: ARN{
				Partition: "aws-cn", Service: "logs", Region: "cn-north-1", Account: "123456789012",
				Resource: "log-group:/aws/eks/x/cluster",
			}},
		},
		"NoARN":    {reason: "A string without the prefix arn isn't an ARN.", in: "aws:arn:iam::123456789012:role/x"},
		"TooShort": {reason: "An ARN has six parts.", in: "arn:aws:iam::123456789012"},
		"Empty":    {reason: "The empty string isn't an ARN.", in: ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, ok := ParseARN(tc.in)
			if diff := cmp.Diff(tc.want, want{arn: got, ok: ok}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("%s\nParseARN(...): -want, +got:\n%s", tc.reason, diff)
			}
			if ok && got.String() != tc.in {
				t.Errorf("String() = %q, want the parsed ARN: %q", got.String(), tc.in)
			}
		})
	}
}
