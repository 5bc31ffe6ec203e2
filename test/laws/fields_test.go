package laws

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/simulate"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// A mutation changes one field of an example's claim.
type mutation struct {
	example string

	// at is the path of the field, unless it's the same as the leaf's.
	at string

	// also are other fields without which the field changes nothing.
	also map[string]any

	// to are other values. Each must change what is composed.
	to []any

	// shownBy is the test of a field that changes something only while a platform
	// exists.
	shownBy string
}

func to(vs ...any) []any { return vs }

// mutations of every field of a spec, by the path of its leaf: [] is any item of
// a list, * any key of a map.
var mutations = map[string]mutation{
	"spec.access.admins[]":                                      {example: "nat-per-zone", at: "spec.access.admins[1]", to: to("arn:aws:iam::210987654321:role/other")},
	"spec.access.argoCD.enabled":                                {example: "argo-cd", to: to(false)},
	"spec.access.argoCD.labels.*":                               {example: "argo-cd", at: "spec.access.argoCD.labels.stage", to: to("test", "")},
	"spec.access.argoCD.project":                                {example: "argo-cd", to: to("other")},
	"spec.accountId":                                            {example: "seafarer-cluster", to: to("210987654321")},
	"spec.acknowledgedChanges[]":                                {shownBy: "TestReplaces"},
	"spec.addons[].configurationValues":                         {example: "seafarer-cluster", at: "spec.addons[0].configurationValues.replicaCount", to: to(int64(3), int64(0))},
	"spec.addons[].name":                                        {example: "node-pools", at: "spec.addons[1].name", to: to("snapshot-controller")},
	"spec.addons[].version":                                     {example: "node-pools", at: "spec.addons[0].version", to: to("v1.20.0-eksbuild.1")},
	"spec.clusterName":                                          {example: "minimal", to: to("Other_name")},
	"spec.controlPlane.authenticationMode":                      {example: "minimal", to: to("API_AND_CONFIG_MAP")},
	"spec.controlPlane.endpoint.privateAccess":                  {example: "minimal", to: to(false)},
	"spec.controlPlane.endpoint.publicAccess":                   {example: "minimal", to: to(false)},
	"spec.controlPlane.endpoint.publicAccessCIDRs[]":            {example: "nat-per-zone", at: "spec.controlPlane.endpoint.publicAccessCIDRs[0]", to: to("54.240.193.0/26")},
	"spec.controlPlane.logging.retentionDays":                   {example: "minimal", to: to(int64(7))},
	"spec.controlPlane.logging.types[]":                         {example: "minimal", at: "spec.controlPlane.logging.types[0]", to: to("scheduler")},
	"spec.controlPlane.secretsEncryption.enabled":               {example: "minimal", to: to(false)},
	"spec.controlPlane.secretsEncryption.keyARN":                {example: "irsa", to: to("arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/other")},
	"spec.controlPlane.serviceCIDR":                             {example: "nat-per-zone", to: to("172.21.0.0/16")},
	"spec.controlPlane.supportType":                             {example: "minimal", to: to("STANDARD")},
	"spec.deletionProtection":                                   {example: "minimal", to: to(true)},
	"spec.iam.withOIDC":                                         {example: "minimal", to: to(true)},
	"spec.iam.workloadIdentity":                                 {example: "minimal", to: to("IRSA")},
	"spec.karpenter.namespace":                                  {example: "minimal", to: to("karpenter")},
	"spec.karpenter.nodeClasses[].amiAlias":                     {example: "node-pools", at: "spec.karpenter.nodeClasses[0].amiAlias", also: map[string]any{"spec.karpenter.nodeClasses[0].userData": nil}, to: to("al2023@v20260101", "bottlerocket@latest")},
	"spec.karpenter.nodeClasses[].name":                         {example: "private-china", at: "spec.karpenter.nodeClasses[0].name", to: to("other")},
	"spec.karpenter.nodeClasses[].tags.*":                       {example: "node-pools", at: "spec.karpenter.nodeClasses[0].tags.workload", to: to("special")},
	"spec.karpenter.nodeClasses[].userData":                     {example: "node-pools", at: "spec.karpenter.nodeClasses[0].userData", to: to("#!/bin/bash\necho other\n")},
	"spec.karpenter.nodeClasses[].volumeSizeGiB":                {example: "node-pools", at: "spec.karpenter.nodeClasses[0].volumeSizeGiB", to: to(int64(200))},
	"spec.karpenter.nodePools[].disruption.budgets[].duration":  {example: "node-pools", at: "spec.karpenter.nodePools[0].disruption.budgets[1].duration", to: to("8h")},
	"spec.karpenter.nodePools[].disruption.budgets[].nodes":     {example: "node-pools", at: "spec.karpenter.nodePools[0].disruption.budgets[1].nodes", to: to("1", "5%")},
	"spec.karpenter.nodePools[].disruption.budgets[].reasons[]": {example: "node-pools", at: "spec.karpenter.nodePools[0].disruption.budgets[1].reasons[0]", to: to("Empty")},
	"spec.karpenter.nodePools[].disruption.budgets[].schedule":  {example: "node-pools", at: "spec.karpenter.nodePools[0].disruption.budgets[1].schedule", to: to("0 9 * * mon-fri")},
	"spec.karpenter.nodePools[].disruption.consolidateAfter":    {example: "node-pools", at: "spec.karpenter.nodePools[0].disruption.consolidateAfter", to: to("5m", "Never")},
	"spec.karpenter.nodePools[].disruption.consolidationPolicy": {example: "node-pools", at: "spec.karpenter.nodePools[0].disruption.consolidationPolicy", to: to("WhenEmpty")},
	"spec.karpenter.nodePools[].expireAfter":                    {example: "node-pools", at: "spec.karpenter.nodePools[0].expireAfter", to: to("24h", "Never")},
	"spec.karpenter.nodePools[].labels.*":                       {example: "node-pools", at: "spec.karpenter.nodePools[1].labels.team", to: to("e", "")},
	"spec.karpenter.nodePools[].limits.*":                       {example: "node-pools", at: "spec.karpenter.nodePools[0].limits.cpu", to: to(int64(300), "300")},
	"spec.karpenter.nodePools[].name":                           {example: "node-pools", at: "spec.karpenter.nodePools[0].name", to: to("special")},
	"spec.karpenter.nodePools[].nodeClassName":                  {example: "node-pools", at: "spec.karpenter.nodePools[0].nodeClassName", to: to("bottlerocket")},
	"spec.karpenter.nodePools[].requirements[].key":             {example: "node-pools", at: "spec.karpenter.nodePools[0].requirements[0].key", to: to("karpenter.k8s.aws/instance-family")},
	"spec.karpenter.nodePools[].requirements[].minValues":       {example: "node-pools", at: "spec.karpenter.nodePools[0].requirements[0].minValues", to: to(int64(3))},
	"spec.karpenter.nodePools[].requirements[].operator":        {example: "node-pools", at: "spec.karpenter.nodePools[1].requirements[0].operator", to: to("NotIn")},
	"spec.karpenter.nodePools[].requirements[].values[]":        {example: "node-pools", at: "spec.karpenter.nodePools[0].requirements[0].values[2]", to: to("t")},
	"spec.karpenter.nodePools[].taints[].effect":                {example: "node-pools", at: "spec.karpenter.nodePools[1].taints[0].effect", to: to("NoExecute")},
	"spec.karpenter.nodePools[].taints[].key":                   {example: "node-pools", at: "spec.karpenter.nodePools[1].taints[0].key", to: to("cpu")},
	"spec.karpenter.nodePools[].taints[].value":                 {example: "node-pools", at: "spec.karpenter.nodePools[1].taints[0].value", to: to("arm", "")},
	"spec.karpenter.nodePools[].terminationGracePeriod":         {example: "node-pools", at: "spec.karpenter.nodePools[1].terminationGracePeriod", to: to("2h")},
	"spec.karpenter.nodePools[].weight":                         {example: "node-pools", at: "spec.karpenter.nodePools[0].weight", to: to(int64(20))},
	"spec.karpenter.nodeRoleName":                               {example: "minimal", to: to("other-node")},
	"spec.karpenter.values":                                     {example: "node-pools", at: "spec.karpenter.values.replicas", to: to(int64(1), int64(0))},
	"spec.karpenter.version":                                    {example: "minimal", to: to("1.13.0", "1.15.0")},
	"spec.kubernetesVersion":                                    {example: "minimal", to: to("1.34")},
	"spec.network.cidr":                                         {example: "minimal", to: to("10.1.0.0/16", "10.0.0.0/20")},
	"spec.network.natGateway":                                   {example: "minimal", to: to("PerZone")},
	"spec.network.subnetPrefixLength":                           {example: "minimal", to: to(int64(23))},
	"spec.network.zoneCount":                                    {example: "minimal", to: to(int64(2))},
	"spec.network.zones[]":                                      {example: "node-pools", at: "spec.network.zones[1]", to: to("eu-central-1c")},
	"spec.observability.fargateLogging":                         {example: "minimal", to: to(true)},
	"spec.region":                                               {example: "minimal", to: to("eu-west-1")},
	"spec.systemNodes.amiType":                                  {example: "minimal", also: map[string]any{"spec.systemNodes.instanceTypes": []any{"future1.large"}}, to: to("AL2023_ARM_64_STANDARD")},
	"spec.systemNodes.capacityType":                             {example: "minimal", to: to("SPOT")},
	"spec.systemNodes.criticalAddonsOnly":                       {example: "minimal", to: to(true)},
	"spec.systemNodes.desiredSize":                              {example: "minimal", to: to(int64(3))},
	"spec.systemNodes.instanceTypes[]":                          {example: "minimal", at: "spec.systemNodes.instanceTypes[0]", to: to("m7i.large")},
	"spec.systemNodes.kubernetesVersion":                        {example: "minimal", to: to("1.34")},
	"spec.systemNodes.labels.*":                                 {example: "minimal", at: "spec.systemNodes.labels.team", to: to("a", "")},
	"spec.systemNodes.maxSize":                                  {example: "minimal", to: to(int64(9))},
	"spec.systemNodes.minSize":                                  {example: "nat-per-zone", to: to(int64(2))},
	"spec.systemNodes.name":                                     {example: "minimal", to: to("other")},
	"spec.systemNodes.volumeSizeGiB":                            {example: "minimal", to: to(int64(40))},
	"spec.tags.*":                                               {example: "minimal", at: "spec.tags.team", to: to("a", "")},
}

