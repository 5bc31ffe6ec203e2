package crds

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

const cluster = `
apiVersion: eks.aws.m.upbound.io/v1beta1
kind: Cluster
metadata: {name: cool, namespace: default}
spec:
  forProvider:
    region: eu-west-1
    roleArn: arn:aws:iam::123456789012:role/cool
    upgradePolicy: {supportType: STANDARD}
    vpcConfig:
      endpointPublicAccess: false
      subnetIds: [subnet-1, subnet-2]
`

const nodePool = `
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: general}
spec:
  weight: 10
  limits: {cpu: 100}
  disruption: {consolidateAfter: 1m}
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: general}
      requirements:
      - {key: kubernetes.io/arch, operator: In, values: [arm64]}
      - {key: karpenter.k8s.aws/instance-cpu, operator: Gt, values: ["1"]}
`

const nodeClass = `
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: general}
spec:
  role: cool
  amiSelectorTerms: [{alias: bottlerocket@latest}]
  subnetSelectorTerms: [{tags: {karpenter.sh/discovery: cool}}]
  securityGroupSelectorTerms: [{id: sg-1}]
`

const release = `
apiVersion: helm.m.crossplane.io/v1beta1
kind: Release
metadata: {name: karpenter, namespace: default}
spec:
  forProvider:
    namespace: kube-system
    chart: {name: karpenter, repository: "oci://example.org/karpenter", version: 1.14.1}
    values: {settings: {clusterName: cool}}
  providerConfigRef: {kind: ProviderConfig, name: cool}
`

const secret = `
apiVersion: v1
kind: Secret
metadata: {name: kubeconfig, namespace: default, labels: {a: b}}
data: {kubeconfig: eA==}
`

// object returns an object with the supplied patch, a merge patch, applied.
func object(tb testing.TB, doc, patch string) map[string]any {
	tb.Helper()
	out, p := map[string]any{}, map[string]any{}
	if err := yaml.Unmarshal([]byte(doc), &out); err != nil {
		tb.Fatalf("cannot parse object: %v", err)
	}
	if err := yaml.Unmarshal([]byte(patch), &p); err != nil {
		tb.Fatalf("cannot parse patch: %v", err)
	}
	merge(out, p)
	return out
}

func merge(into, patch map[string]any) {
	for k, v := range patch {
		if v == nil {
			delete(into, k)
			continue
		}
		a, aok := into[k].(map[string]any)
		b, bok := v.(map[string]any)
		if aok && bok {
			merge(a, b)
			continue
		}
		into[k] = v
	}
}

// embed the supplied object in an Object of provider-kubernetes.
func embed(tb testing.TB, manifest map[string]any) map[string]any {
	tb.Helper()
	return object(tb, `
apiVersion: kubernetes.m.crossplane.io/v1alpha1
kind: Object
metadata: {name: general, namespace: default}
spec:
  providerConfigRef: {kind: ProviderConfig, name: cool}
`, mustMarshal(tb, map[string]any{"spec": map[string]any{"forProvider": map[string]any{"manifest": manifest}}}))
}

func mustMarshal(tb testing.TB, v any) string {
	tb.Helper()
	b, err := yaml.Marshal(v)
	if err != nil {
		tb.Fatalf("cannot marshal object: %v", err)
	}
	return string(b)
}

// An outcome is the stable part of an error.
type outcome struct {
	Type   field.ErrorType
	Field  string
	Detail string
}

func outcomes(errs field.ErrorList) []outcome {
	var out []outcome
	for _, err := range errs {
		out = append(out, outcome{Type: err.Type, Field: err.Field, Detail: err.Detail})
	}
	return out
}

