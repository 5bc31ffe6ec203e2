package laws

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws/iam"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// claimed is the request for an example whose claim is changed before it's
// applied, so that defaults come after the changes.
func claimed(t *testing.T, e examples.Example, change func(claim *fieldpath.Paved)) *fnv1.RunFunctionRequest {
	t.Helper()
	b, err := os.ReadFile(e.Claim())
	if err != nil {
		t.Fatal(err)
	}
	obj := make(map[string]any)
	if err := yaml.Unmarshal(b, &obj); err != nil {
		t.Fatal(err)
	}
	change(fieldpath.Pave(obj))
	if b, err = json.Marshal(obj); err != nil {
		t.Fatal(err)
	}
	c := render.Files{Claim: "-"}
	if f := filepath.Join(e.Dir, "composition.yaml"); examples.Exists(f) {
		c.Composition = f
	}
	req, err := c.Request(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	// Laws move claims to any region, so the fence on regions is removed. Other tests
	// cover it.
	delete(req.GetInput().GetFields(), "allowedRegions")
	return req
}

// alter fields of a claim, by path. Nil deletes.
func alter(t *testing.T, claim *fieldpath.Paved, values map[string]any) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(values)) {
		err := claim.DeleteField(path)
		if v := values[path]; v != nil {
			err = claim.SetValue(path, v)
		}
		if err != nil && !fieldpath.IsNotFound(err) {
			t.Fatal(err)
		}
	}
}

// withAllFacts is a request with all facts of AWS, so that a single pass desires
// everything.
func withAllFacts(t *testing.T, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	t.Helper()
	facts, err := structpb.NewValue(map[string]any{
		"accountId": "123456789012",
		"cluster": map[string]any{
			"arn":                      "arn:aws:eks:ap-southeast-1:123456789012:cluster/a",
			"certificateAuthorityData": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1BPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=",
			"endpoint":                 "https://0123456789ABCDEF0123456789ABCDEF.gr7.ap-southeast-1.eks.amazonaws.com",
			"oidcIssuer":               "https://oidc.eks.ap-southeast-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
			"securityGroupId":          "sg-0123456789abcdef0",
		},
		"facts": map[string]any{
			"karpenterAssociationId": "a-0123456789abcdef0",
			"karpenterInstalled":     true,
			"launchTemplateVersion":  "1",
		},
		"network": map[string]any{"internetGatewayId": "igw-0123456789abcdef0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	req.GetObserved().GetComposite().GetResource().GetFields()["status"] = facts
	return req
}

// composed resources of a request, none of which may be refused or withheld.
func composed(t *testing.T, req *fnv1.RunFunctionRequest) map[string]object.Object {
	t.Helper()
	rsp := examples.Run(t, withAllFacts(t, req))
	if m := render.Fatal(rsp); m != "" {
		t.Fatalf("refused: %s\n%v", m, req.GetObserved().GetComposite().GetResource().GetFields()["spec"])
	}
	if rsp.GetDesired().GetComposite().GetReady() == fnv1.Ready_READY_FALSE {
		t.Fatal("a resource is withheld although all facts are known")
	}
	return resources(rsp)
}

// resources that a response desires, by key.
func resources(rsp *fnv1.RunFunctionResponse) map[string]object.Object {
	es := make(map[string]object.Object)
	for k, r := range rsp.GetDesired().GetResources() {
		es[k] = object.Of(r.GetResource())
	}
	return es
}

// visitFields calls visit with each value of an object and its path, except inside opaque
// fields.
func visitFields(v *structpb.Value, path string, visit func(path string, v *structpb.Value)) {
	visit(path, v)
	if path == "spec.forProvider.manifest" || path == "spec.forProvider.values" {
		return
	}
	for k, c := range v.GetStructValue().GetFields() {
		visitFields(c, strings.TrimPrefix(path+"."+k, "."), visit)
	}
	for i, c := range v.GetListValue().GetValues() {
		visitFields(c, fmt.Sprintf("%s.%d", path, i), visit)
	}
}

// refersTo is the kind that a reference by name refers to.
var refersTo = map[string]string{
	"allocationIdRef":         "EIP",
	"clusterNameRef":          "Cluster",
	"gatewayIdRef":            "InternetGateway",
	"natGatewayIdRef":         "NATGateway",
	"nodeRoleArnRef":          "Role",
	"policyArnRef":            "Policy",
	"principalArnFromRoleRef": "Role",
	"principalArnRef":         "AccessEntry",
	"queueUrlRef":             "Queue",
	"roleArnRef":              "Role",
	"roleRef":                 "Role",
	"routeTableIdRef":         "RouteTable",
	"ruleRef":                 "Rule",
	"subnetIdRef":             "Subnet",
	"subnetIdRefs":            "Subnet",
	"targetKeyIdRef":          "Key",
	"vpcIdRef":                "VPC",
}

// TestRefers is the fourth promise: a reference names a resource of the same
// response, or one that is withheld and appears in a later pass.
func TestRefers(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			ps := passesOf(t, e)
			last := resources(ps[len(ps)-1].Response)
			for i, p := range ps {
				existing := resources(p.Response)
				for _, s := range p.Assembly.Withheld() {
					existing[string(s.Key)] = last[string(s.Key)]
				}
				for _, problem := range dangling(resources(p.Response), existing) {
					t.Errorf("pass %d: %s", i+1, problem)
				}
			}
		})
	}
}