// TestFieldsMatter is the eighth promise: every field of a claim has an effect
// on composed resources.
func TestFieldsMatter(t *testing.T) {
	t.Parallel()
	leaves := leavesOf(specSchema(t), "spec")
	if diff := cmp.Diff(leaves, slices.Sorted(maps.Keys(mutations))); diff != "" {
		t.Errorf("leaves of the schema and mutations: -leaves, +mutations:\n%s", diff)
	}
	before := make(map[string]outcome)
	for _, leaf := range leaves {
		m, ok := mutations[leaf]
		if !ok {
			continue
		}
		t.Run(leaf, func(t *testing.T) {
			if m.shownBy != "" {
				t.Logf("see %s", m.shownBy)
				return
			}
			at := m.at
			if at == "" {
				at = leaf
			}
			if got := leafOf(t, specSchema(t), at); got != leaf {
				t.Fatalf("the mutation is at %s, which belongs to %s", at, got)
			}
			e := examples.Get(m.example)
			b, ok := before[m.example]
			if !ok || m.also != nil {
				b = outcomeOf(t, claimed(t, e, func(c *fieldpath.Paved) { alter(t, c, m.also) }))
			}
			if m.also == nil {
				before[m.example] = b
			}
			for _, v := range m.to {
				after := outcomeOf(t, claimed(t, e, func(c *fieldpath.Paved) {
					alter(t, c, m.also)
					alter(t, c, map[string]any{at: v})
				}))
				switch {
				case after.refused != "":
					t.Errorf("%v is refused: %s", v, after.refused)
				case reflect.DeepEqual(b, after):
					t.Errorf("%v changes nothing", v)
				}
			}
		})
	}
}

