package karpenter

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
)

// numbered tags.
func numbered(prefix string, n int) map[string]string {
	tags := make(map[string]string, n)
	for i := range n {
		tags[fmt.Sprintf("%s-%02d", prefix, i)] = "x"
	}
	return tags
}

func TestNodeClassTags(t *testing.T) {
	const path = "spec.karpenter.nodeClasses[0].tags"
	type args struct {
		spec, fences, class map[string]string
		mandatory           []string
	}

	cases := map[string]struct {
		reason string
		args   args
		want   []string
	}{
		"Most": {reason: "Karpenter adds six tags, and the platform one.", args: args{spec: numbered("spec", 20), fences: numbered("fence", 3), class: numbered("class", 20)}},
		"TooMany": {
			reason: "The sum is what counts.",
			args:   args{spec: numbered("org", 30), class: numbered("team", 30)},
			want:   []string{path + ": Forbidden: AWS allows 50 tags on an instance: spec.tags, the platform team and this class set 60, and the platform and Karpenter 7 more: remove 17"},
		},
		"Fences": {
			reason: "Tags of the platform team count.",
			args:   args{spec: numbered("spec", 20), fences: numbered("fence", 4), class: numbered("class", 20)},
			want:   []string{path + ": Forbidden: AWS allows 50 tags on an instance: spec.tags, the platform team and this class set 44, and the platform and Karpenter 7 more: remove 1"},
		},
		"SameKeys":   {reason: "A tag that is set twice counts once.", args: args{spec: numbered("tag", 30), class: numbered("tag", 30)}},
		"OwnName":    {reason: "Karpenter sets no Name if the class does.", args: args{spec: numbered("spec", 40), class: map[string]string{"Name": "x", "a": "x", "b": "x", "c": "x"}}},
		"Overridden": {reason: "A class may have another value.", args: args{spec: map[string]string{"Team": "a"}, class: map[string]string{"Team": "b"}}},
		"Characters": {
			reason: "The instance profile has them, too.",
			args:   args{class: map[string]string{"cost-center": "R&D (Paris), 50% #7"}},
			want:   []string{path + `[cost-center]: Invalid value: "R&D (Paris), 50% #7": AWS allows letters, digits, spaces and _ . : / = + - @ in keys and values`},
		},
		"Case": {
			reason: "IAM ignores the case of keys.",
			args:   args{class: map[string]string{"Name": "one", "name": "two"}},
			want:   []string{path + "[name]: Forbidden: IAM ignores the case of keys, so it is the same tag as Name: leave one of them out"},
		},
		"Fenced": {
			reason: "A class cannot override a tag of the platform team.",
			args:   args{fences: map[string]string{"cost-center": "42"}, class: map[string]string{"cost-center": "7"}},
			want:   []string{path + "[cost-center]: Forbidden: the platform team sets this tag to 42: leave it out"},
		},
		"FencedSame": {reason: "A class may repeat a tag of the platform team.", args: args{fences: map[string]string{"cost-center": "42"}, class: map[string]string{"cost-center": "42"}}},
		"Mandatory": {
			reason: "A class cannot empty a tag that the platform team requires.",
			args:   args{spec: map[string]string{"team": "a"}, class: map[string]string{"team": ""}, mandatory: []string{"team"}},
			want:   []string{path + "[team]: Required value: the platform team requires this tag: set it, or leave it out to have that of spec.tags"},
		},
		"CaseOfSpec": {
			reason: "The class has the tags of the spec, too.",
			args:   args{spec: map[string]string{"team": "a"}, class: map[string]string{"Team": "b"}},
			want:   []string{path + "[Team]: Forbidden: IAM ignores the case of keys, so it is the same tag as team: leave one of them out"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(changed(func(c *claim.Claim) {
				c.Spec.Tags, c.Fences = tc.args.spec, v1beta1.Fences{Tags: tc.args.fences, MandatoryTags: tc.args.mandatory}
				c.Spec.Karpenter.NodeClasses[0].Tags = tc.args.class
			}))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