func TestValidate(t *testing.T) {
	manifest := "spec.forProvider.manifest"

	cases := map[string]struct {
		reason string
		obj    map[string]any
		want   []outcome
	}{
		"Secret": {
			reason: "A Secret has no CRD, but its own validation.",
			obj:    object(t, secret, ""),
		},
		"SecretWithText": {
			reason: "Data is base64.",
			obj:    object(t, secret, "data: {kubeconfig: plain text}"),
			want:   []outcome{{Type: field.ErrorTypeInvalid, Field: "data", Detail: "illegal base64 data at input byte 5"}},
		},
		"SecretWithUnknownField": {
			reason: "A misspelled field is refused.",
			obj:    object(t, secret, "datum: {}"),
			want:   []outcome{{Type: field.ErrorTypeInvalid, Field: "data", Detail: `json: unknown field "datum"`}},
		},
		"SecretWithBadKey": {
			reason: "Keys are file names.",
			obj:    object(t, secret, "data: {a/b: eA==}"),
			want: []outcome{{
				Type: field.ErrorTypeInvalid, Field: "data[a/b]",
				Detail: "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
			}},
		},
		"Cluster": {
			reason: "It should accept a valid object of provider-aws.",
			obj:    object(t, cluster, ``),
		},
		"Release": {
			reason: "It should accept a valid object of provider-helm.",
			obj:    object(t, release, ``),
		},
		"NodePool": {
			reason: "It should accept a valid NodePool.",
			obj:    object(t, nodePool, ``),
		},
		"ObjectNodePool": {
			reason: "It should accept a valid NodePool in an object of provider-kubernetes.",
			obj:    embed(t, object(t, nodePool, ``)),
		},
		"ObjectEC2NodeClass": {
			reason: "It should accept a valid EC2NodeClass in an object of provider-kubernetes.",
			obj:    embed(t, object(t, nodeClass, ``)),
		},
		"ObjectOtherKind": {
			reason: "It should not validate an embedded object without a CRD.",
			obj:    embed(t, object(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: cool}, wat: true}`, ``)),
		},
		"NoKind": {
			reason: "It should refuse an object that has no kind.",
			want:   []outcome{{field.ErrorTypeInvalid, "kind", "cannot find a CRD of "}},
		},
		"UnknownKind": {
			reason: "It should refuse a kind without a CRD.",
			obj:    object(t, cluster, `{kind: Clutter}`),
			want:   []outcome{{field.ErrorTypeInvalid, "kind", "cannot find a CRD of Clutter.eks.aws.m.upbound.io"}},
		},
		"ClusterScopedKind": {
			reason: "It should refuse the cluster-scoped variant of a kind, which isn't composed.",
			obj:    object(t, cluster, `{apiVersion: eks.aws.upbound.io/v1beta1}`),
			want:   []outcome{{field.ErrorTypeInvalid, "kind", "cannot find a CRD of Cluster.eks.aws.upbound.io"}},
		},
		"UnknownVersion": {
			reason: "It should refuse a version the CRD doesn't have.",
			obj:    object(t, cluster, `{apiVersion: eks.aws.m.upbound.io/v2}`),
			want:   []outcome{{field.ErrorTypeInvalid, "kind", `cannot find version "v2" in the CRD of Cluster.eks.aws.m.upbound.io`}},
		},
		"UnknownField": {
			reason: "It should refuse a field the CRD doesn't have.",
			obj:    object(t, cluster, `{spec: {forProvider: {vpcConfig: {subnetIDs: [a]}}}}`),
			want:   []outcome{{field.ErrorTypeInvalid, "spec.forProvider.vpcConfig.subnetIDs", "unknown field"}},
		},
		"UnknownFieldInOneVersion": {
			reason: "It should refuse a field that only the newest version has, and name the other.",
			obj:    object(t, cluster, `{spec: {forProvider: {vpcConfig: {controlPlaneEgressMode: PUBLIC}}}}`),
			want:   []outcome{{field.ErrorTypeInvalid, "spec.forProvider.vpcConfig.controlPlaneEgressMode", "unknown field (github.com/upbound/provider-aws/v2 v2.5.0)"}},
		},
		"UnknownFieldInOneRelease": {
			reason: "It should refuse a field that the version in the middle has, too, and name only the oldest.",
			obj:    object(t, release, `{spec: {forProvider: {chart: {digest: "sha256:`+strings.Repeat("a", 64)+`"}}}}`),
			want:   []outcome{{field.ErrorTypeInvalid, "spec.forProvider.chart.digest", "unknown field (github.com/crossplane-contrib/provider-helm v1.2.0)"}},
		},
		"UnknownMetadata": {
			reason: "It should refuse metadata that Kubernetes doesn't have.",
			obj:    object(t, cluster, `{metadata: {lables: {a: b}}}`),
			want:   []outcome{{field.ErrorTypeInvalid, "metadata.lables", "unknown field"}},
		},
		"MissingRequired": {
			reason: "It should refuse an object without a field that's required.",
			obj:    object(t, cluster, `{spec: {forProvider: {region: null}}}`),
			want:   []outcome{{field.ErrorTypeRequired, "spec.forProvider.region", ""}},
		},
		"WrongType": {
			reason: "It should refuse a value of the wrong type.",
			obj:    object(t, cluster, `{spec: {forProvider: {vpcConfig: {endpointPublicAccess: "no"}}}}`),
			want: []outcome{{
				field.ErrorTypeTypeInvalid, "spec.forProvider.vpcConfig.endpointPublicAccess",
				`spec.forProvider.vpcConfig.endpointPublicAccess in body must be of type boolean: "string"`,
			}},
		},
		"CEL": {
			reason: "It should refuse an object that breaks a CEL rule, here one for defaulted management policies.",
			obj:    object(t, cluster, `{spec: {forProvider: {vpcConfig: null}}}`),
			want:   []outcome{{field.ErrorTypeInvalid, "spec", "spec.forProvider.vpcConfig is a required parameter"}},
		},
		"CELObserve": {
			reason: "It should accept an observe-only object without the fields that creation requires.",
			obj:    object(t, cluster, `{spec: {managementPolicies: [Observe], forProvider: {vpcConfig: null}}}`),
		},
		"NoName": {
			reason: "It should refuse an object without name or namespace.",
			obj:    object(t, cluster, `{metadata: null}`),
			want: []outcome{
				{field.ErrorTypeRequired, "metadata.name", ""},
				{field.ErrorTypeRequired, "metadata.namespace", ""},
			},
		},
		"LongName": {
			reason: "It should refuse a name that's too long.",
			obj:    object(t, cluster, `{metadata: {name: `+strings.Repeat("a", 254)+`}}`),
			want:   []outcome{{field.ErrorTypeInvalid, "metadata.name", "must be no more than 253 characters"}},
		},
		"Namespace": {
			reason: "It should refuse a namespace where the kind has none.",
			obj:    object(t, nodePool, `{metadata: {namespace: default}}`),
			want:   []outcome{{field.ErrorTypeForbidden, "metadata.namespace", "not allowed on this type"}},
		},
		"NoConsolidateAfter": {
			reason: "It should refuse a NodePool without a field that's required, at its path in the object that embeds it, and name the only version that requires it.",
			obj:    embed(t, object(t, nodePool, `{spec: {disruption: {consolidateAfter: null}}}`)),
			want:   []outcome{{field.ErrorTypeRequired, manifest + ".spec.disruption.consolidateAfter", "(github.com/aws/karpenter-provider-aws v1.14.1)"}},
		},
		"RestrictedLabel": {
			reason: "It should refuse a NodePool that requires a label Karpenter doesn't allow.",
			obj: embed(t, object(t, nodePool, `
spec: {template: {spec: {requirements: [{key: karpenter.k8s.aws/instance-pods, operator: Gt, values: ["10"]}]}}}`)),
			want: []outcome{{
				field.ErrorTypeInvalid, manifest + ".spec.template.spec.requirements[0].key",
				`label domain "karpenter.k8s.aws" is restricted`,
			}},
		},
		"RoleAndProfile": {
			reason: "It should refuse an EC2NodeClass that breaks a CEL rule.",
			obj:    embed(t, object(t, nodeClass, `{spec: {instanceProfile: cool}}`)),
			want: []outcome{{
				field.ErrorTypeInvalid, manifest + ".spec",
				`must specify exactly one of ['role', 'instanceProfile']`,
			}},
		},
		"UnknownKarpenterField": {
			reason: "It should refuse a field of an embedded object that its CRD doesn't have.",
			obj:    embed(t, object(t, nodeClass, `{spec: {roll: cool}}`)),
			want:   []outcome{{field.ErrorTypeInvalid, manifest + ".spec.roll", "unknown field"}},
		},
		"UnknownKarpenterKind": {
			reason: "It should refuse a Karpenter kind without a CRD.",
			obj:    embed(t, object(t, nodePool, `{kind: Provisioner}`)),
			want:   []outcome{{field.ErrorTypeInvalid, manifest + ".kind", "cannot find a CRD of Provisioner.karpenter.sh"}},
		},
		"NoManifest": {
			reason: "It should refuse an object of provider-kubernetes that embeds nothing.",
			obj:    object(t, cluster, `{apiVersion: kubernetes.m.crossplane.io/v1alpha1, kind: Object, spec: {forProvider: null}}`),
			want:   []outcome{{field.ErrorTypeRequired, "spec.forProvider", ""}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := outcomes(Validate(t.Context(), tc.obj))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestCombine combines the errors of the releases of a module.
func TestCombine(t *testing.T) {
	spec, name := field.NewPath("spec"), field.NewPath("metadata", "name")
	cases := map[string]struct {
		reason   string
		releases map[string]field.ErrorList
		want     []outcome
	}{
		"Valid": {
			reason:   "An object that each release accepts is valid.",
			releases: map[string]field.ErrorList{"v1.0.0": nil, "v1.1.0": nil},
		},
		"All": {
			reason:   "An error of each release is reported once.",
			releases: map[string]field.ErrorList{"v1.0.0": {field.Required(name, "")}, "v1.1.0": {field.Required(name, "")}},
			want:     []outcome{{Type: field.ErrorTypeRequired, Field: "metadata.name"}},
		},
		"Some": {
			reason: "An error of some releases names them.",
			releases: map[string]field.ErrorList{
				"v1.0.0": {field.Required(name, "")},
				"v1.1.0": {field.Required(name, ""), field.Forbidden(spec, "no")},
				"v1.2.0": {field.Required(name, ""), field.Forbidden(spec, "no")},
			},
			want: []outcome{
				{Type: field.ErrorTypeRequired, Field: "metadata.name"},
				{Type: field.ErrorTypeForbidden, Field: "spec", Detail: "no (example.org/module v1.1.0, v1.2.0)"},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := outcomes(combine("example.org/module", tc.releases))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\ncombine(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestValidateConcurrently(t *testing.T) {
	obj := embed(t, object(t, nodePool, ``))

	wg := &sync.WaitGroup{}
	for range 8 {
		wg.Go(func() {
			if errs := Validate(t.Context(), obj); len(errs) > 0 {
				t.Errorf("Validate(...): %v", errs.ToAggregate())
			}
		})
	}
	wg.Wait()
}

func TestPrefix(t *testing.T) {
	got := prefix(field.NewPath("spec", "manifest"), field.ErrorList{
		field.Required(nil, ""),
		field.Required(field.NewPath("spec"), ""),
	})

	want := []outcome{
		{Type: field.ErrorTypeRequired, Field: "spec.manifest"},
		{Type: field.ErrorTypeRequired, Field: "spec.manifest.spec"},
	}
	if diff := cmp.Diff(want, outcomes(got)); diff != "" {
		t.Errorf("prefix(...): -want, +got:\n%s", diff)
	}
}