// An outcome of a request: the first and the last desired state, or the error.
type outcome struct {
	refused     string
	first, last map[string]any
}

func outcomeOf(t *testing.T, req *fnv1.RunFunctionRequest) outcome {
	t.Helper()
	rsp := examples.Run(t, req)
	if m := render.Fatal(rsp); m != "" {
		return outcome{refused: m}
	}
	return outcome{first: examples.Desired(rsp), last: examples.Desired(examples.Run(t, withAllFacts(t, req)))}
}

func specSchema(t *testing.T) apiextensionsv1.JSONSchemaProps {
	t.Helper()
	s, err := apis.Schema()
	if err != nil {
		t.Fatal(err)
	}
	return s.Properties["spec"]
}

// leavesOf a schema: the sorted paths of its fields without fields.
func leavesOf(s apiextensionsv1.JSONSchemaProps, path string) []string {
	var ls []string
	switch {
	case len(s.Properties) > 0:
		for k, c := range s.Properties {
			ls = append(ls, leavesOf(c, path+"."+k)...)
		}
	case s.Items != nil:
		ls = leavesOf(*s.Items.Schema, path+"[]")
	case s.AdditionalProperties != nil:
		ls = leavesOf(*s.AdditionalProperties.Schema, path+".*")
	default:
		ls = []string{path}
	}
	slices.Sort(ls)
	return ls
}

