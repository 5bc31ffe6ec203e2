package facts

import (
	"encoding/base64"
	"encoding/pem"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// fields of an object, as JSON.
type fields = map[string]any

func TestAccount(t *testing.T) {
	const ours, fenced, recorded, reported = "111111111111", "222222222222", "333333333333", "444444444444"
	arn := reports(fields{"arn": "arn:aws:iam::" + reported + ":role/a"})
	cases := map[string]struct {
		reason   string
		spec     v1alpha1.SeafarerClusterSpec
		fences   v1beta1.Fences
		status   fields
		composed map[key.Key]fields
		want     string
	}{
		"Claimed":  {reason: "The claim decides.", spec: v1alpha1.SeafarerClusterSpec{AccountID: ours}, fences: v1beta1.Fences{AccountID: fenced}, want: ours},
		"Fenced":   {reason: "The platform team decides for claims without an account.", fences: v1beta1.Fences{AccountID: fenced}, status: fields{"accountId": recorded}, want: fenced},
		"Recorded": {reason: "An ARN of another account doesn't move a platform.", status: fields{"accountId": recorded}, composed: map[key.Key]fields{key.ClusterRole: arn}, want: recorded},
		"Reported": {reason: "The first reported ARN has the account.", composed: map[key.Key]fields{key.ClusterRole: arn}, want: reported},
		"Managed":  {reason: "The ARN of a policy of AWS has no account.", composed: map[key.Key]fields{key.ClusterRole: reports(fields{"arn": "arn:aws:iam::aws:policy/a"})}},
		"Unknown":  {reason: "Without a report there is no account."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := read(t, claim.Claim{Spec: tc.spec, Fences: tc.fences}, tc.status, tc.composed)
			if f.AccountID != tc.want {
				t.Errorf("%s\nRead(...).AccountID: want %q, got %q", tc.reason, tc.want, f.AccountID)
			}
		})
	}
}