// dangling references: to no resource, or to one of a wrong kind.
func dangling(from, existing map[string]object.Object) []string {
	names := make(map[string]bool)
	for _, e := range existing {
		names[e.String("kind")+" "+e.Name()] = true
		names[e.String("apiVersion")+" "+e.String("kind")+" "+e.Name()] = true
		if e.String("kind") == "ProviderConfig" {
			names[e.String("apiVersion")+" "+e.Name()] = true
		}
		if m := object.Of(e.Value("spec.forProvider.manifest").GetStructValue()); e.String("kind") == "Object" {
			names[m.String("kind")+" "+m.Name()] = true
		}
	}
	secret := existing["cluster-auth"].String("spec.writeConnectionSecretToRef.name")

	var ds []string
	for _, k := range slices.Sorted(maps.Keys(from)) {
		e := from[k]
		complain := func(path, to, name string) {
			ds = append(ds, fmt.Sprintf("%s: %s: there is no %s %q", k, path, to, name))
		}
		reference := func(path, field, name string) {
			switch to := refersTo[field]; {
			case field == "secretRef" || field == "secretKeyRef" || field == "writeConnectionSecretToRef":
				if name == "" || name != secret {
					complain(path, "Secret", name)
				}
			case field == "resourceRef":
				// A Usage names the kinds of its ends. Objects of users aren't composed:
				// TestProtects checks them.
				end := strings.TrimSuffix(path, ".resourceRef")
				if kind := e.String(end+".apiVersion") + " " + e.String(end+".kind"); !names[kind+" "+name] && k != usageOfClaim && k != usageOfComposite {
					complain(path, kind, name)
				}
			case field == "providerConfigRef":
				// The provider's kinds and its configurations are in groups that
				// differ, but not in their domain.
				if kind := e.String("spec.providerConfigRef.kind"); kind == "ProviderConfig" && !configured(e, names, name) {
					complain(path, kind, name)
				}
			case to == "" || !names[to+" "+name]:
				complain(path, to, name)
			}
		}
		visitFields(structpb.NewStructValue(structOf(e)), "", func(path string, v *structpb.Value) {
			field := path[strings.LastIndex(path, ".")+1:]
			if strings.HasSuffix(field, "Ref") {
				reference(path, field, v.GetStructValue().GetFields()["name"].GetStringValue())
			}
			if strings.HasSuffix(field, "Refs") {
				for _, r := range v.GetListValue().GetValues() {
					reference(path, field, r.GetStructValue().GetFields()["name"].GetStringValue())
				}
			}
		})
		// In the cluster, NodePools refer to their class.
		if name := e.String("spec.forProvider.manifest.spec.template.spec.nodeClassRef.name"); name != "" && !names["EC2NodeClass "+name] {
			complain("nodeClassRef", "EC2NodeClass", name)
		}
	}
	return ds
}

