package karpenter

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

// valuesOf the chart, as a claim has them.
func valuesOf(t *testing.T, text string) *apiextensionsv1.JSON {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &apiextensionsv1.JSON{Raw: raw}
}

func TestOwnValues(t *testing.T) {
	const path = "spec.karpenter.values."
	const trusts = "Karpenter's IAM role trusts this service account only: leave it out"
	cases := map[string]struct {
		reason string
		values string
		want   []string
	}{
		"Others":         {reason: "Other values are the claim's.", values: "{replicas: 3, settings: {batchIdleDuration: 2s}, serviceAccount: {annotations: {a: b}}, podAnnotations: {a: b}, nodeSelector: {a: b}, dnsPolicy: ClusterFirst, controller: {resources: {limits: {memory: 2Gi}}}}"},
		"Same":           {reason: "A claim may repeat the platform's values.", values: "{settings: {clusterName: shop, interruptionQueue: Karpenter-shop, enableZonalShift: false}, serviceAccount: {name: karpenter, create: true}, nodeSelector: {kubernetes.io/os: linux}, controller: {env: [{name: AWS_REGION, value: eu-west-3}]}}"},
		"ServiceAccount": {reason: "The association and the trust policy name the service account.", values: "{serviceAccount: {name: karpenter-controller}}", want: []string{path + "serviceAccount.name: Forbidden: " + trusts}},
		"NoAccount":      {reason: "Nothing else creates the service account.", values: "{serviceAccount: {create: false}}", want: []string{path + "serviceAccount.create: Forbidden: " + trusts}},
		"Settings": {
			reason: "Other resources follow from these settings.",
			values: "{settings: {clusterName: other, clusterEndpoint: 'https://a', interruptionQueue: shared-queue, enableZonalShift: true}}",
			want: []string{
				path + "settings.clusterName: Forbidden: Karpenter's permissions and its discovery of subnets are for the platform's cluster: leave it out",
				path + "settings.clusterEndpoint: Forbidden: it's the endpoint of the platform's cluster: leave it out",
				path + "settings.interruptionQueue: Forbidden: the event rules send to the platform's queue, and Karpenter may read no other: leave it out",
				path + "settings.enableZonalShift: Forbidden: Karpenter's role has no permissions for it: leave it out",
			},
		},
		"Annotations": {
			reason: "Credentials follow from these annotations.",
			values: "{serviceAccount: {annotations: {eks.amazonaws.com/role-arn: a}}, podAnnotations: {platform.seafarer.cloud/pod-identity-association: a}}",
			want: []string{
				path + "serviceAccount.annotations[eks.amazonaws.com/role-arn]: Forbidden: it's the role that the platform creates: leave it out",
				path + "podAnnotations[platform.seafarer.cloud/pod-identity-association]: Forbidden: it restarts the pods when they need other credentials: leave it out",
			},
		},
		"Nothing": {
			reason: "Null would remove the platform's values.",
			values: "{settings: null, nodeSelector: null, controller: null, tolerations: null}",
			want: []string{
				path + "settings: Invalid value: null: must be an object: it has values of the platform",
				path + "nodeSelector: Invalid value: null: must be an object: it has values of the platform",
				path + "tolerations: Invalid value: null: must be a list",
				path + "controller: Invalid value: null: must be an object: it has values of the platform",
			},
		},
		"NoEnvironment": {reason: "Null would remove the region.", values: "{controller: {env: null}}", want: []string{path + "controller.env: Invalid value: null: must be a list of variables"}},
		"Environment": {
			reason: "Variables set values, too.",
			values: "{controller: {env: [{name: HTTPS_PROXY, value: a}, {name: CLUSTER_NAME, value: a}, {name: AWS_REGION, valueFrom: {}}, {value: a}]}}",
			want: []string{
				path + "controller.env[1]: Forbidden: the platform sets CLUSTER_NAME by the value settings.clusterName: leave it out",
				path + "controller.env[2]: Forbidden: the platform sets AWS_REGION to eu-west-3: leave it out",
				path + "controller.env[3].name: Required value: an environment variable needs a name",
			},
		},
		"Selector": {
			reason: "Karpenter runs on the system nodes.",
			values: "{nodeSelector: {platform.seafarer.cloud/system: 'false', kubernetes.io/os: windows}}",
			want: []string{
				path + "nodeSelector[platform.seafarer.cloud/system]: Forbidden: Karpenter must not run on nodes that it launches: leave it out",
				path + "nodeSelector[kubernetes.io/os]: Forbidden: its image is for Linux: leave it out",
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := messages(changed(func(c *claim.Claim) { c.Spec.Karpenter.Values = valuesOf(t, tc.values) }))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestChartValues(t *testing.T) {
	type args struct {
		values string
		taint  bool
	}

	cases := map[string]struct {
		reason string
		args   args

		// want is env and tolerations.
		want string
	}{
		"Defaults": {reason: "The chart tolerates the taint by itself.", args: args{values: "{}", taint: true}, want: "{env: [{name: AWS_REGION, value: eu-west-3}]}"},
		"Proxy": {
			reason: "Variables are added to those of the platform.",
			args:   args{values: "{controller: {env: [{name: HTTPS_PROXY, value: a}]}}"},
			want:   "{env: [{name: AWS_REGION, value: eu-west-3}, {name: HTTPS_PROXY, value: a}]}",
		},
		"SameVariable": {
			reason: "A variable of the same name replaces the platform's.",
			args:   args{values: "{controller: {env: [{name: A, value: a}, {name: AWS_REGION, value: eu-west-3}]}}"},
			want:   "{env: [{name: A, value: a}, {name: AWS_REGION, value: eu-west-3}]}",
		},
		"NoVariables": {reason: "An empty list removes none.", args: args{values: "{controller: {env: []}}"}, want: "{env: [{name: AWS_REGION, value: eu-west-3}]}"},
		"Tainted": {
			reason: "Karpenter must tolerate the taint of the nodes that it runs on.",
			args:   args{values: "{tolerations: [{key: dedicated, operator: Exists}]}", taint: true},
			want:   "{env: [{name: AWS_REGION, value: eu-west-3}], tolerations: [{key: dedicated, operator: Exists}, {key: CriticalAddonsOnly, operator: Exists}]}",
		},
		"TaintedEmpty": {
			reason: "Karpenter must tolerate the taint even if the claim removes all tolerations.",
			args:   args{values: "{tolerations: []}", taint: true},
			want:   "{env: [{name: AWS_REGION, value: eu-west-3}], tolerations: [{key: CriticalAddonsOnly, operator: Exists}]}",
		},
		"TaintedOtherEffect": {
			reason: "The taint has another effect.",
			args:   args{values: "{tolerations: [{key: CriticalAddonsOnly, operator: Exists, effect: NoExecute}]}", taint: true},
			want:   "{env: [{name: AWS_REGION, value: eu-west-3}], tolerations: [{key: CriticalAddonsOnly, operator: Exists, effect: NoExecute}, {key: CriticalAddonsOnly, operator: Exists}]}",
		},
		"TaintedTolerated": {
			reason: "A toleration isn't repeated.",
			args:   args{values: "{tolerations: [{key: CriticalAddonsOnly, value: 'true', effect: NoSchedule}]}", taint: true},
			want:   "{env: [{name: AWS_REGION, value: eu-west-3}], tolerations: [{key: CriticalAddonsOnly, value: 'true', effect: NoSchedule}]}",
		},
		"TaintedAll": {
			reason: "A toleration without a key tolerates all.",
			args:   args{values: "{tolerations: [{operator: Exists}]}", taint: true},
			want:   "{env: [{name: AWS_REGION, value: eu-west-3}], tolerations: [{operator: Exists}]}",
		},
		"NoTaint": {
			reason: "Without the taint the tolerations are the claim's.",
			args:   args{values: "{tolerations: []}"},
			want:   "{env: [{name: AWS_REGION, value: eu-west-3}], tolerations: []}",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			v := chartValues(platform.Plan{Region: "eu-west-3"}, v1alpha1.KarpenterSpec{Values: valuesOf(t, tc.args.values)}, tc.args.taint)
			controller, _ := v["controller"].(map[string]any)
			got := map[string]any{"env": controller["env"]}
			if ts, ok := v["tolerations"]; ok {
				got["tolerations"] = ts
			}
			want := make(map[string]any)
			if err := yaml.Unmarshal([]byte(tc.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, plain(t, got)); diff != "" {
				t.Errorf("\n%s\nchartValues(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// plain types of JSON.
func plain(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var p any
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	return p
}