func TestReportedAccount(t *testing.T) {
	const ours, foreign = "111111111111", "444444444444"
	role := func(account string) fields { return reports(fields{"arn": "arn:aws:iam::" + account + ":role/a"}) }
	cluster := func(account string) fields {
		return reports(fields{"id": "a", "arn": "arn:aws:eks:eu-west-3:" + account + ":cluster/a"})
	}
	cases := map[string]struct {
		reason   string
		status   fields
		composed map[key.Key]fields
		want     string
	}{
		"Majority":   {reason: "One foreign ARN doesn't decide, whatever its key.", composed: map[key.Key]fields{"a": role(foreign), "b": role(ours), "c": role(ours)}, want: ours},
		"Cluster":    {reason: "The cluster decides against any number of others.", composed: map[key.Key]fields{key.Cluster: cluster(ours), "a": role(foreign), "b": role(foreign)}, want: ours},
		"Recorded":   {reason: "While the cluster isn't reported, others don't decide against its recorded ARN.", status: fields{"cluster": fields{"arn": "arn:aws:eks:eu-west-3:" + ours + ":cluster/a"}}, composed: map[key.Key]fields{"a": role(foreign)}},
		"Confirmed":  {reason: "Others may confirm the recorded ARN.", status: fields{"cluster": fields{"arn": "arn:aws:eks:eu-west-3:" + ours + ":cluster/a"}}, composed: map[key.Key]fields{"a": role(foreign), "b": role(ours), "c": role(ours)}, want: ours},
		"NoCluster":  {reason: "What isn't the ARN of a cluster doesn't decide.", composed: map[key.Key]fields{key.Cluster: reports(fields{"arn": "arn:aws:eks:eu-west-3:" + foreign + ":cluster/*"}), "a": role(ours), "b": role(ours)}, want: ours},
		"Tie":        {reason: "A tie doesn't decide.", composed: map[key.Key]fields{"a": role(foreign), "b": role(ours)}},
		"TieOfThree": {reason: "A tie of the most frequent ones doesn't decide.", composed: map[key.Key]fields{"a": role(foreign), "b": role(ours), "c": role(foreign), "d": role(ours), "e": role("222222222222")}},
		"None":       {reason: "A policy of AWS has no account.", composed: map[key.Key]fields{"a": reports(fields{"arn": "arn:aws:iam::aws:policy/a"})}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := read(t, claim.Claim{}, tc.status, tc.composed).ReportedAccountID; got != tc.want {
				t.Errorf("%s\nRead(...).ReportedAccountID: want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}

func TestCluster(t *testing.T) {
	const (
		arn      = "arn:aws:eks:eu-west-3:111111111111:cluster/a"
		endpoint = "https://ABC.gr7.eu-west-3.eks.amazonaws.com"
		issuer   = "https://oidc.eks.eu-west-3.amazonaws.com/id/0123456789ABCDEF"
	)
	authority := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("a")}))
	recorded := fields{"cluster": fields{"arn": arn, "endpoint": endpoint, "certificateAuthorityData": authority, "oidcIssuer": issuer, "securityGroupId": "sg-1", "version": "1.34"}}
	oidc := func(issuer string) []any { return []any{fields{"oidc": []any{fields{"issuer": issuer}}}} }
	cases := map[string]struct {
		reason   string
		status   fields
		reported fields
		want     Cluster
	}{
		"Reported": {
			reason:   "Reported values are known.",
			reported: fields{"id": "a", "arn": arn, "endpoint": endpoint, "certificateAuthority": []any{fields{"data": authority}}, "identity": oidc(issuer), "version": "1.34"},
			want:     Cluster{ARN: arn, Endpoint: endpoint, CertificateAuthority: authority, OIDCIssuer: issuer, Version: "1.34"},
		},
		"Recorded": {
			reason: "Recorded values stay known while EKS doesn't report them.",
			status: recorded, reported: fields{"id": "a"},
			want: Cluster{ARN: arn, Endpoint: endpoint, CertificateAuthority: authority, OIDCIssuer: issuer, SecurityGroupID: "sg-1", Version: "1.34"},
		},
		"Differs": {
			reason: "A reported value wins over a recorded one.",
			status: recorded, reported: fields{"id": "a", "vpcConfig": fields{"clusterSecurityGroupId": "sg-2"}, "identity": oidc(issuer + "0")},
			want: Cluster{ARN: arn, Endpoint: endpoint, CertificateAuthority: authority, OIDCIssuer: issuer + "0", SecurityGroupID: "sg-2", Version: "1.34"},
		},
		"Invalid": {
			reason: "A value that could not be EKS's never replaces a recorded one: it would become part of kubeconfigs and policies.",
			status: recorded, reported: fields{"id": "a", "arn": "arn:aws:eks:*", "endpoint": "https://a\n- b", "certificateAuthority": []any{fields{"data": "YQ=="}}, "identity": oidc("https://oidc.eks.eu-west-3.amazonaws.com/id/*"), "version": "none"},
			want: Cluster{ARN: arn, Endpoint: endpoint, CertificateAuthority: authority, OIDCIssuer: issuer, SecurityGroupID: "sg-1", Version: "1.34"},
		},
		"RolledBack": {
			reason: "EKS reports an older version than before once it has rolled back.",
			status: recorded, reported: fields{"id": "a", "arn": arn, "endpoint": endpoint, "version": "1.33"},
			want: Cluster{ARN: arn, Endpoint: endpoint, CertificateAuthority: authority, OIDCIssuer: issuer, SecurityGroupID: "sg-1", Version: "1.33", RolledBackFrom: "1.34"},
		},
		"Nothing": {reason: "Nothing is known of a cluster that isn't reported."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := read(t, claim.Claim{}, tc.status, map[key.Key]fields{key.Cluster: reports(tc.reported)}).Cluster
			got := Cluster{ARN: c.ARN, Endpoint: c.Endpoint, CertificateAuthority: c.CertificateAuthority, OIDCIssuer: c.OIDCIssuer, SecurityGroupID: c.SecurityGroupID, Version: c.Version, RolledBackFrom: c.RolledBackFrom}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(Placement{})); diff != "" {
				t.Errorf("%s\nRead(...).Cluster: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestDeletionProtected(t *testing.T) {
	const arn = "arn:aws:eks:eu-west-3:111111111111:cluster/a"
	cases := map[string]struct {
		reason  string
		status  fields
		cluster fields
		want    bool
	}{
		"On":           {reason: "EKS reports that the cluster is protected.", cluster: reports(fields{"id": "a", "deletionProtection": true}), want: true},
		"Off":          {reason: "EKS reports that the cluster can be deleted.", cluster: reports(fields{"id": "a", "deletionProtection": false})},
		"NotReported":  {reason: "A cluster that exists counts as protected until EKS reports otherwise.", cluster: reports(fields{"id": "a"}), want: true},
		"NotObserved":  {reason: "A cluster whose object isn't observed may exist.", want: true},
		"NotInEKS":     {reason: "An object without a cluster in EKS protects nothing.", cluster: fields{"metadata": fields{"name": "a"}}},
		"StatusAbsent": {reason: "A recorded ARN means that the cluster exists.", status: fields{"cluster": fields{"arn": arn}}, cluster: fields{"metadata": fields{"name": "a"}}, want: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			composed := map[key.Key]fields{}
			if tc.cluster != nil {
				composed[key.Cluster] = tc.cluster
			}
			if got := read(t, claim.Claim{}, tc.status, composed).Cluster.DeletionProtected; got != tc.want {
				t.Errorf("%s\nRead(...).Cluster.DeletionProtected: want %t, got %t", tc.reason, tc.want, got)
			}
		})
	}
}

func TestSecretsEncryption(t *testing.T) {
	const other = "arn:aws:kms:eu-west-3:111111111111:key/b"
	encrypted := func(policy string) fields {
		return fields{
			"metadata": fields{"name": "a"},
			"spec":     fields{"initProvider": fields{"encryptionConfig": fields{"provider": fields{"keyArn": policy}}}},
			"status":   fields{"atProvider": fields{"id": "a"}},
		}
	}
	cases := map[string]struct {
		reason   string
		status   fields
		composed map[key.Key]fields
		want     string
	}{
		"OwnKey":    {reason: "The platform's own key is named by its alias.", composed: map[key.Key]fields{key.Cluster: encrypted("arn:aws:kms:eu-west-3:111111111111:alias/a")}, want: EncryptedByOwnKey},
		"KeyExists": {reason: "The key exists, so the cluster may need it.", composed: map[key.Key]fields{key.SecretsKey: reports(fields{"id": "a"})}, want: EncryptedByOwnKey},
		"Other":     {reason: "A key of someone else is named by its ARN.", composed: map[key.Key]fields{key.Cluster: encrypted(other)}, want: other},
		"None":      {reason: "The cluster was created without a key.", composed: map[key.Key]fields{key.Cluster: reports(fields{"id": "a"})}, want: EncryptedByNone},
		"Recorded":  {reason: "What was recorded stays while the cluster isn't observed.", status: fields{"facts": fields{"secretsEncryption": other}}, want: other},
		"NoCluster": {reason: "A cluster that doesn't exist yet has no encryption."},
		"NotYet":    {reason: "EKS has not created the cluster yet: the claim may still change.", status: fields{"facts": fields{"secretsEncryption": other}}, composed: map[key.Key]fields{key.Cluster: {"metadata": fields{"name": "a"}}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := read(t, claim.Claim{}, tc.status, tc.composed).Cluster.SecretsEncryption; got != tc.want {
				t.Errorf("%s\nRead(...).Cluster.SecretsEncryption: want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}

func TestPlacement(t *testing.T) {
	subnet := func(name, id string) fields {
		return fields{"metadata": fields{"name": name, "annotations": fields{"crossplane.io/external-name": id}}}
	}
	group := func(ids ...any) fields {
		return fields{
			"metadata": fields{"name": "group"},
			"spec":     fields{"forProvider": fields{"subnetIdRefs": []any{fields{"name": "subnet-a"}}}},
			"status":   fields{"atProvider": fields{"id": "a", "subnetIds": ids}},
		}
	}
	cases := map[string]struct {
		reason string
		group  fields
		want   map[string]bool
	}{
		"Reported": {reason: "Reported ids decide.", group: group("subnet-2"), want: map[string]bool{"b": true}},
		"Desired":  {reason: "Without a report, the references decide.", group: group(), want: map[string]bool{"a": true}},
		"Foreign":  {reason: "Reported ids are ignored if none of them is ours.", group: group("subnet-9"), want: map[string]bool{"a": true}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := read(t, claim.Claim{}, nil, map[key.Key]fields{
				key.PrivateSubnet("a"): subnet("subnet-a", "subnet-1"), key.PrivateSubnet("b"): subnet("subnet-b", "subnet-2"), key.NodeGroup(key.System): tc.group,
			})
			for _, z := range []string{"a", "b"} {
				if got := f.Includes(f.NodeGroups[key.System].Placement, key.PrivateSubnet(z), "subnet-"+z); got != tc.want[z] {
					t.Errorf("%s\nIncludes(..., %s): want %t, got %t", tc.reason, z, tc.want[z], got)
				}
			}
		})
	}
}

func TestZones(t *testing.T) {
	region, ok := aws.LookupRegion("eu-west-3")
	if !ok {
		t.Fatal("there is no region eu-west-3")
	}
	const a, b, c = "eu-west-3a", "eu-west-3b", "eu-west-3c"
	n := read(t, claim.Claim{Region: region},
		fields{"network": fields{"zones": []any{fields{"zone": b, "privateSubnet": fields{"id": "subnet-b"}}}}},
		map[key.Key]fields{key.PrivateSubnet(a): reports(fields{"id": "subnet-a"})}).Network
	want := map[string]Zone{a: {PrivateSubnetID: "subnet-a", Exists: true}, b: {PrivateSubnetID: "subnet-b", Exists: true}, c: {}}
	for label, z := range want {
		if diff := cmp.Diff(z, n.Zone(label)); diff != "" {
			t.Errorf("Zone(%s): -want, +got:\n%s", label, diff)
		}
	}
}

// read a platform from the status of its composite resource and its composed resources.
func read(t *testing.T, c claim.Claim, status fields, composed map[key.Key]fields) Facts {
	t.Helper()
	cs := make(object.Composed, len(composed))
	for k, o := range composed {
		cs[k] = objectOf(t, o)
	}
	return Read(c, objectOf(t, fields{"status": status}), cs)
}

// reports are an object whose provider reports these fields.
func reports(atProvider fields) fields {
	return fields{"metadata": fields{"name": "a"}, "status": fields{"atProvider": atProvider}}
}

func objectOf(t *testing.T, f fields) object.Object {
	t.Helper()
	s, err := structpb.NewStruct(f)
	if err != nil {
		t.Fatal(err)
	}
	return object.Of(s)
}

func TestNodeGroupVersion(t *testing.T) {
	status := fields{"nodeGroups": []any{fields{"name": key.System, "version": "1.34"}}}
	cases := map[string]struct {
		reason         string
		reported, want string
	}{
		"Reported":    {reason: "The reported version counts.", reported: "1.35", want: "1.35"},
		"RolledBack":  {reason: "It counts even if it's older than the recorded one.", reported: "1.33", want: "1.33"},
		"NotReported": {reason: "Without a report, the recorded version counts.", want: "1.34"},
		"NoVersion":   {reason: "What isn't a version doesn't replace the recorded one.", reported: "none", want: "1.34"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := read(t, claim.Claim{}, status, map[key.Key]fields{key.NodeGroup(key.System): reports(fields{"id": "a", "version": tc.reported})})
			if got := f.NodeGroups[key.System].Version; got != tc.want {
				t.Errorf("%s\nRead(...).NodeGroups: want version %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}