// configured reports whether a resource in the cluster refers to a
// configuration of its own provider.
func configured(e object.Object, names map[string]bool, name string) bool {
	switch e.String("kind") {
	case "Release":
		return names["helm.m.crossplane.io/v1beta1 "+name]
	case "Object":
		return names["kubernetes.m.crossplane.io/v1alpha1 "+name]
	default:
		// The configuration of provider-aws is the platform team's.
		return strings.Contains(e.String("apiVersion"), ".aws.m.upbound.io/")
	}
}

func structOf(e object.Object) *structpb.Struct {
	m := make(map[string]*structpb.Value)
	for _, f := range []string{"apiVersion", "kind", "metadata", "spec", "status"} {
		if v := e.Value(f); v != nil {
			m[f] = v
		}
	}
	return &structpb.Struct{Fields: m}
}

// TestFollowsNames is the fourth promise for resources that the function didn't
// name: they retain their names, and references use them.
func TestFollowsNames(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r, steady := rng(t), e.Steady(t)
			before := examples.Run(t, steady).GetDesired()
			for i := range share(15) {
				req, renamed := examples.Clone(t, steady), make(map[string]string)
				some(r, req, func(k string, o *structpb.Struct) {
					name := fmt.Sprintf("generated-%s-%x", k[:min(len(k), 20)], r.Uint32())
					renamed[object.Of(o).Name()] = name
					o.GetFields()["metadata"].GetStructValue().GetFields()["name"] = structpb.NewStringValue(name)
				})
				for _, o := range req.GetObserved().GetResources() {
					o.Resource = rename(structpb.NewStructValue(o.GetResource()), renamed).GetStructValue()
				}
				rsp := examples.Run(t, req)
				got := rsp.GetDesired()
				for k, want := range before.GetResources() {
					if d := differs(rename(structpb.NewStructValue(want.GetResource()), renamed).GetStructValue(), got.GetResources()[k].GetResource()); d != "" {
						t.Fatalf("case %d: %s: -want, +got:\n%s", i, k, d)
					}
				}
				if ds := dangling(resources(rsp), resources(rsp)); len(ds) > 0 {
					t.Fatalf("case %d: %s", i, ds[0])
				}
			}
		})
	}
}

// rename a name everywhere in an object.
func rename(v *structpb.Value, names map[string]string) *structpb.Value {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StringValue:
		if n, ok := names[k.StringValue]; ok {
			return structpb.NewStringValue(n)
		}
	case *structpb.Value_StructValue:
		n := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
		for f, c := range k.StructValue.GetFields() {
			n.Fields[f] = rename(c, names)
		}
		return structpb.NewStructValue(n)
	case *structpb.Value_ListValue:
		n := &structpb.ListValue{}
		for _, c := range k.ListValue.GetValues() {
			n.Values = append(n.Values, rename(c, names))
		}
		return structpb.NewListValue(n)
	}
	return v
}

// TestDesiresOnlyIntent is the fifth promise: desired state contains only
// fields that the function sets. An empty value would overwrite others' values.
func TestDesiresOnlyIntent(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			req := e.Request(t)
			namespace := object.Of(req.GetObserved().GetComposite().GetResource()).String("spec.claimRef.namespace")
			for i, p := range passesOf(t, e) {
				for k, r := range p.Response.GetDesired().GetResources() {
					in := namespace
					switch k {
					case string(key.ArgoCDCluster):
						in = "argocd"
					case usageOfComposite:
						in = ""
					}
					for _, problem := range impure(r.GetResource(), in) {
						t.Errorf("pass %d: %s: %s", i+1, k, problem)
					}
				}
			}
		})
	}
}

