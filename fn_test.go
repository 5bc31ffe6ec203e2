package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

const ttl = time.Minute

// The smallest composite resource of a claim, and an empty Fences.
const (
	xr = `{
		"apiVersion": "platform.seafarer.cloud/v1alpha1",
		"kind": "XSeafarerCluster",
		"metadata": {"name": "a-x7k2p"},
		"spec": {"claimRef": {"name": "a", "namespace": "team"}, "region": "eu-west-3"}
	}`
	input = `{"apiVersion": "seafarer-cluster.fn.platform.seafarer.cloud/v1beta1", "kind": "Fences"}`
)

// TestRunFunctionRefuses compares the entire response to refused requests: a Fatal result,
// the condition with the cause, and nothing else changed.
func TestRunFunctionRefuses(t *testing.T) {
	type args struct {
		ctx context.Context
		req *fnv1.RunFunctionRequest
	}
	type want struct {
		rsp *fnv1.RunFunctionResponse
		err error
	}

	const use = `: use this function for XSeafarerCluster or SeafarerCluster of platform.seafarer.cloud/v1alpha1`

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"NilRequest": {
			reason: "A nil request should be refused like an empty one.",
			args:   args{ctx: context.Background()},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "" of ""`+use)},
		},
		"EmptyRequest": {
			reason: "A request without observed state should be refused.",
			args:   args{ctx: context.Background(), req: &fnv1.RunFunctionRequest{}},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "" of ""`+use)},
		},
		"NoComposite": {
			reason: "Observed state without a composite resource should be refused.",
			args:   args{ctx: context.Background(), req: &fnv1.RunFunctionRequest{Observed: &fnv1.State{}}},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "" of ""`+use)},
		},
		"NilStruct": {
			reason: "A composite resource without an object should be refused.",
			args: args{ctx: context.Background(), req: &fnv1.RunFunctionRequest{
				Observed: &fnv1.State{Composite: &fnv1.Resource{}},
			}},
			want: want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "" of ""`+use)},
		},
		"NilFields": {
			reason: "A composite resource whose fields or their values are nil should be refused.",
			args: args{ctx: context.Background(), req: &fnv1.RunFunctionRequest{
				Input: &structpb.Struct{},
				Observed: &fnv1.State{
					Composite: &fnv1.Resource{Resource: &structpb.Struct{Fields: map[string]*structpb.Value{"apiVersion": nil, "kind": {}}}},
				},
			}},
			want: want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "" of ""`+use)},
		},
		"AnotherKind": {
			reason: "A composite resource of another kind should be refused.",
			args:   args{ctx: context.Background(), req: requestFor(`{"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "XDatabase"}`)},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "XDatabase" of "platform.seafarer.cloud/v1alpha1"`+use)},
		},
		"AnotherGroup": {
			reason: "A composite resource of another group should be refused, even if its kind is ours.",
			args:   args{ctx: context.Background(), req: requestFor(`{"apiVersion": "example.org/v1alpha1", "kind": "XSeafarerCluster"}`)},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "XSeafarerCluster" of "example.org/v1alpha1"`+use)},
		},
		"KindOfWrongType": {
			reason: "A kind of the wrong type should be refused.",
			args:   args{ctx: context.Background(), req: requestFor(`{"apiVersion": {}, "kind": 1}`)},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot compose a "" of ""`+use)},
		},
		"NoNamespace": {
			reason: "A cluster-scoped composite resource without a claim has no namespace. The fences must set one.",
			args: args{ctx: context.Background(), req: requestFor(`{
				"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "XSeafarerCluster", "metadata": {"name": "a"}, "spec": {"region": "eu-west-3"}
			}`)},
			want: want{rsp: refused(nil, function.ReasonImpossible, "cannot choose the namespace of the composed resources: the composite resource has no claim; set namespace in the function's input, or use a claim")},
		},
		"NoSpec": {
			reason: "A composite resource without a spec has no required fields.",
			args: args{ctx: context.Background(), req: requestFor(`{
				"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "SeafarerCluster", "metadata": {"name": "a", "namespace": "team"}
			}`)},
			want: want{rsp: refused(nil, function.ReasonInvalid, "spec.region: Required value")},
		},
		"SpecOfWrongType": {
			reason: "A spec of the wrong type has no required fields.",
			args: args{ctx: context.Background(), req: requestFor(`{
				"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "SeafarerCluster", "metadata": {"name": "a", "namespace": "team"}, "spec": [1]
			}`)},
			want: want{rsp: refused(nil, function.ReasonInvalid, "spec.region: Required value")},
		},
		"NoName": {
			reason: "The cluster's name is derived from that of the composite resource.",
			args: args{ctx: context.Background(), req: requestFor(`{
				"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "SeafarerCluster", "metadata": {"namespace": "team"}, "spec": {"region": "eu-west-3"}
			}`)},
			want: want{rsp: refused(nil, function.ReasonImpossible, "cannot name the platform: the composite resource has no metadata.name; set it")},
		},
		"InvalidSpec": {
			reason: "All errors of a spec should be reported at once, and desired state of earlier steps should stay.",
			args: args{ctx: context.Background(), req: &fnv1.RunFunctionRequest{
				Meta:    &fnv1.RequestMeta{Tag: "tag"},
				Desired: examples.Earlier(),
				Context: resource.MustStructJSON(`{"key": "value"}`),
				Observed: requestFor(`{
					"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "SeafarerCluster", "metadata": {"name": "a", "namespace": "team"},
					"spec": {"region": "paris", "zones": 3}
				}`).GetObserved(),
			}},
			want: want{rsp: func() *fnv1.RunFunctionResponse {
				rsp := refused(examples.Earlier(), function.ReasonInvalid, `spec.region: Invalid value: "paris": should match '^[a-z]{2}(-[a-z]+)+-[0-9]$' (Region is the AWS region of the platform, for example eu-west-3); spec.zones: Invalid value: unknown field: use one of access, addons, tags, iam, region, accountId, karpenter, network, systemNodes, clusterName, controlPlane, observability, kubernetesVersion, acknowledgedChanges, deletionProtection`)
				rsp.Meta.Tag = "tag"
				rsp.Context = resource.MustStructJSON(`{"key": "value"}`)
				return rsp
			}()},
		},
		"InputUnknownField": {
			reason: "A misspelled fence should be refused, not ignored.",
			args:   args{ctx: context.Background(), req: fencedRequest(`{"allowedRegion": ["eu-west-3"]}`)},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot read the function's input in the Composition: input.allowedRegion: Invalid value: unknown field: did you mean "allowedRegions"? (fields: allowedRegions, apiVersion, accountId, argoCD, kind, mandatoryTags, metadata, namespace, tags, allowedKubernetesVersions, providerConfigRef, providerPrincipalARN, karpenterChartRepository, permissionsBoundaryARN)`)},
		},
		"InputWrongType": {
			reason: "A fence of the wrong type should be refused.",
			args:   args{ctx: context.Background(), req: fencedRequest(`{"allowedRegions": "eu-west-3"}`)},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot read the function's input in the Composition: input.allowedRegions: Invalid value: must not be of type string`)},
		},
		"InputOfAnotherKind": {
			reason: "An input of another function should be refused.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := requestFor(xr)
				req.Input = resource.MustStructJSON(`{"apiVersion": "pt.fn.crossplane.io/v1beta1", "kind": "Resources"}`)
				return req
			}()},
			want: want{rsp: refused(nil, function.ReasonImpossible, `cannot read the function's input in the Composition: give Fences of seafarer-cluster.fn.platform.seafarer.cloud/v1beta1`)},
		},
		"InputBadValues": {
			reason: "No API server validates the input, so the function should.",
			args: args{ctx: context.Background(), req: fencedRequest(`{
				"accountId": "1234",
				"argoCD": {"namespace": "Argo", "roleARN": "role"},
				"allowedRegions": ["us-gov-east-1", "moon-1"],
				"namespace": "Team_A",
				"permissionsBoundaryARN": "boundary",
				"providerConfigRef": {"kind": "Secret", "name": "a"},
				"providerPrincipalARN": "principal",
				"tags": {"aws:a": "b"}
			}`)},
			want: want{rsp: refused(nil, function.ReasonImpossible, "cannot use the function's input in the Composition: "+strings.Join([]string{
				`input.accountId: Invalid value: "1234": must be twelve digits`,
				`input.allowedRegions[1]: Unsupported value: "moon-1": supported values: "` + strings.Join(aws.Regions(), `", "`) + `"`,
				`input.argoCD.namespace: Invalid value: "Argo": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
				`input.argoCD.roleARN: Invalid value: "role": must be an ARN`,
				`input.namespace: Invalid value: "Team_A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
				`input.permissionsBoundaryARN: Invalid value: "boundary": must be an ARN`,
				`input.providerConfigRef: Invalid value: {"kind":"Secret","name":"a"}: must have a name, and kind ClusterProviderConfig or ProviderConfig`,
				`input.providerPrincipalARN: Invalid value: "principal": must be an ARN`,
				`input.tags[aws:a]: Forbidden: tags that begin with aws: are set where they belong by AWS or by the platform: leave it out`,
			}, "; "))},
		},
		"FencedRegion": {
			reason: "A region that the fences don't allow should be refused.",
			args:   args{ctx: context.Background(), req: fencedRequest(`{"allowedRegions": ["us-east-1"]}`)},
			want:   want{rsp: refused(nil, function.ReasonInvalid, `spec.region: Invalid value: "eu-west-3": the platform team allows only us-east-1`)},
		},
		"FencedKubernetesVersion": {
			reason: "A Kubernetes version that the fences don't allow should be refused, even if it's the default.",
			args:   args{ctx: context.Background(), req: fencedRequest(`{"allowedKubernetesVersions": ["1.34", "1.99"]}`)},
			want:   want{rsp: refused(nil, function.ReasonInvalid, `spec.kubernetesVersion: Invalid value: "1.36": the platform team allows only 1.34, 1.99`)},
		},
		"FencedTag": {
			reason: "A tag of the fences cannot get another value.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := fencedRequest(`{"tags": {"owner": "platform"}}`)
				examples.Set(req, `{"owner": "me"}`, "spec", "tags")
				return req
			}()},
			want: want{rsp: refused(nil, function.ReasonInvalid, `spec.tags[owner]: Forbidden: the platform team sets this tag to platform: leave it out`)},
		},
		"MandatoryTag": {
			reason: "A mandatory tag cannot be omitted.",
			args:   args{ctx: context.Background(), req: fencedRequest(`{"mandatoryTags": ["cost-center"]}`)},
			want:   want{rsp: refused(nil, function.ReasonInvalid, `spec.tags[cost-center]: Required value: the platform team requires this tag of every SeafarerCluster: set it`)},
		},
		"NoArgoCD": {
			reason: "A claim cannot enable Argo CD if the fences configure none.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := requestFor(xr)
				examples.Set(req, `{"argoCD": {"enabled": true}}`, "spec", "access")
				return req
			}()},
			want: want{rsp: refused(nil, function.ReasonInvalid, `spec.access.argoCD.enabled: Forbidden: the platform team names no Argo CD: leave it out`)},
		},
		"ArgoCDOutOfReach": {
			reason: "A namespaced composite resource composes nothing in another namespace.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := fencedRequest(`{"argoCD": {"namespace": "argocd"}}`)
				req.Observed = requestFor(`{
					"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "SeafarerCluster", "metadata": {"name": "a", "namespace": "team"},
					"spec": {"region": "eu-west-3", "access": {"argoCD": {"enabled": true}}}
				}`).GetObserved()
				return req
			}()},
			want: want{rsp: refused(nil, function.ReasonInvalid, `spec.access.argoCD.enabled: Forbidden: Argo CD looks for clusters in namespace argocd, and a namespaced composite resource composes only in its own: create it in that namespace, or leave it out`)},
		},
		"ArgoCDLabels": {
			reason: "Labels must be valid, and none of Argo CD's own.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := fencedRequest(`{"argoCD": {"namespace": "argocd"}}`)
				examples.Set(req, `{"argoCD": {"enabled": true, "labels": {"argocd.argoproj.io/secret-type": "repository", "a": "-"}}}`, "spec", "access")
				return req
			}()},
			want: want{rsp: refused(nil, function.ReasonInvalid, `spec.access.argoCD.labels: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'); spec.access.argoCD.labels[argocd.argoproj.io/secret-type]: Forbidden: is set by the platform: leave it out`)},
		},
		"ObservedNilStruct": {
			reason: "An observed resource without an object should be refused: it exists, and its kind is unknown.",
			args:   args{ctx: context.Background(), req: observing("vpc", nil)},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot read observed resource "vpc": it has no apiVersion`)},
		},
		"ObservedWithoutKind": {
			reason: "An observed resource without a kind should be refused.",
			args:   args{ctx: context.Background(), req: observing("vpc", resource.MustStructJSON(`{"apiVersion": "a/v1", "metadata": {"name": "a"}}`))},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot read observed resource "vpc": it has no kind`)},
		},
		"ObservedWithoutName": {
			reason: "An observed resource without a name should be refused: others refer to it.",
			args:   args{ctx: context.Background(), req: observing("vpc", resource.MustStructJSON(`{"apiVersion": "a/v1", "kind": "VPC", "metadata": {}}`))},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot read observed resource "vpc": it has no metadata.name`)},
		},
		"ObservedWrongTypes": {
			reason: "A name of the wrong type isn't a name.",
			args:   args{ctx: context.Background(), req: observing("vpc", resource.MustStructJSON(`{"apiVersion": "a/v1", "kind": "VPC", "metadata": ["name", {"name": 1}]}`))},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot read observed resource "vpc": it has no metadata.name`)},
		},
		"ObservedAnotherKind": {
			reason: "A resource should never become one of another kind: Crossplane would delete it.",
			args:   args{ctx: context.Background(), req: observing("vpc", resource.MustStructJSON(`{"apiVersion": "a/v1", "kind": "Subnet", "metadata": {"name": "a"}}`))},
			want:   want{rsp: refused(nil, function.ReasonImpossible, `cannot compose resource "vpc": it exists as kind Subnet, and is described as kind VPC: rename neither keys nor kinds`)},
		},
		"AnotherAccount": {
			reason: "A platform cannot move to another account.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := observing("vpc", resource.MustStructJSON(`{
					"apiVersion": "ec2.aws.m.upbound.io/v1beta1", "kind": "VPC", "metadata": {"name": "a"},
					"status": {"atProvider": {"arn": "arn:aws:ec2:eu-west-3:111111111111:vpc/vpc-1"}}
				}`))
				examples.Set(req, `"222222222222"`, "spec", "accountId")
				return req
			}()},
			want: want{rsp: refused(nil, function.ReasonInvalid, `spec.accountId: Invalid value: "222222222222": the platform is in account 111111111111 and cannot move: set it to that, or create a new SeafarerCluster`)},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := &Function{ttl: ttl}
			rsp, err := f.RunFunction(tc.args.ctx, tc.args.req)

			if diff := cmp.Diff(tc.want.rsp, rsp, protocmp.Transform()); diff != "" {
				t.Errorf("%s\nf.RunFunction(...): -want rsp, +got rsp:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.want.err, err, cmpopts.EquateErrors()); diff != "" {
				t.Errorf("%s\nf.RunFunction(...): -want err, +got err:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestRunFunction compares a part of each response: what get returns.
func TestRunFunction(t *testing.T) {
	type args struct {
		ctx context.Context
		req *fnv1.RunFunctionRequest
	}
	type want struct {
		got any
		err error
	}

	// place is the namespace of the VPC, and the name of the cluster.
	place := func(rsp *fnv1.RunFunctionResponse) any {
		return []string{
			examples.DesiredResource(rsp, "vpc").AsMap()["metadata"].(map[string]any)["namespace"].(string),
			examples.At(rsp.GetDesired().GetComposite().GetResource(), "status", "cluster", "name").GetStringValue(),
		}
	}
	steady := examples.Get("seafarer-cluster").Steady(t)

	cases := map[string]struct {
		reason string
		args   args
		get    func(rsp *fnv1.RunFunctionResponse) any
		want   want
	}{
		"Steady": {
			reason: "Once all is ready, the response should have the configured TTL.",
			args:   args{ctx: context.Background(), req: steady},
			get:    func(rsp *fnv1.RunFunctionResponse) any { return rsp.GetMeta().GetTtl() },
			want:   want{got: durationpb.New(ttl)},
		},
		"Converging": {
			reason: "The response should have the tag of the request, and no result. While a resource isn't ready, it should have a short TTL.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := requestFor(xr)
				req.Meta = &fnv1.RequestMeta{Tag: "tag"}
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return &fnv1.RunFunctionResponse{Meta: rsp.GetMeta(), Results: rsp.GetResults(), Context: rsp.GetContext()}
			},
			want: want{got: &fnv1.RunFunctionResponse{Meta: &fnv1.ResponseMeta{Tag: "tag", Ttl: durationpb.New(function.ConvergingTTL)}}},
		},
		"Valid": {
			reason: "The first condition should be Valid.",
			args:   args{ctx: context.Background(), req: requestFor(xr)},
			get:    func(rsp *fnv1.RunFunctionResponse) any { return rsp.GetConditions()[0] },
			want: want{got: &fnv1.Condition{
				Type: function.ConditionValid, Status: fnv1.Status_STATUS_CONDITION_TRUE, Reason: function.ReasonValid,
				Target: fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum(),
			}},
		},
		"Conditions": {
			reason: "Each part should have a condition, in the order of the parts, also on the claim.",
			args:   args{ctx: context.Background(), req: steady},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				var types []string
				for _, c := range rsp.GetConditions() {
					if c.GetStatus() == fnv1.Status_STATUS_CONDITION_TRUE && c.GetTarget() == fnv1.Target_TARGET_COMPOSITE_AND_CLAIM {
						types = append(types, c.GetType())
					}
				}
				return types
			},
			want: want{got: []string{
				"Valid", "NetworkReady", "IdentityReady", "ControlPlaneReady", "SystemCapacityReady", "AddonsReady",
				"AccessReady", "KarpenterReady", "NodePoolsReady", "ObservabilityReady", "TeardownSafe",
			}},
		},
		"ClaimRef": {
			reason: "The name and namespace should be those of the referenced claim.",
			args:   args{ctx: context.Background(), req: requestFor(xr)},
			get:    place,
			want:   want{got: []string{"team", "a"}},
		},
		"ClaimLabels": {
			reason: "Without a reference the labels should name the claim.",
			args: args{ctx: context.Background(), req: requestFor(`{
				"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "XSeafarerCluster",
				"metadata": {"name": "a-x7k2p", "labels": {"crossplane.io/claim-name": "b", "crossplane.io/claim-namespace": "team-b"}},
				"spec": {"region": "eu-west-3"}
			}`)},
			get:  place,
			want: want{got: []string{"team-b", "b"}},
		},
		"ClaimRefAndLabels": {
			reason: "The reference should take precedence over labels, which users may edit.",
			args: args{ctx: context.Background(), req: requestFor(`{
				"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "XSeafarerCluster",
				"metadata": {"name": "a-x7k2p", "labels": {"crossplane.io/claim-name": "b", "crossplane.io/claim-namespace": "team-b"}},
				"spec": {"claimRef": {"name": "a", "namespace": "team"}, "region": "eu-west-3"}
			}`)},
			get:  place,
			want: want{got: []string{"team", "a"}},
		},
		"FencesNamespace": {
			reason: "Without a claim the namespace of the fences should be used.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := fencedRequest(`{"namespace": "platforms"}`)
				delete(examples.At(req.GetObserved().GetComposite().GetResource(), "spec").GetStructValue().GetFields(), "claimRef")
				return req
			}()},
			get:  place,
			want: want{got: []string{"platforms", "a-x7k2p"}},
		},
		"Namespaced": {
			reason: "A namespaced composite resource, which has Crossplane's fields in spec.crossplane, needs no claim. Its own namespace should take precedence.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := fencedRequest(`{"namespace": "platforms"}`)
				req.Observed = requestFor(`{
					"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "SeafarerCluster",
					"metadata": {"name": "c", "namespace": "team-c"},
					"spec": {
						"crossplane": {"compositionRef": {"name": "seafarer-cluster"}, "resourceRefs": [{"apiVersion": "a/v1", "kind": "A", "name": "a"}]},
						"region": "eu-west-3"
					}
				}`).GetObserved()
				return req
			}()},
			get:  place,
			want: want{got: []string{"team-c", "c"}},
		},
		"CrossplaneFields": {
			reason: "Fields that Crossplane adds to the spec of a composite resource or a claim should be accepted.",
			args: args{ctx: context.Background(), req: requestFor(`{
				"apiVersion": "platform.seafarer.cloud/v1alpha1", "kind": "XSeafarerCluster", "metadata": {"name": "a-x7k2p"},
				"spec": {
					"claimRef": {"name": "a", "namespace": "team"}, "compositeDeletePolicy": "Background", "compositionRef": {"name": "a"},
					"compositionRevisionRef": {"name": "a"}, "compositionRevisionSelector": {}, "compositionSelector": {},
					"compositionUpdatePolicy": "Automatic", "publishConnectionDetailsTo": {}, "resourceRef": {}, "resourceRefs": [],
					"writeConnectionSecretToRef": {}, "region": "eu-west-3"
				}
			}`)},
			get:  place,
			want: want{got: []string{"team", "a"}},
		},
		"EarlierResources": {
			reason: "Desired resources of earlier steps should stay.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := requestFor(xr)
				req.Desired = examples.Earlier()
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return &fnv1.State{Resources: map[string]*fnv1.Resource{"earlier": rsp.GetDesired().GetResources()["earlier"]}}
			},
			want: want{got: &fnv1.State{Resources: map[string]*fnv1.Resource{"earlier": examples.Earlier().GetResources()["earlier"]}}},
		},
		"EarlierStatus": {
			reason: "Desired status of earlier steps should stay, and ours should be added.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := requestFor(xr)
				req.Desired = examples.Earlier()
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				c := rsp.GetDesired().GetComposite()
				return []any{c.GetResource().AsMap()["metadata"], examples.At(c.GetResource(), "status", "earlier").AsInterface(), examples.At(c.GetResource(), "status", "cluster", "name").AsInterface(), c.GetConnectionDetails()}
			},
			want: want{got: []any{map[string]any{"labels": map[string]any{"a": "b"}}, true, "a", map[string][]byte{"a": []byte("b")}}},
		},
		"NotReady": {
			reason: "While resources are withheld the composite resource should not be ready: Crossplane doesn't count them.",
			args:   args{ctx: context.Background(), req: requestFor(xr)},
			get:    func(rsp *fnv1.RunFunctionResponse) any { return rsp.GetDesired().GetComposite().GetReady() },
			want:   want{got: fnv1.Ready_READY_FALSE},
		},
		"Ready": {
			reason: "Once nothing is withheld, Crossplane should derive readiness from the composed resources.",
			args:   args{ctx: context.Background(), req: steady},
			get:    func(rsp *fnv1.RunFunctionResponse) any { return rsp.GetDesired().GetComposite().GetReady() },
			want:   want{got: fnv1.Ready_READY_UNSPECIFIED},
		},
		"Connection": {
			reason: "Once the cluster has an address, its connection details should be added to those of earlier steps.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := examples.Clone(t, steady)
				req.Desired = examples.Earlier()
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return slices.Sorted(maps.Keys(rsp.GetDesired().GetComposite().GetConnectionDetails()))
			},
			want: want{got: []string{"a", "clusterCA", "clusterName", "endpoint", "kubeconfig"}},
		},
		"NoConnectionYet": {
			reason: "Before the cluster has an address there are no connection details.",
			args:   args{ctx: context.Background(), req: requestFor(xr)},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return len(rsp.GetDesired().GetComposite().GetConnectionDetails())
			},
			want: want{got: 0},
		},
		"NamespacedConnection": {
			reason: "Composite resources of Crossplane v2 have no connection details: a composed Secret has the kubeconfig.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := examples.Clone(t, steady)
				examples.Set(req, `"SeafarerCluster"`, "kind")
				examples.Set(req, `"platform"`, "metadata", "namespace")
				delete(examples.At(req.GetObserved().GetComposite().GetResource(), "spec").GetStructValue().GetFields(), "claimRef")
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return []any{len(rsp.GetDesired().GetComposite().GetConnectionDetails()), examples.DesiredResource(rsp, "kubeconfig").AsMap()["kind"]}
			},
			want: want{got: []any{0, "Secret"}},
		},
		"WholeNumbers": {
			reason: "The protocol has no integers. Integer fields should be decoded from doubles.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := requestFor(xr)
				examples.Set(req, `{"minSize": 2, "desiredSize": 3.0, "maxSize": 4e0}`, "spec", "systemNodes")
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return examples.At(examples.DesiredResource(rsp, "node-group-system"), "spec", "initProvider", "scalingConfig").AsInterface()
			},
			want: want{got: map[string]any{"minSize": 2.0, "desiredSize": 3.0, "maxSize": 4.0}},
		},
		"WrongTypesInStatus": {
			reason: "A provider may report any type. Facts of the wrong type are unknown.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := observing("cluster", resource.MustStructJSON(`{
					"apiVersion": "eks.aws.m.upbound.io/v1beta1", "kind": "Cluster",
					"metadata": {"name": "a", "annotations": [], "labels": "none", "managedFields": {}},
					"spec": 1,
					"status": {
						"atProvider": {"arn": 1, "endpoint": {}, "identity": {"0": []}, "vpcConfig": [{"clusterSecurityGroupId": "sg-1"}]},
						"conditions": {"type": "Ready", "status": "True"}
					}
				}`))
				examples.Set(req, `{"cluster": {"arn": 1, "endpoint": []}, "network": {"zones": [1, {"zone": {}}, {"zone": "euw3-az1", "natAddress": {}}]}}`, "status")
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return examples.At(rsp.GetDesired().GetComposite().GetResource(), "status", "cluster").AsInterface()
			},
			want: want{got: map[string]any{"name": "a"}},
		},
		"ExistingName": {
			reason: "An existing resource should retain its name, and references should use it.",
			args: args{ctx: context.Background(), req: observing("vpc", resource.MustStructJSON(`{
				"apiVersion": "ec2.aws.m.upbound.io/v1beta1", "kind": "VPC", "metadata": {"name": "a-x7k2p-vpc"}
			}`))},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return []string{
					examples.At(examples.DesiredResource(rsp, "vpc"), "metadata", "name").GetStringValue(),
					examples.At(examples.DesiredResource(rsp, "internet-gateway"), "spec", "forProvider", "vpcIdRef", "name").GetStringValue(),
				}
			},
			want: want{got: []string{"a-x7k2p-vpc", "a-x7k2p-vpc"}},
		},
		"SameAccount": {
			reason: "The platform's account may be set explicitly.",
			args: args{ctx: context.Background(), req: func() *fnv1.RunFunctionRequest {
				req := observing("vpc", resource.MustStructJSON(`{
					"apiVersion": "ec2.aws.m.upbound.io/v1beta1", "kind": "VPC", "metadata": {"name": "a"},
					"status": {"atProvider": {"arn": "arn:aws:ec2:eu-west-3:111111111111:vpc/vpc-1"}}
				}`))
				examples.Set(req, `"111111111111"`, "spec", "accountId")
				return req
			}()},
			get: func(rsp *fnv1.RunFunctionResponse) any {
				return examples.At(rsp.GetDesired().GetComposite().GetResource(), "status", "accountId").AsInterface()
			},
			want: want{got: "111111111111"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := &Function{ttl: ttl}
			rsp, err := f.RunFunction(tc.args.ctx, tc.args.req)

			if diff := cmp.Diff(tc.want.err, err, cmpopts.EquateErrors()); diff != "" {
				t.Errorf("%s\nf.RunFunction(...): -want err, +got err:\n%s", tc.reason, diff)
			}
			if m := render.Fatal(rsp); m != "" {
				t.Fatalf("%s\nf.RunFunction(...): refused: %s", tc.reason, m)
			}
			if diff := cmp.Diff(tc.want.got, tc.get(rsp), protocmp.Transform()); diff != "" {
				t.Errorf("%s\nf.RunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// requestFor a composite resource in JSON, without input.
func requestFor(xr string) *fnv1.RunFunctionRequest {
	return &fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(xr)}}}
}

// fencedRequest for the smallest composite resource, with fences as JSON.
func fencedRequest(fences string) *fnv1.RunFunctionRequest {
	req := requestFor(xr)
	req.Input = resource.MustStructJSON(input)
	proto.Merge(req.GetInput(), resource.MustStructJSON(fences))
	return req
}

// observing one composed resource of the smallest composite resource.
func observing(key string, o *structpb.Struct) *fnv1.RunFunctionRequest {
	req := requestFor(xr)
	req.Observed.Resources = map[string]*fnv1.Resource{key: {Resource: o}}
	return req
}

// refused is the response to a request that cannot be computed.
func refused(desired *fnv1.State, reason, message string) *fnv1.RunFunctionResponse {
	return &fnv1.RunFunctionResponse{
		Meta:    &fnv1.ResponseMeta{Ttl: durationpb.New(ttl)},
		Desired: desired,
		Conditions: []*fnv1.Condition{{
			Type:    function.ConditionValid,
			Status:  fnv1.Status_STATUS_CONDITION_FALSE,
			Reason:  reason,
			Message: &message,
			Target:  fnv1.Target_TARGET_COMPOSITE_AND_CLAIM.Enum(),
		}},
		Results: []*fnv1.Result{{
			Severity: fnv1.Severity_SEVERITY_FATAL,
			Message:  message,
			Target:   fnv1.Target_TARGET_COMPOSITE.Enum(),
		}},
	}
}
