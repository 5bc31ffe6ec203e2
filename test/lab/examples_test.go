package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/crossplane/function-sdk-go/errors"
)

// Every example that is valid becomes ready, made of what render says, and goes
// when its claim does.
func TestExamples(t *testing.T) {
	t.Parallel()
	dirs, err := os.ReadDir(filepath.Join("..", "..", "example"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if strings.HasPrefix(d.Name(), "invalid") {
			continue
		}
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			p := fenced(t, d.Name())
			if argoCD, ok := p.rendered()["argocd-cluster"]; ok {
				p.namespaces(argoCD)
			}
			p.apply()
			p.settled()
			p.intact()
			p.tells()
			p.announced()
			p.connected()
			p.traceable()
			p.validatable()
		})
	}
}

// Every example that is not valid is refused: by the API server, if it's to be,
// or else with a condition that tells why, and nothing is composed.
func TestInvalidExamples(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "..", "example", "invalid-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		t.Run(filepath.Base(d), func(t *testing.T) {
			p := fenced(t, filepath.Base(d))
			if want, err := os.ReadFile(filepath.Join(d, "want-api-error.txt")); err == nil {
				p.namespace()
				for l := range strings.Lines(string(want)) {
					for _, w := range wordsOf(strings.TrimSpace(l)) {
						p.kubectl(w, "apply")
					}
				}
				p.refusable()
				return
			}
			want, err := os.ReadFile(filepath.Join(d, "want.txt"))
			if err != nil {
				t.Fatal(err)
			}
			p.apply()
			p.invalid(strings.TrimSpace(string(want)))
			p.acceptable()
			if os := p.composed(); len(os) > 0 {
				t.Errorf("composed anyhow: %s", strings.Join(sorted(os), ", "))
			}
		})
	}
}

// wordsOf the API server for an error. Of fields that it does not know, kubectl
// says it in other words than a CRD's own validation.
func wordsOf(want string) []string {
	fields, ok := strings.CutPrefix(want, "unknown fields: ")
	if !ok {
		return []string{want}
	}
	var out []string
	for f := range strings.SplitSeq(fields, ", ") {
		out = append(out, fmt.Sprintf("unknown field %q", f))
	}
	return out
}

// invalid means that the claim says what's wrong with it.
func (p *platform) invalid(want string) {
	p.t.Helper()
	p.within(settles, func(ctx context.Context) error {
		c, err := p.lab.Get(ctx, p.claim)
		if err != nil {
			return err
		}
		s, reason, message := condition(c, "Valid")
		if s != "False" || reason != "InvalidSpec" || !strings.Contains(message, want) {
			return errors.Errorf("claim is Valid=%q: %s: %s; want %s", s, reason, message, want)
		}
		return nil
	})
}

// tells checks what the claim's status tells.
func (p *platform) tells() {
	p.t.Helper()
	claim, err := p.lab.Get(p.t.Context(), p.claim)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, part := range []string{"Network", "Identity", "ControlPlane", "SystemCapacity", "Addons", "Access", "Karpenter"} {
		if s, reason, message := condition(claim, part+"Ready"); s != "True" {
			p.t.Errorf("claim is %sReady=%q: %s: %s", part, s, reason, message)
		}
	}
	for _, path := range []string{
		"updateKubeconfigCommand", "accountId",
		"cluster.name", "cluster.arn", "cluster.version", "cluster.endpoint", "cluster.certificateAuthorityData", "cluster.securityGroupId", "cluster.oidcIssuer",
		"network.vpcId", "network.internetGatewayId", "queue.url",
	} {
		v, _, err := unstructured.NestedString(claim.Object, append([]string{"status"}, strings.Split(path, ".")...)...)
		if err != nil || v == "" {
			p.t.Errorf("claim has no status.%s: %v", path, err)
		}
	}
	for _, path := range []string{"network.zones", "nodeGroups", "roles", "versions.nodeGroups"} {
		list, _, err := unstructured.NestedSlice(claim.Object, append([]string{"status"}, strings.Split(path, ".")...)...)
		if err != nil || len(list) == 0 {
			p.t.Errorf("claim has no status.%s: %v", path, err)
		}
	}
	if phase, _, err := unstructured.NestedString(claim.Object, "status", "phase"); err != nil || phase != "Ready" {
		p.t.Errorf("claim is in phase %q, want Ready: %v", phase, err)
	}
}

// announced means that events of what the user has made tell how its parts got ready.
func (p *platform) announced() {
	p.t.Helper()
	p.within(settles, func(ctx context.Context) error {
		out, err := p.lab.Kubectl(ctx, "", "get", "events", "--namespace="+p.claim.GetNamespace(), "--output=jsonpath={.items[*].message}",
			"--field-selector=involvedObject.kind="+p.claim.GetKind()+",involvedObject.name="+p.claim.GetName())
		if err != nil {
			return err
		}
		for _, part := range []string{"Network", "ControlPlane", "Karpenter"} {
			if !strings.Contains(out, part+"Ready is True") {
				return errors.Errorf("no event tells that %sReady is True; events: %s", part, out)
			}
		}
		return nil
	})
}

// connected means that all Secrets are where the claim's status says, and that the
// one that the claim asks for, if it does, holds what people need.
func (p *platform) connected() {
	p.t.Helper()
	claim, err := p.lab.Get(p.t.Context(), p.claim)
	if err != nil {
		p.t.Fatal(err)
	}
	kubeconfig := p.composed()["kubeconfig"]
	told, _, err := unstructured.NestedStringMap(claim.Object, "status", "secrets", "kubeconfig")
	if err != nil || told["name"] != kubeconfig.GetName() || told["namespace"] != kubeconfig.GetNamespace() {
		p.t.Errorf("claim tells of Secret %v, want %s/%s: %v", told, kubeconfig.GetNamespace(), kubeconfig.GetName(), err)
	}
	name, asked, err := unstructured.NestedString(claim.Object, "spec", "writeConnectionSecretToRef", "name")
	if err != nil {
		p.t.Fatal(err)
	}
	if !asked {
		return
	}
	p.within(settles, func(ctx context.Context) error {
		s, err := p.lab.Get(ctx, object(`{apiVersion: v1, kind: Secret, metadata: {name: `+name+`, namespace: `+claim.GetNamespace()+`}}`))
		if err != nil {
			return err
		}
		want, _, err := unstructured.NestedStringMap(kubeconfig.Object, "data")
		if err != nil {
			return err
		}
		got, _, err := unstructured.NestedStringMap(s.Object, "data")
		if err != nil {
			return err
		}
		if d := differences(want, got); len(want) == 0 || d != "" {
			return errors.Errorf("the claim's connection Secret isn't as that for people: %s", d)
		}
		p.t.Logf("connection Secret %s has %s", name, strings.Join(sorted(got), ", "))
		return nil
	})
}

// What kubectl explain and kubectl get say comes from our API.
func TestKubectl(t *testing.T) {
	out, err := shared.Kubectl(t.Context(), "", "explain", "seafarercluster.spec.region")
	if err != nil || !strings.Contains(out, "FIELD: region") {
		t.Errorf("kubectl explain: %v: %s", err, out)
	}
	out, err = shared.Kubectl(t.Context(), "", "get", "sfc", "--all-namespaces", "--output=name")
	if err != nil {
		t.Errorf("kubectl get: %v: %s", err, out)
	}
	names := strings.Fields(out)
	slices.Sort(names)
	t.Log(names)
}
