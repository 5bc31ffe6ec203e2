package claim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
)

// numbered tags.
func numbered(prefix string, n int) map[string]string {
	tags := make(map[string]string, n)
	for i := range n {
		tags[fmt.Sprintf("%s-%02d", prefix, i)] = "x"
	}
	return tags
}

func TestValidateSpecTags(t *testing.T) {
	const (
		long       = ": AWS allows keys of 1 to 128 characters and values of at most 256"
		characters = ": AWS allows letters, digits, spaces and _ . : / = + - @ in keys and values"
	)
	type args struct{ tags, fences map[string]string }

	cases := map[string]struct {
		reason string
		args   args
		want   []string
	}{
		"Allowed":    {reason: "IAM allows letters of all languages.", args: args{tags: map[string]string{"équipe": "Zürich 1", "a/b:c=d+e-f@g_h.i": ""}}},
		"Longest":    {reason: "Characters count, not bytes.", args: args{tags: map[string]string{strings.Repeat("é", 128): strings.Repeat("é", 256)}}},
		"LongKey":    {reason: "A key has at most 128 characters.", args: args{tags: map[string]string{strings.Repeat("x", 129): ""}}, want: []string{"tags[" + strings.Repeat("x", 129) + `]: Invalid value: ""` + long}},
		"LongValue":  {reason: "A value has at most 256 characters.", args: args{tags: map[string]string{"a": strings.Repeat("x", 257)}}, want: []string{`tags[a]: Invalid value: "` + strings.Repeat("x", 257) + `"` + long}},
		"NoKey":      {reason: "A key has at least one character.", args: args{tags: map[string]string{"": "x"}}, want: []string{`tags[]: Invalid value: "x"` + long}},
		"Characters": {reason: "Roles have the tags, too.", args: args{tags: map[string]string{"owner": "R&D"}}, want: []string{`tags[owner]: Invalid value: "R&D"` + characters}},
		"Case": {
			reason: "IAM ignores the case of keys.",
			args:   args{tags: map[string]string{"Owner": "a", "owner": "b", "OWNER": "c"}},
			want: []string{
				"tags[Owner]: Forbidden: IAM ignores the case of keys, so it is the same tag as OWNER: leave one of them out",
				"tags[owner]: Forbidden: IAM ignores the case of keys, so it is the same tag as OWNER: leave one of them out",
			},
		},
		"CaseOfFence": {
			reason: "Each resource has the tags of the platform team, too.",
			args:   args{tags: map[string]string{"Owner": "a"}, fences: map[string]string{"owner": "a"}},
			want:   []string{"tags[Owner]: Forbidden: IAM ignores the case of keys, so it is the same tag as owner: leave one of them out"},
		},
		"SameAsFence": {reason: "The fences compare the values.", args: args{tags: map[string]string{"owner": "a"}, fences: map[string]string{"owner": "a"}}},
		"Most":        {reason: "A private subnet has seven tags of its own.", args: args{tags: numbered("a", 39), fences: numbered("b", 4)}},
		"TooMany": {
			reason: "Each resource has the tags of the platform team, too.",
			args:   args{tags: numbered("a", 40), fences: numbered("b", 5)},
			want:   []string{"tags: Forbidden: AWS allows 50 tags on a resource: the claim and the platform team set 45, and the platform and Crossplane up to 7: remove 2"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(validateSpecTags(tc.args.tags, tc.args.fences, field.NewPath("tags")))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nvalidateSpecTags(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestFenceTags have the same rules: an API server validates no input of a function.
func TestFenceTags(t *testing.T) {
	err := checkFences(v1beta1.Fences{Tags: map[string]string{"Owner": "R&D", "owner": "a"}})
	want := `cannot use the function's input in the Composition: input.tags[Owner]: Invalid value: "R&D": AWS allows letters, digits, spaces and _ . : / = + - @ in keys and values; input.tags[owner]: Forbidden: IAM ignores the case of keys, so it is the same tag as Owner: leave one of them out`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("checkFences(...): -want, +got:\n%s", diff)
	}
}
