// Package facts reads what is known of a platform: what providers report of the resources
// that exist, and what the status of the composite resource remembers of them. No other
// package reads a provider's status.
package facts

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// Facts of a platform. Unknown values are empty. A reported value wins over a remembered
// one, so that a status that is missing for a while changes nothing.
type Facts struct {
	// AccountID is the id of the AWS account: twelve digits. It's the one that the claim
	// or the platform team requires, or else the one that was reported first: a stray ARN
	// must not move a platform.
	AccountID string

	// ReportedAccountID is the account of the resources that exist.
	ReportedAccountID string

	Cluster    Cluster
	NodeGroups map[string]NodeGroup
	Addons     map[string]Addon
	Karpenter  Karpenter
	Network    Network

	// UsesIRSA is true if the object of an add-on requests a role for IRSA.
	UsesIRSA bool

	// Versions that were desired last, as the composite resource remembers them.
	Versions v1alpha1.VersionsStatus

	resources map[key.Key]resource
	stored    bool
}

// A resource that exists as an object.
type resource struct {
	name, externalName string
	ownership          Ownership
	owner              string
}

// A Component has a version.
type Component struct {
	// Exists is true if its object does, and Created if what it represents does, in AWS or in the cluster.
	Exists, Created bool

	// Ready and Synced are the conditions of its object.
	Ready, Synced bool

	// Desired is the version in the object's spec, and Reported the one in its status.
	Desired, Reported string
}

// An Addon of EKS.
type Addon struct {
	Component

	// Configured is true if the add-on has a configuration, or had one.
	Configured bool
}

// Works reports whether the component is ready and as desired.
func (c Component) Works() bool { return c.Ready && c.Synced }

// Karpenter is known by its releases, and by what they need.
type Karpenter struct {
	// CRDs and Controller are the releases of its charts.
	CRDs, Controller Component

	// Deployed is true if Helm reports the controller's release as deployed now.
	Deployed bool

	// Installed is true once the controller's release was deployed.
	Installed bool

	// AssociationID is the id of the Pod Identity association: a-…
	AssociationID string

	// QueueURL is the URL of the interruption queue.
	QueueURL string
}

// A NodeGroup of EKS.
type NodeGroup struct {
	Component

	// Version of Kubernetes that the nodes are known to run.
	Version string

	// RolledBackFrom is the version from which the nodes were rolled back, or empty.
	RolledBackFrom string

	// LaunchTemplateVersion is the newest version of the launch template.
	LaunchTemplateVersion string

	// AMIType of the group as it was created, or as its object requests it.
	AMIType string

	// Scaling of the nodes.
	Scaling Scaling

	// Placement of the nodes.
	Placement Placement
}

// Scaling is how many nodes a group has, and may have, as EKS reports it.
type Scaling struct {
	Known             bool
	Min, Desired, Max int32
}

// isOurs reports whether the resource is the platform's in AWS, or becomes it.
func (r resource) isOurs() bool { return r.ownership == Owned || r.ownership == Creating }

// Read what is known of the platform that a claim describes.
func Read(c claim.Claim, xr object.Object, composed object.Composed) Facts {
	var status v1alpha1.SeafarerClusterStatus
	xr.Decode("status", &status)
	r := reader{claim: c, status: status, composed: composed}
	resources := r.resources()
	r.composed = oursAmong(composed, resources)
	reported := r.reportedAccount()
	return Facts{
		AccountID:         cmp.Or(c.Spec.AccountID, c.Fences.AccountID, status.AccountID, reported),
		ReportedAccountID: reported,
		Cluster:           r.cluster(),
		NodeGroups:        map[string]NodeGroup{key.System: r.nodeGroup(key.System)},
		Addons:            r.addons(),
		Karpenter:         r.karpenter(),
		Network:           r.network(),
		UsesIRSA:          r.usesIRSA(),
		Versions:          status.Versions,
		resources:         resources,
		stored:            c.Stored,
	}
}

// A reader of what is known.
type reader struct {
	claim    claim.Claim
	status   v1alpha1.SeafarerClusterStatus
	composed object.Composed
}

// reported value of a field of a resource's status.atProvider.
func (r reader) reported(k key.Key, field string) string {
	return r.composed[k].String("status.atProvider." + field)
}

func (r reader) resources() map[key.Key]resource {
	rs := make(map[key.Key]resource, len(r.composed))
	for k, o := range r.composed {
		owner, of := r.ownership(k, o)
		rs[k] = resource{name: o.Name(), externalName: o.ExternalName(), ownership: owner, owner: of}
	}
	return rs
}

// oursAmong composed resources are those that are, or become, the platform's in AWS, rather
// than objects that only look at a name.
func oursAmong(composed object.Composed, resources map[key.Key]resource) object.Composed {
	if !slices.ContainsFunc(slices.Collect(maps.Values(resources)), func(r resource) bool { return !r.isOurs() }) {
		return composed
	}
	ours := maps.Clone(composed)
	maps.DeleteFunc(ours, func(k key.Key, _ object.Object) bool { return !resources[k].isOurs() })
	return ours
}

// reportedAccount is that of the cluster, which is in no account but the platform's, or else
// the one of most ARNs that are reported, unless the cluster was in another one. An ARN isn't
// always of the platform's account: a key or a role may be shared. So one ARN of another
// account among many decides nothing, and neither does a tie.
func (r reader) reportedAccount() string {
	if is := r.reported(key.Cluster, "arn"); arnPattern.MatchString(is) {
		return accountOf(is)
	}
	counts := make(map[string]int)
	for _, k := range r.composed.Keys() {
		if a := accountOf(r.reported(k, "arn")); a != "" {
			counts[a]++
		}
	}
	is, was := most(counts), accountOf(r.status.Cluster.ARN)
	if was != "" && was != is {
		return ""
	}
	return is
}