// leafOf a schema that a path leads to, or is inside of.
func leafOf(t *testing.T, s apiextensionsv1.JSONSchemaProps, path string) string {
	t.Helper()
	segments, err := fieldpath.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	leaf := "spec"
	for _, seg := range segments[1:] {
		switch {
		case seg.Type == fieldpath.SegmentIndex && s.Items != nil:
			s, leaf = *s.Items.Schema, leaf+"[]"
		case s.AdditionalProperties != nil:
			s, leaf = *s.AdditionalProperties.Schema, leaf+".*"
		case len(s.Properties) > 0:
			s, leaf = s.Properties[seg.Field], leaf+"."+seg.Field
		}
	}
	return leaf
}

// fencings set every field of the platform team's fences.
var fencings = map[string]struct {
	example string

	// also are other fields that the fence requires.
	also map[string]any

	// to is what the field is set to, at path or at the field's own.
	at string
	to any

	// refused matches the error if the fence refuses the claim.
	refused *regexp.Regexp
}{
	"accountId":                     {example: "minimal", to: "210987654321"},
	"allowedKubernetesVersions[]":   {example: "minimal", at: "allowedKubernetesVersions[0]", to: "1.33", refused: regexp.MustCompile(`spec\.kubernetesVersion: .*platform team allows only 1\.33`)},
	"allowedRegions[]":              {example: "minimal", at: "allowedRegions[0]", to: "us-east-1", refused: regexp.MustCompile(`spec\.region: .*platform team allows only us-east-1`)},
	"argoCD.namespace":              {example: "argo-cd", to: "other"},
	"argoCD.roleARN":                {example: "argo-cd", to: "arn:aws:iam::123456789012:role/other"},
	"karpenterChartRepository":      {example: "minimal", to: "oci://registry.example.org/charts"},
	"mandatoryTags[]":               {example: "minimal", at: "mandatoryTags[0]", to: "cost-center", refused: regexp.MustCompile(`spec\.tags\[cost-center\]: .*platform team`)},
	"namespace":                     {example: "minimal", to: "elsewhere"},
	"permissionsBoundaryARN":        {example: "minimal", to: "arn:aws:iam::123456789012:policy/boundary"},
	"providerConfigRef.kind":        {example: "minimal", also: map[string]any{"providerConfigRef.name": "default"}, to: "ProviderConfig"},
	"providerConfigRef.name":        {example: "minimal", also: map[string]any{"providerConfigRef.kind": "ClusterProviderConfig"}, to: "other"},
	"providerPrincipalARN":          {example: "minimal", to: "arn:aws:iam::123456789012:role/provider"},
	"tags.*":                        {example: "minimal", at: "tags.owner", to: "platform-team"},
	"tags.* of which the claim has": {example: "nat-per-zone", at: "tags.team", to: "platform-team", refused: regexp.MustCompile(`spec\.tags\[team\]: .*platform team`)},
}