// opaque values, which may be empty.
var anyValue = regexp.MustCompile(`^(spec\.forProvider\.(manifest|values|tags\..+|labels\..+)|metadata\.labels\..+)$`)

func impure(o *structpb.Struct, namespace string) []string {
	var is []string
	e := object.Of(o)
	fields, metadata := []string{"apiVersion", "kind", "metadata", "spec"}, []string{"name", "namespace", "annotations"}
	if e.String("kind") == "Secret" {
		fields, metadata = []string{"apiVersion", "kind", "metadata", "data"}, append(metadata, "labels")
	}
	for k := range o.GetFields() {
		if !slices.Contains(fields, k) {
			is = append(is, k+" isn't ours to desire")
		}
	}
	for k := range e.Value("metadata").GetStructValue().GetFields() {
		if !slices.Contains(metadata, k) {
			is = append(is, "metadata."+k+" isn't ours to desire")
		}
	}
	if n := e.String("metadata.namespace"); n != namespace {
		is = append(is, "it's in namespace "+n)
	}
	visitFields(structpb.NewStructValue(o), "", func(path string, v *structpb.Value) {
		switch k := v.GetKind().(type) {
		case *structpb.Value_NullValue:
			is = append(is, path+" is null")
		case *structpb.Value_StringValue:
			if k.StringValue == "" && !anyValue.MatchString(path) {
				is = append(is, path+" is an empty string")
			}
		case *structpb.Value_StructValue:
			if len(k.StructValue.GetFields()) == 0 && !anyValue.MatchString(path) {
				is = append(is, path+" is an empty object")
			}
		case *structpb.Value_ListValue:
			if len(k.ListValue.GetValues()) == 0 && !anyValue.MatchString(path) {
				is = append(is, path+" is an empty list")
			}
		}
	})
	return is
}

// A rule for names of a kind in AWS.
type rule struct {
	// field of the name, and what the provider puts before it.
	field, prefix string

	most    int
	allowed *regexp.Regexp
}

const externalName = "metadata.annotations.crossplane"