// accountOf an ARN, or empty if it has none.
func accountOf(arn string) string {
	if a, ok := aws.ParseARN(arn); ok && aws.IsAccountID(a.Account) {
		return a.Account
	}
	return ""
}

// most frequent key, or empty if there is none or a tie.
func most(counts map[string]int) string {
	var key string
	var tie bool
	for k, n := range counts {
		switch {
		case n > counts[key]:
			key, tie = k, false
		case n == counts[key]:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return key
}

// component whose desired version is in a field of spec.forProvider, and whose reported
// version is in a field of status.atProvider.
func (r reader) component(k key.Key, desired, reported string) Component {
	o, exists := r.composed[k]
	return Component{
		Exists:   exists,
		Created:  o.Created(),
		Ready:    o.Is("Ready"),
		Synced:   o.Is("Synced"),
		Desired:  o.String("spec.forProvider." + desired),
		Reported: o.String("status.atProvider." + reported),
	}
}

func (r reader) nodeGroup(name string) NodeGroup {
	var remembered v1alpha1.NodeGroupStatus
	if i := slices.IndexFunc(r.status.NodeGroups, func(g v1alpha1.NodeGroupStatus) bool { return g.Name == name }); i >= 0 {
		remembered = r.status.NodeGroups[i]
	}
	g := NodeGroup{Component: r.component(key.NodeGroup(name), "version", "version")}
	g.Version = running(g.Reported, remembered.Version)
	wanted := cmp.Or(r.claim.Spec.SystemNodes.KubernetesVersion, r.claim.Spec.KubernetesVersion)
	g.RolledBackFrom = rolledBackFrom(wanted, g.Version, remembered.Version, remembered.RolledBackFrom)
	latest := r.composed[key.LaunchTemplate(name)].Number("status.atProvider.latestVersion")
	g.LaunchTemplateVersion = cmp.Or(templateVersion(latest), remembered.LaunchTemplateVersion)
	g.AMIType = cmp.Or(r.reported(key.NodeGroup(name), "amiType"), r.composed[key.NodeGroup(name)].String("spec.forProvider.amiType"))
	g.Scaling = r.scaling(key.NodeGroup(name))
	g.Placement = r.placement(r.composed[key.NodeGroup(name)], "subnetIds")
	return g
}

func (r reader) scaling(k key.Key) Scaling {
	s := r.composed[k].Value("status.atProvider.scalingConfig").GetStructValue().GetFields()
	size := func(name string) int32 { return int32(s[name].GetNumberValue()) }
	return Scaling{Known: len(s) > 0, Min: size("minSize"), Desired: size("desiredSize"), Max: size("maxSize")}
}

// running version of Kubernetes: the reported one, or else the recorded one. What isn't a
// version is ignored.
func running(reported, recorded string) string {
	return cmp.Or(compat.Latest(reported), compat.Latest(recorded))
}

// rolledBackFrom is the version from which a control plane or node group was rolled back to
// the version that it runs, or empty: the one that it ran before, or the recorded one. A
// claim that requests no later version than the running one accepts the rollback, so that a
// later change of the claim upgrades again.
// https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html
func rolledBackFrom(wanted, runs, ran, recorded string) string {
	from := compat.Latest(ran, recorded)
	accepted := !compat.Newer(ran, runs) && !compat.Newer(wanted, runs)
	if runs == "" || accepted || !compat.Newer(from, runs) {
		return ""
	}
	return from
}

// templateVersion as EC2 spells it. Zero is none: versions begin at one.
func templateVersion(n float64) string {
	if n < 1 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

func (r reader) addons() map[string]Addon {
	const configuration = "configurationValues"
	as := make(map[string]Addon, len(r.claim.Addons))
	for _, a := range r.claim.Addons {
		k := key.Addon(a.Name)
		as[a.Name] = Addon{
			Component:  r.component(k, "addonVersion", "addonVersion"),
			Configured: r.reported(k, configuration) != "" || r.composed[k].String("spec.forProvider."+configuration) != "",
		}
	}
	return as
}

func (r reader) usesIRSA() bool {
	return slices.ContainsFunc(r.claim.Addons, func(a v1alpha1.AddonSpec) bool {
		return r.composed[key.Addon(a.Name)].String("spec.forProvider.serviceAccountRoleArn") != ""
	})
}

func (r reader) karpenter() Karpenter {
	const chart = "chart.version"
	deployed := r.reported(key.Karpenter, "state") == kinds.StatusDeployed
	return Karpenter{
		CRDs:          r.component(key.KarpenterCRDs, chart, ""),
		Controller:    r.component(key.Karpenter, chart, ""),
		Deployed:      deployed,
		Installed:     deployed || r.status.Facts.KarpenterInstalled,
		AssociationID: cmp.Or(r.reported(key.KarpenterAssociation, "associationId"), r.status.Facts.KarpenterAssociationID),
		QueueURL:      cmp.Or(r.reported(key.KarpenterQueue, "url"), r.status.Queue.URL),
	}
}

// Exists reports whether a resource exists, rather than only an object that looks at its name.
func (f Facts) Exists(k key.Key) bool {
	r, ok := f.resources[k]
	return ok && r.isOurs()
}

// Name of the object of a resource that exists, and whether it does. Crossplane retains
// names whatever the function desires, so references must, too.
func (f Facts) Name(k key.Key) (string, bool) {
	r, ok := f.resources[k]
	return r.name, ok
}

// ID of a resource in AWS as far as the provider has recorded it, or empty.
func (f Facts) ID(k key.Key) string { return f.resources[k].externalName }