// TestFencesMatter is the eighth promise for fences: each has an effect on
// composed resources, or refuses a claim with an error.
func TestFencesMatter(t *testing.T) {
	t.Parallel()
	var fields []string
	for f := range fencings {
		f, _, _ = strings.Cut(f, " ")
		fields = append(fields, f)
	}
	slices.Sort(fields)
	if diff := cmp.Diff(fieldsOf(reflect.TypeFor[v1beta1.Fences](), ""), slices.Compact(fields)); diff != "" {
		t.Errorf("fences and what sets them: -fences, +set:\n%s", diff)
	}
	for name, f := range fencings {
		t.Run(name, func(t *testing.T) {
			e := examples.Get(f.example)
			at := f.at
			if at == "" {
				at = name
			}
			before := outcomeOf(t, fencedBy(t, e, f.also))
			also := map[string]any{at: f.to}
			maps.Copy(also, f.also)
			after := outcomeOf(t, fencedBy(t, e, also))
			switch {
			case f.refused != nil && !f.refused.MatchString(after.refused):
				t.Errorf("want the claim refused with %s, got %q", f.refused, after.refused)
			case f.refused == nil && after.refused != "":
				t.Errorf("refused: %s", after.refused)
			case reflect.DeepEqual(before, after):
				t.Errorf("%v changes nothing", f.to)
			}
		})
	}
}

// fencedBy is the request for an example with fences, by path. The namespace is
// a fence of composite resources without a claim, so it comes with one.
func fencedBy(t *testing.T, e examples.Example, fences map[string]any) *fnv1.RunFunctionRequest {
	t.Helper()
	req := e.Request(t)
	in := fieldpath.Pave(req.GetInput().AsMap())
	for path, v := range fences {
		if err := in.SetValue(path, v); err != nil {
			t.Fatal(err)
		}
	}
	if fences["namespace"] != nil {
		xr := req.GetObserved().GetComposite().GetResource().GetFields()
		delete(xr["spec"].GetStructValue().GetFields(), "claimRef")
		delete(xr["metadata"].GetStructValue().GetFields(), "labels")
	}
	s, err := structpb.NewStruct(in.UnstructuredContent())
	if err != nil {
		t.Fatal(err)
	}
	req.Input = s
	return req
}