// named are the rules for names of a kind in AWS, from the API references of
// the services: CreateRole, CreatePolicy, CreateQueue, PutRule,
// CreateLaunchTemplate, CreateAlias, CreateCluster, CreateNodegroup,
// CreateLogGroup. Releases are Helm's.
var named = map[string]rule{
	"Role":                  {field: externalName, most: 64, allowed: regexp.MustCompile(`^[\w+=,.@-]+$`)},
	"Policy":                {field: externalName, most: 128, allowed: regexp.MustCompile(`^[\w+=,.@-]+$`)},
	"Queue":                 {field: "spec.forProvider.name", most: 80, allowed: regexp.MustCompile(`^[\w-]+$`)},
	"Rule":                  {field: externalName, most: 64, allowed: regexp.MustCompile(`^[.\w-]+$`)},
	"OpenIDConnectProvider": {field: externalName, most: 2048, allowed: regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/oidc\.eks\.[\w.-]+/id/\w+$`)},
	"LaunchTemplate":        {field: "spec.forProvider.name", most: 128, allowed: regexp.MustCompile(`^[\w().\-/]{3,}$`)},
	"Alias":                 {field: externalName, prefix: "alias/", most: 256, allowed: regexp.MustCompile(`^alias/[\w/-]+$`)},
	"Cluster":               {field: externalName, most: 100, allowed: regexp.MustCompile(`^[0-9A-Za-z][\w-]*$`)},
	"NodeGroup":             {field: externalName, most: 63, allowed: regexp.MustCompile(`^[0-9A-Za-z][\w-]*$`)},
	"Group":                 {field: externalName, most: 512, allowed: regexp.MustCompile(`^[.\w\-/#]+$`)},
	"Release":               {field: externalName, most: 53, allowed: regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)},
}

// name of a resource in AWS, or the empty string if AWS chooses it.
func (r rule) name(e object.Object) string {
	if r.field != externalName {
		return e.String(r.field)
	}
	n := e.Value("metadata.annotations").GetStructValue().GetFields()["crossplane.io/external-name"].GetStringValue()
	if n == "" {
		return ""
	}
	return r.prefix + n
}

// letters of each sort, for names.
const (
	lower  = "abcdefghijklmnopqrstuvwxyz0123456789"
	letter = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// word of a length up to most: its ends are from one set of letters, and its
// middle may contain others too. One in three has the maximum length.
func word(r *rand.Rand, most int, ends, more string) string {
	n := most
	if r.IntN(3) > 0 {
		n = 1 + r.IntN(most)
	}
	b := make([]byte, n)
	for i := range b {
		from := ends + more
		if i == 0 || i == n-1 {
			from = ends
		}
		b[i] = from[r.IntN(len(from))]
	}
	return string(b)
}

// longest code of a region.
func longestRegion() string {
	return slices.MaxFunc(aws.Regions(), func(a, b string) int { return len(a) - len(b) })
}

// randomClaim is an example with random names.
func randomClaim(t *testing.T, r *rand.Rand, claim *fieldpath.Paved) {
	t.Helper()
	regions := append(slices.Repeat([]string{longestRegion()}, 10), aws.Regions()...)
	region := regions[r.IntN(len(regions))]
	changes := map[string]any{
		"metadata.name":              word(r, 57, lower, "-"),
		"metadata.namespace":         word(r, 63, lower, "-"),
		"spec.accountId":             "123456789012",
		"spec.clusterName":           word(r, 100, letter, "_-"),
		"spec.systemNodes.name":      word(r, 63, letter, "_-"),
		"spec.network.zones":         nil,
		"spec.network.zoneCount":     nil,
		"spec.addons":                []any{map[string]any{"name": word(r, 63, lower, "_-")}},
		"spec.karpenter.nodeClasses": []any{map[string]any{"name": "default"}},
	}
	switch r.IntN(3) {
	case 0:
		// The claim's own name is also used in AWS.
		changes["spec.clusterName"] = nil
	case 1:
		changes["metadata.name"] = word(r, 28, lower, "-") + "." + word(r, 28, lower, "-")
	}
	var pools []any
	seen := make(map[string]bool)
	for range r.IntN(4) {
		if n := word(r, 50, lower, "-"); !seen[n] {
			seen[n] = true
			pools = append(pools, map[string]any{"name": n})
		}
	}
	changes["spec.karpenter.nodePools"] = append([]any{}, pools...)
	alter(t, claim, changes)
	relocate(t, claim, region)
}

// relocate a claim to a region, with the ARNs that must be of the region or its partition.
func relocate(t *testing.T, claim *fieldpath.Paved, code string) {
	t.Helper()
	region, _ := aws.LookupRegion(code)
	changes := map[string]any{"spec.region": code}
	const keyARN, admins = "spec.controlPlane.secretsEncryption.keyARN", "spec.access.admins"
	if s, err := claim.GetString(keyARN); err == nil {
		arn, _ := aws.ParseARN(s)
		arn.Partition, arn.Region = region.Partition, code
		changes[keyARN] = arn.String()
	}
	if list, err := claim.GetStringArray(admins); err == nil {
		moved := make([]any, 0, len(list))
		for _, s := range list {
			arn, _ := aws.ParseARN(s)
			arn.Partition = region.Partition
			moved = append(moved, arn.String())
		}
		changes[admins] = moved
	}
	alter(t, claim, changes)
}

// TestNamesFit is the sixth promise: whatever names a claim uses, the names
// derived from them are valid and unique.
func TestNamesFit(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			for i := range share(8) {
				rs := composed(t, claimed(t, e, func(c *fieldpath.Paved) { randomClaim(t, r, c) }))
				if problems := append(misnamed(rs), malformed(rs)...); len(problems) > 0 {
					t.Fatalf("case %d: %s", i, strings.Join(problems, "\n"))
				}
			}
		})
	}
}

