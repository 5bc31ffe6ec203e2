package claim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
)

func TestDecodeFences(t *testing.T) {
	type want struct {
		fences v1beta1.Fences
		err    string
	}
	cases := map[string]struct {
		reason string
		fences string
		want   want
	}{
		"Valid": {
			reason: "Fences should be decoded.",
			fences: "{allowedRegions: [eu-west-3]}",
			want:   want{fences: v1beta1.Fences{AllowedRegions: []string{"eu-west-3"}}},
		},
		"AnyCase": {
			reason: "A field in another case should be accepted, as it always was.",
			fences: "{accountID: '123456789012'}",
			want:   want{fences: v1beta1.Fences{AccountID: "123456789012"}},
		},
		"Unknown": {
			reason: "All unknown fields should be listed, with the field that was meant.",
			fences: "{alowedRegions: [eu-west-3], argoCD: {namespace: argocd, roleArm: a}}",
			want: want{err: `input.alowedRegions: Invalid value: unknown field: did you mean "allowedRegions"? ` +
				`(fields: allowedRegions, apiVersion, argoCD, accountId, kind, mandatoryTags, tags, metadata, namespace, allowedKubernetesVersions, providerConfigRef, providerPrincipalARN, karpenterChartRepository, permissionsBoundaryARN); ` +
				`input.argoCD.roleArm: Invalid value: unknown field: did you mean "roleARN"? (fields: roleARN, namespace)`},
		},
		"Number": {
			reason: "An account ID that isn't quoted is a number.",
			fences: "{accountId: 123456789012}",
			want:   want{err: `input.accountId: Invalid value: must be of type string, not number: quote it: "123456789012"`},
		},
		"NumberInAList": {
			reason: "A version that isn't quoted is a number, and a list may have several.",
			fences: "{allowedKubernetesVersions: ['1.34', 1.30]}",
			want:   want{err: `input.allowedKubernetesVersions[1]: Invalid value: must be of type string, not number: quote it: "1.30"`},
		},
		"NumberInAMap": {
			reason: "Values of tags are strings.",
			fences: "{tags: {a: b, c: 1}}",
			want:   want{err: `input.tags[c]: Invalid value: must be of type string, not number: quote it: "1"`},
		},
		"NoList": {
			reason: "A single value is not a list.",
			fences: "{allowedRegions: eu-west-3}",
			want:   want{err: `input.allowedRegions: Invalid value: must not be of type string`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			raw := make(map[string]any)
			if err := yaml.Unmarshal([]byte(tc.fences), &raw); err != nil {
				t.Fatal(err)
			}
			raw["apiVersion"], raw["kind"] = fencesAPIVersion, fencesKind
			f, err := DecodeFences(raw)
			got := want{}
			if err != nil {
				got.err = err.Error()
			} else {
				f.APIVersion, f.Kind = "", ""
				got.fences = f
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nDecodeFences(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