// fieldsOf a type by the paths of their JSON names, without apiVersion, kind and
// metadata.
func fieldsOf(typ reflect.Type, path string) []string {
	var fs []string
	switch typ.Kind() {
	case reflect.Pointer:
		return fieldsOf(typ.Elem(), path)
	case reflect.Slice:
		return fieldsOf(typ.Elem(), path+"[]")
	case reflect.Map:
		return fieldsOf(typ.Elem(), path+".*")
	case reflect.Struct:
		for f := range typ.Fields() {
			if f.Anonymous {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			fs = append(fs, fieldsOf(f.Type, strings.TrimPrefix(path+"."+name, "."))...)
		}
		slices.Sort(fs)
		return fs
	default:
		return []string{path}
	}
}

// Facts that only AWS knows, even if the account is known.
const (
	waitsForSecurityGroup = "the security group that EKS creates for the cluster"
	waitsForAssociation   = "Karpenter's Pod Identity association, because pods older than it never get credentials"
)

// TestFirstPass is the ninth promise: with a known account, the first pass
// desires everything except resources that need a value of EKS' cluster.
func TestFirstPass(t *testing.T) {
	t.Parallel()
	accounts := map[string]func(t *testing.T, e examples.Example) *fnv1.RunFunctionRequest{
		"OfTheClaim": func(t *testing.T, e examples.Example) *fnv1.RunFunctionRequest {
			t.Helper()
			return claimed(t, e, func(c *fieldpath.Paved) { alter(t, c, map[string]any{"spec.accountId": "210987654321"}) })
		},
		"OfTheFences": func(t *testing.T, e examples.Example) *fnv1.RunFunctionRequest {
			t.Helper()
			return unclaimed(fencedBy(t, e, map[string]any{"accountId": simulate.Account}))
		},
		"OfTheFencesAndNoOther": func(t *testing.T, e examples.Example) *fnv1.RunFunctionRequest {
			t.Helper()
			return unclaimed(fencedBy(t, e, map[string]any{"accountId": "210987654321"}))
		},
	}
	for _, e := range examples.All(t) {
		for name, request := range accounts {
			t.Run(e.Name+"/"+name, func(t *testing.T) {
				req := request(t, e)
				want := withoutCluster(t, e)
				got := make(map[string]string)
				ps := simulated(t, req)
				for _, s := range ps[0].Assembly.Withheld() {
					got[string(s.Key)] = strings.Join(s.WaitsFor, " and ")
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("withheld, by fact: -want, +got:\n%s", diff)
				}
				if len(ps) > 1 && len(ps[1].Assembly.Withheld()) > 0 {
					t.Errorf("in pass 2 %v is still withheld", ps[1].Assembly.Withheld()[0].Key)
				}
			})
		}
	}
}

func unclaimed(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	delete(req.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields(), "accountId")
	return req
}

// withoutCluster are the resources of an example that wait for values of EKS' cluster,
// with those values.
func withoutCluster(t *testing.T, e examples.Example) map[string]string {
	t.Helper()
	w := map[string]string{"cluster-security-group-discovery": waitsForSecurityGroup, "kubeconfig": platform.Address.What}
	iam := fieldpath.Pave(e.Request(t).GetObserved().GetComposite().GetResource().AsMap())
	identity, _ := iam.GetString("spec.iam.workloadIdentity")
	withOIDC, _ := iam.GetBool("spec.iam.withOIDC")
	if registered, _ := iam.GetBool("spec.access.argoCD.enabled"); registered {
		w["argocd-cluster"] = platform.Address.What
	}
	if identity == "IRSA" || withOIDC {
		w["oidc-provider"] = platform.OIDCIssuer.What
	}
	if identity != "IRSA" {
		w["karpenter"] = waitsForAssociation
		return w
	}
	for _, role := range []string{"role-addon-vpc-cni", "role-addon-aws-ebs-csi-driver", "karpenter-role"} {
		w[role] = platform.OIDCIssuer.What
	}
	return w
}

// TestFirstPasses is the ninth promise without a known account: everything is
// desired by the third pass.
func TestFirstPasses(t *testing.T) {
	t.Parallel()
	const most = 3
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			ps := simulated(t, unclaimed(e.Request(t)))
			if len(ps[0].Assembly.Withheld()) == 0 {
				t.Error("nothing is withheld, although the account is unknown")
			}
			for _, s := range ps[min(most, len(ps))-1].Assembly.Withheld() {
				t.Errorf("in pass %d %s still waits for %v", most, s.Key, s.WaitsFor)
			}
		})
	}
}