// misnamed names: those that are invalid, or used by two resources.
func misnamed(rs map[string]object.Object) []string {
	var ms []string
	taken := make(map[string]string)
	take := func(k, name string) {
		if other, ok := taken[name]; ok {
			ms = append(ms, fmt.Sprintf("%s and %s are both named %s", other, k, name))
		}
		taken[name] = k
	}
	for _, k := range slices.Sorted(maps.Keys(rs)) {
		e := rs[k]
		kind := e.String("apiVersion") + " " + e.String("kind")
		take(k, kind+" "+e.Name())
		if errs := validation.IsDNS1123Subdomain(e.Name()); len(errs) > 0 || len(e.Name()) > validation.DNS1123LabelMaxLength {
			ms = append(ms, fmt.Sprintf("%s: metadata.name %q is illegal: %v", k, e.Name(), errs))
		}
		// Keys of annotations have dots, so the path of one ends early.
		r, ok := named[e.String("kind")]
		if name := (rule{field: externalName}).name(e); !ok && name != "" {
			ms = append(ms, fmt.Sprintf("%s: no rule for names such as %s", k, name))
		}
		if !ok {
			continue
		}
		name := r.name(e)
		if len(name) > r.most || !r.allowed.MatchString(name) {
			ms = append(ms, fmt.Sprintf("%s: %s has %d characters of %d, of %s", k, name, len(name), r.most, r.allowed))
		}
		take(k, kind+" in AWS "+name)
	}
	if n := rs["cluster-auth"].String("spec.writeConnectionSecretToRef.name"); len(validation.IsDNS1123Subdomain(n)) > 0 || len(n) > validation.DNS1123LabelMaxLength {
		ms = append(ms, fmt.Sprintf("the name of the Secret is illegal: %q", n))
	}
	return ms
}

// TestRegionsShareNoRole is the sixth promise for names that are global in an
// account: clusters of the same name in two regions have different names in
// IAM.
func TestRegionsShareNoRole(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			for i := range share(10) {
				name := word(r, 100, letter, "_-")
				regions := aws.Regions()
				r.Shuffle(len(regions), func(i, j int) { regions[i], regions[j] = regions[j], regions[i] })
				owner := make(map[string]string)
				var chosen string
				for _, region := range regions[:2] {
					rs := composed(t, claimed(t, e, func(c *fieldpath.Paved) {
						randomClaim(t, r, c)
						alter(t, c, map[string]any{"spec.clusterName": name})
						relocate(t, c, region)
						chosen, _ = c.GetString("spec.karpenter.nodeRoleName")
					}))
					for k, res := range rs {
						kind := res.String("kind")
						n := named[kind].name(res)
						if (kind != "Role" && kind != "Policy") || (n == chosen && k == "karpenter-node-role") {
							continue // The claim sets that name.
						}
						if other, ok := owner[kind+" "+n]; ok {
							t.Fatalf("case %d: %s of %s and %s are both named %s", i, k, other, region, n)
						}
						owner[kind+" "+n] = region
					}
				}
			}
		})
	}
}

// TestPolicies checks that documents are JSON, and that policies are within
// IAM's limit.
func TestPolicies(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			for i, p := range passesOf(t, e) {
				for _, problem := range malformed(resources(p.Response)) {
					t.Errorf("pass %d: %s", i+1, problem)
				}
			}
		})
	}
}

