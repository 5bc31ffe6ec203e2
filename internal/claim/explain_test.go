package claim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func TestExplained(t *testing.T) {
	cases := map[string]struct {
		reason string
		spec   string
		want   []string
	}{
		"Misspelled": {
			reason: "A field that is nearly right should be named first.",
			spec:   "{region: eu-west-3, systemNodes: {instanceType: t3.large}}",
			want:   []string{`spec.systemNodes.instanceType: Invalid value: unknown field: did you mean "instanceTypes"? (fields: instanceTypes, amiType, capacityType, minSize, name, desiredSize, labels, maxSize, volumeSizeGiB, kubernetesVersion, criticalAddonsOnly)`},
		},
		"Case": {
			reason: "Letters in another case are the smallest mistake.",
			spec:   "{region: eu-west-3, iam: {WithOidc: true}}",
			want:   []string{`spec.iam.WithOidc: Invalid value: unknown field: did you mean "withOIDC"? (fields: withOIDC, workloadIdentity)`},
		},
		"Unlike": {
			reason: "A field that resembles none should not be guessed.",
			spec:   "{region: eu-west-3, network: {internetGateway: true}}",
			want:   []string{`spec.network.internetGateway: Invalid value: unknown field: use one of natGateway, zoneCount, zones, cidr, subnetPrefixLength`},
		},
		"InAList": {
			reason: "Items of a list have fields, too.",
			spec:   "{region: eu-west-3, addons: [{name: coredns, Version: v1.12.4-eksbuild.1}]}",
			want:   []string{`spec.addons[0].Version: Invalid value: unknown field: did you mean "version"? (fields: version, name, configurationValues)`},
		},
		"Version": {
			reason: "YAML reads an unquoted version as a number.",
			spec:   "{region: eu-west-3, kubernetesVersion: 1.35}",
			want:   []string{`spec.kubernetesVersion: Invalid value: must be of type string, not number: quote it: "1.35"`},
		},
		"LastZero": {
			reason: "YAML reads 1.30 as 1.3, which is no version of Kubernetes.",
			spec:   "{region: eu-west-3, kubernetesVersion: 1.30, systemNodes: {kubernetesVersion: 1.30}}",
			want: []string{
				`spec.kubernetesVersion: Invalid value: must be of type string, not number: quote it: "1.30"`,
				`spec.systemNodes.kubernetesVersion: Invalid value: must be of type string, not number: quote it: "1.30"`,
			},
		},
		"Account": {
			reason: "An account ID is not a number.",
			spec:   "{region: eu-west-3, accountId: 123456789012}",
			want:   []string{`spec.accountId: Invalid value: must be of type string, not integer: quote it: "123456789012"`},
		},
		"FirstZero": {
			reason: "YAML may have read a number in octal: there is no right value to print.",
			spec:   "{region: eu-west-3, accountId: 012345670123}",
			want:   []string{`spec.accountId: Invalid value: must be of type string, not integer: quote it`},
		},
		"Tags": {
			reason: "Values of tags are strings, and yes may have become true.",
			spec:   "{region: eu-west-3, tags: {example.org/cost: 42, critical: yes}}",
			want: []string{
				`spec.tags.critical: Invalid value: must be of type string, not boolean: quote it`,
				`spec.tags.example.org/cost: Invalid value: must be of type string, not integer: quote it: "42"`,
			},
		},
		"NotQuotable": {
			reason: "Quotes don't make a string of an object, nor a number of a string.",
			spec:   `{region: {name: eu-west-3}, systemNodes: {minSize: "2"}}`,
			want: []string{
				`spec.region: Invalid value: must be of type string, not object`,
				`spec.region.name: Invalid value: unknown field: leave it out`,
				`spec.systemNodes.minSize: Invalid value: must be of type integer, not string`,
			},
		},
		"Alternatives": {
			reason: "A value that may have two types should have one error.",
			spec:   "{region: eu-west-3, karpenter: {nodePools: [{name: a, limits: {cpu: true}}]}}",
			want:   []string{`spec.karpenter.nodePools[0].limits.cpu: Invalid value: must be of type integer,string, not boolean`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var spec map[string]any
			if err := yaml.Unmarshal([]byte(tc.spec), &spec); err != nil {
				t.Fatal(err)
			}
			s, err := definition()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			given := map[string]any{"spec": spec}
			for _, e := range explained(given, s.Validate(t.Context(), given)) {
				got = append(got, e.Error())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nexplained(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
