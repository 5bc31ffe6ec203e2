package access

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/input/v1beta1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/facts"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/platform"
)

const (
	arn      = "arn:aws:eks:eu-west-3:123456789012:cluster/Demo"
	endpoint = "https://ABC.gr7.eu-west-3.eks.amazonaws.com"
	pem      = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"
)

// plan of a cluster with an endpoint.
func plan() platform.Plan {
	return platform.Plan{
		Owner:       "demo",
		Namespace:   "team-a",
		Region:      "eu-west-3",
		ClusterName: "Demo",
		Facts: facts.Facts{Cluster: facts.Cluster{
			ARN:                  arn,
			Endpoint:             endpoint,
			CertificateAuthority: base64.StdEncoding.EncodeToString([]byte(pem)),
		}},
	}
}

// TestKubeconfig parses the kubeconfig with kubectl's own code.
func TestKubeconfig(t *testing.T) {
	c := Connection(plan())
	config, err := clientcmd.RESTConfigFromKubeConfig(c["kubeconfig"])
	if err != nil {
		t.Fatal(err)
	}
	if config.Host != endpoint || string(config.CAData) != pem || config.Insecure {
		t.Errorf("got host %q, CA %q, insecure %t", config.Host, config.CAData, config.Insecure)
	}
	if config.BearerToken != "" || config.Password != "" || len(config.KeyData) > 0 {
		t.Error("got credentials, want none")
	}
	want := []string{"--region", "eu-west-3", "eks", "get-token", "--cluster-name", "Demo", "--output", "json"}
	if diff := cmp.Diff(want, config.ExecProvider.Args); config.ExecProvider.Command != "aws" || diff != "" {
		t.Errorf("arguments of %s: -want, +got:\n%s", config.ExecProvider.Command, diff)
	}
	file, err := clientcmd.Load(c["kubeconfig"])
	if err != nil {
		t.Fatal(err)
	}
	if file.CurrentContext != arn || len(file.Contexts) != 1 || len(file.Clusters) != 1 || len(file.AuthInfos) != 1 {
		t.Errorf("want only the name %s, got %v", arn, file)
	}
	rest := map[string]string{"endpoint": endpoint, "clusterCA": pem, "clusterName": "Demo"}
	for k, v := range rest {
		if string(c[k]) != v {
			t.Errorf("%s: want %q, got %q", k, v, c[k])
		}
	}
	if len(c) != len(rest)+1 {
		t.Errorf("got %d keys, want %d", len(c), len(rest)+1)
	}
}

func TestConnectionIsCompleteOrEmpty(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(f *facts.Facts)
	}{
		"NoARN":      {reason: "The name isn't reported.", change: func(f *facts.Facts) { f.Cluster.ARN = "" }},
		"NoEndpoint": {reason: "The endpoint isn't reported.", change: func(f *facts.Facts) { f.Cluster.Endpoint = "" }},
		"NoCA":       {reason: "The CA isn't reported.", change: func(f *facts.Facts) { f.Cluster.CertificateAuthority = "" }},
		"BadCA":      {reason: "The CA isn't a certificate.", change: func(f *facts.Facts) { f.Cluster.CertificateAuthority = "%" }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := plan()
			tc.change(&p.Facts)
			if c := Connection(p); c != nil {
				t.Errorf("\n%s\nConnection(...): want none, got %v", tc.reason, c)
			}
		})
	}
}