// withoutAccount matches an ARN that should name an account, and doesn't.
var withoutAccount = regexp.MustCompile(`arn:[a-z-]+:(iam|sqs|kms|eks|events):[a-z0-9-]*::`)

// documents are fields that AWS reads as JSON.
var documents = regexp.MustCompile(`^spec\.(for|init)Provider\.(policy|assumeRolePolicy|eventPattern|configurationValues)$`)

// malformed policies and ARNs: documents that AWS would refuse, and ARNs without an
// account.
func malformed(rs map[string]object.Object) []string {
	var ms []string
	for _, k := range slices.Sorted(maps.Keys(rs)) {
		visit := func(path string, v *structpb.Value) {
			s := v.GetStringValue()
			if arn := withoutAccount.FindString(s); arn != "" {
				ms = append(ms, fmt.Sprintf("%s: %s: %s… has no account", k, path, arn))
			}
			if documents.MatchString(path) && !json.Valid([]byte(s)) {
				ms = append(ms, fmt.Sprintf("%s: %s is no JSON: %s", k, path, s))
			}
		}
		visitFields(structpb.NewStructValue(structOf(rs[k])), "", visit)
		// Values and manifests contain ARNs, too.
		for _, opaque := range []string{"values", "manifest"} {
			if v := rs[k].Value("spec.forProvider." + opaque); v != nil {
				visitFields(v, opaque, visit)
			}
		}
		if rs[k].String("kind") != "Policy" {
			continue
		}
		dense := strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, rs[k].String("spec.forProvider.policy"))
		if n := len([]rune(dense)); n > iam.MaxManagedPolicySize {
			ms = append(ms, fmt.Sprintf("%s: the policy has %d characters, IAM takes %d", k, n, iam.MaxManagedPolicySize))
		}
	}
	return ms
}

// A layout is a random network: a region, a VPC and zones.
type layout struct {
	region string
	vpc    netip.Prefix
	bits   any // Length of the subnets' prefixes, or nil for the default.
	zones  []any
}

func randomLayout(r *rand.Rand) layout {
	n := layout{region: aws.Regions()[r.IntN(len(aws.Regions()))]}
	bits := 16 + r.IntN(7)
	addr := netip.AddrFrom4([4]byte{10, byte(r.IntN(256)), byte(r.IntN(256)), 0})
	n.vpc = netip.PrefixFrom(addr, bits).Masked()
	if low := max(20, bits+4); r.IntN(2) == 0 {
		n.bits = int64(low + r.IntN(26-low+1))
	}
	region, _ := aws.LookupRegion(n.region)
	for _, z := range slices.Concat(region.Zones, region.Constrained) {
		n.zones = append(n.zones, z.ID)
	}
	if r.IntN(2) == 0 {
		n.zones = nil
		for _, l := range "abcdefgh" {
			n.zones = append(n.zones, n.region+string(l))
		}
	}
	r.Shuffle(len(n.zones), func(i, j int) { n.zones[i], n.zones[j] = n.zones[j], n.zones[i] })
	n.zones = n.zones[:min(len(n.zones), 2+r.IntN(5))]
	return n
}

// of an examples.Example, the request with another network.
func (n layout) of(t *testing.T, e examples.Example, zones []any) *fnv1.RunFunctionRequest {
	t.Helper()
	return withAllFacts(t, claimed(t, e, func(c *fieldpath.Paved) {
		relocate(t, c, n.region)
		alter(t, c, map[string]any{
			"spec.network.cidr":               n.vpc.String(),
			"spec.network.subnetPrefixLength": n.bits,
			"spec.network.zoneCount":          nil,
			"spec.network.zones":              zones,
		})
	}))
}

// TestSubnetsStay is the seventh promise: subnets are inside the VPC, don't
// overlap, and don't change when zones are added or removed.
func TestSubnetsStay(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := rng(t)
			for i := range share(15) {
				n := randomLayout(r)
				t.Logf("case %d: %+v", i, n)
				all := composed(t, n.of(t, e, n.zones))
				if problem := misplaced(all, n.vpc, 2*len(n.zones)); problem != "" {
					t.Fatal(problem)
				}

				// Zones are a set. If a resource depended on their order, sorting the
				// claim would delete it.
				other := slices.Clone(n.zones)
				r.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
				if d := moved(all, composed(t, n.of(t, e, other)), func(string) bool { return true }); d != "" {
					t.Fatalf("%v in another order, %v: %s", n.zones, other, d)
				}

				if len(n.zones) < 3 {
					continue
				}
				gone := r.IntN(len(n.zones))
				zone := n.zones[gone].(string)
				few := n.of(t, e, slices.Delete(slices.Clone(n.zones), gone, gone+1))
				if d := moved(all, composed(t, few), func(k string) bool {
					return all[k].String("kind") == "Subnet" && !strings.HasSuffix(k, zone)
				}); d != "" {
					t.Fatalf("without %s: %s", zone, d)
				}

				// An added zone drops no resource. For example, the only NAT gateway must
				// not move to it.
				more := render.Next(few, examples.Run(t, few))
				more.Observed.Composite = n.of(t, e, n.zones).GetObserved().GetComposite()
				if dropped := missing(examples.Run(t, few), examples.Run(t, more)); len(dropped) > 0 {
					t.Fatalf("with %s: %v are dropped", zone, dropped)
				}
			}
		})
	}
}

// TestSubnetsStayByCount is the seventh promise for zoneCount.
func TestSubnetsStayByCount(t *testing.T) {
	t.Parallel()
	for _, e := range examples.All(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			for _, code := range aws.Regions() {
				region, _ := aws.LookupRegion(code)
				var before map[string]object.Object
				for n := 2; n <= min(6, len(region.Zones)); n++ {
					rs := composed(t, claimed(t, e, func(c *fieldpath.Paved) {
						relocate(t, c, code)
						alter(t, c, map[string]any{"spec.network.zones": nil, "spec.network.zoneCount": int64(n)})
					}))
					if d := moved(before, rs, func(k string) bool { return before[k].String("kind") == "Subnet" }); d != "" {
						t.Fatalf("%d zones of %s: %s", n, code, d)
					}
					before = rs
				}
			}
		})
	}
}

// misplaced subnets: outside of the VPC, or overlapping.
func misplaced(rs map[string]object.Object, vpc netip.Prefix, want int) string {
	blocks := make(map[string]netip.Prefix)
	for _, k := range slices.Sorted(maps.Keys(rs)) {
		if rs[k].String("kind") != "Subnet" {
			continue
		}
		b, err := netip.ParsePrefix(rs[k].String("spec.forProvider.cidrBlock"))
		if err != nil {
			return fmt.Sprintf("%s: %v", k, err)
		}
		if b.Masked() != b || b.Bits() > 28 || b.Bits() < vpc.Bits() || !vpc.Contains(b.Addr()) {
			return fmt.Sprintf("%s: %s isn't a subnet of %s", k, b, vpc)
		}
		for other, o := range blocks {
			if o.Overlaps(b) {
				return fmt.Sprintf("%s and %s overlap: %s, %s", other, k, o, b)
			}
		}
		blocks[k] = b
	}
	if len(blocks) != want {
		return fmt.Sprintf("there are %d subnets, and should be %d", len(blocks), want)
	}
	return ""
}

// moved resources: those that must stay and changed.
func moved(before, after map[string]object.Object, stays func(k string) bool) string {
	for _, k := range slices.Sorted(maps.Keys(before)) {
		if !stays(k) {
			continue
		}
		if diff := cmp.Diff(structOf(before[k]).AsMap(), structOf(after[k]).AsMap()); diff != "" {
			return fmt.Sprintf("%s: -want, +got:\n%s", k, diff)
		}
	}
	return ""
}