func TestArgoCD(t *testing.T) {
	type config struct {
		AWSAuthConfig   map[string]string `json:"awsAuthConfig"`
		TLSClientConfig struct {
			Insecure bool   `json:"insecure"`
			CAData   []byte `json:"caData"`
		} `json:"tlsClientConfig"`
	}
	type want struct {
		auth   map[string]string
		data   map[string]string
		labels map[string]string
	}
	cases := map[string]struct {
		reason string
		spec   v1alpha1.ArgoCDSpec
		fence  v1beta1.ArgoCD
		want   want
	}{
		"Plain": {
			reason: "Argo CD uses its own role.",
			spec:   v1alpha1.ArgoCDSpec{Enabled: true},
			fence:  v1beta1.ArgoCD{Namespace: "argocd"},
			want: want{
				auth:   map[string]string{"clusterName": "Demo"},
				data:   map[string]string{"name": "team-a.demo", "server": endpoint},
				labels: map[string]string{"argocd.argoproj.io/secret-type": "cluster"},
			},
		},
		"Full": {
			reason: "A role, a project and labels are set.",
			spec:   v1alpha1.ArgoCDSpec{Enabled: true, Project: "shop", Labels: map[string]string{"stage": "test"}},
			fence:  v1beta1.ArgoCD{Namespace: "argocd", RoleARN: "arn:aws:iam::123456789012:role/argocd"},
			want: want{
				auth:   map[string]string{"clusterName": "Demo", "roleARN": "arn:aws:iam::123456789012:role/argocd"},
				data:   map[string]string{"name": "team-a.demo", "server": endpoint, "project": "shop"},
				labels: map[string]string{"argocd.argoproj.io/secret-type": "cluster", "stage": "test"},
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := plan()
			p.Fences.ArgoCD = &tc.fence
			rs := argoCD(p, tc.spec)
			s, ok := rs[0].Object.(*corev1.Secret)
			if !ok || len(rs) != 1 {
				t.Fatalf("\n%s\nargoCD(...): want one Secret, got %v", tc.reason, rs)
			}
			var c config
			if err := json.Unmarshal(s.Data["config"], &c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want.auth, c.AWSAuthConfig); diff != "" {
				t.Errorf("\n%s\nawsAuthConfig: -want, +got:\n%s", tc.reason, diff)
			}
			if string(c.TLSClientConfig.CAData) != pem || c.TLSClientConfig.Insecure {
				t.Errorf("\n%s\ntlsClientConfig: %+v", tc.reason, c.TLSClientConfig)
			}
			data := make(map[string]string)
			for k, v := range s.Data {
				if k != "config" {
					data[k] = string(v)
				}
			}
			if diff := cmp.Diff(tc.want.data, data); diff != "" {
				t.Errorf("\n%s\ndata: -want, +got:\n%s", tc.reason, diff)
			}
			if diff := cmp.Diff(tc.want.labels, s.Labels); diff != "" {
				t.Errorf("\n%s\nlabels: -want, +got:\n%s", tc.reason, diff)
			}
			if s.Namespace != "argocd" {
				t.Errorf("\n%s\nnamespace: %s", tc.reason, s.Namespace)
			}
		})
	}
}

func TestAdmins(t *testing.T) {
	const sso = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-3/AWSReservedSSO_AdministratorAccess_1f9ff11932198c00"
	cases := map[string]struct {
		reason string
		admins []string
		want   []string
	}{
		"SSO":     {reason: "The path is part of a role's ARN.", admins: []string{sso, "arn:aws:iam::123456789012:user/people/jo"}},
		"Account": {reason: "A principal may be in another account.", admins: []string{"arn:aws:iam::123456789012:role/admin", "arn:aws:iam::210987654321:role/admin"}},
		"User":    {reason: "A user may have the name of a role.", admins: []string{"arn:aws:iam::123456789012:role/jo", "arn:aws:iam::123456789012:user/jo"}},
		"Partition": {
			reason: "A partition has no principals of another.",
			admins: []string{"arn:aws-us-gov:iam::123456789012:role/admin"},
			want:   []string{`spec.access.admins[0]: Invalid value: "arn:aws-us-gov:iam::123456789012:role/admin": region eu-west-3 is in partition aws, which has principals of its own: use one of arn:aws`},
		},
		"ServiceLinked": {
			reason: "EKS creates no access entry for such roles.",
			admins: []string{"arn:aws:iam::123456789012:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"},
			want:   []string{`spec.access.admins[0]: Invalid value: "arn:aws:iam::123456789012:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS": is a service-linked role, for which EKS creates no access entry: use a role that people assume`},
		},
		"NoName": {
			reason: "A path is no role.",
			admins: []string{"arn:aws:iam::123456789012:role/people/"},
			want:   []string{`spec.access.admins[0]: Invalid value: "arn:aws:iam::123456789012:role/people/": must end with the name of the role or user`},
		},
		"TwoPaths": {
			reason: "Names are unique in an account, whatever their path.",
			admins: []string{"arn:aws:iam::123456789012:role/people/admin", "arn:aws:iam::123456789012:role/Admin"},
			want:   []string{`spec.access.admins[1]: Invalid value: "arn:aws:iam::123456789012:role/Admin": an account has only one role Admin, and another entry is arn:aws:iam::123456789012:role/people/admin: leave one of them out`},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := claim.Claim{Spec: v1alpha1.SeafarerClusterSpec{Region: "eu-west-3", Access: v1alpha1.AccessSpec{Admins: tc.admins}}}
			c.Region, _ = aws.LookupRegion(c.Spec.Region)
			var got []string
			for _, err := range Validate(c) {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nValidate(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
