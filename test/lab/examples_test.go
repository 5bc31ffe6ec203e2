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

// Every valid example becomes ready with the composed resources that render prints,
// and they are deleted with its claim.
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
			p := examplePlatform(t, d.Name())
			if argoCD, ok := p.rendered()["argocd-cluster"]; ok {
				p.namespaces(argoCD)
			}
			p.apply()
			p.waitSettled()
			p.checkFields()
			p.checkStatus()
			p.checkEvents()
			p.checkSecrets()
			p.checkTrace()
			p.checkValidate()
		})
	}
}

// Every invalid example is rejected, by the API server or with the condition Valid,
// and nothing is composed.
func TestInvalidExamples(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "..", "example", "invalid-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		t.Run(filepath.Base(d), func(t *testing.T) {
			p := examplePlatform(t, filepath.Base(d))
			if want, err := os.ReadFile(filepath.Join(d, "want-api-error.txt")); err == nil {
				p.namespace()
				for l := range strings.Lines(string(want)) {
					for _, w := range kubectlErrors(strings.TrimSpace(l)) {
						p.kubectl(w, "apply")
					}
				}
				p.checkRejected()
				return
			}
			want, err := os.ReadFile(filepath.Join(d, "want.txt"))
			if err != nil {
				t.Fatal(err)
			}
			p.apply()
			p.waitInvalid(strings.Join(messages(string(want)), "; "))
			p.checkAccepted()
			if os := p.composed(); len(os) > 0 {
				t.Errorf("got composed resources, want none: %s", strings.Join(sorted(os), ", "))
			}
		})
	}
}

// messages of the errors that the commands print, a line each, after their positions.
func messages(want string) []string {
	var ms []string
	for l := range strings.Lines(want) {
		_, m, _ := strings.Cut(l, ": ")
		ms = append(ms, strings.TrimSpace(m))
	}
	return ms
}

// kubectlErrors returns kubectl's messages for an error of the API server. For unknown
// fields they differ from those of the CRD's validation.
func kubectlErrors(want string) []string {
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

// waitInvalid waits until the claim's condition Valid has a message.
func (p *platform) waitInvalid(want string) {
	p.t.Helper()
	p.within(settleTimeout, func(ctx context.Context) error {
		c, err := p.lab.Get(ctx, p.claim)
		if err != nil {
			return err
		}
		s, reason, message := condition(c, "Valid")
		if s != "False" || reason != "InvalidSpec" || !strings.Contains(message, want) {
			return errors.Errorf("claim: got Valid=%q: %s: %s; want False: InvalidSpec: %s", s, reason, message, want)
		}
		return nil
	})
}

// checkStatus checks the claim's status.
func (p *platform) checkStatus() {
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

// checkEvents checks that the claim has events about its parts' conditions.
func (p *platform) checkEvents() {
	p.t.Helper()
	p.within(settleTimeout, func(ctx context.Context) error {
		out, err := p.lab.Kubectl(ctx, "", "get", "events", "--namespace="+p.claim.GetNamespace(), "--output=jsonpath={.items[*].message}",
			"--field-selector=involvedObject.kind="+p.claim.GetKind()+",involvedObject.name="+p.claim.GetName())
		if err != nil {
			return err
		}
		for _, part := range []string{"Network", "ControlPlane", "Karpenter"} {
			if !strings.Contains(out, part+"Ready is True") {
				return errors.Errorf("got no event %sReady is True; events: %s", part, out)
			}
		}
		return nil
	})
}

// checkSecrets checks that the claim's status refers to the kubeconfig Secret, and
// that the connection Secret, if the claim requests one, has the same data.
func (p *platform) checkSecrets() {
	p.t.Helper()
	claim, err := p.lab.Get(p.t.Context(), p.claim)
	if err != nil {
		p.t.Fatal(err)
	}
	kubeconfig := p.composed()["kubeconfig"]
	ref, _, err := unstructured.NestedStringMap(claim.Object, "status", "secrets", "kubeconfig")
	if err != nil || ref["name"] != kubeconfig.GetName() || ref["namespace"] != kubeconfig.GetNamespace() {
		p.t.Errorf("status.secrets.kubeconfig: got %v, want %s/%s: %v", ref, kubeconfig.GetNamespace(), kubeconfig.GetName(), err)
	}
	name, requested, err := unstructured.NestedString(claim.Object, "spec", "writeConnectionSecretToRef", "name")
	if err != nil {
		p.t.Fatal(err)
	}
	if !requested {
		return
	}
	p.within(settleTimeout, func(ctx context.Context) error {
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
			return errors.Errorf("the claim's connection Secret differs from the kubeconfig Secret: %s", d)
		}
		p.t.Logf("connection Secret %s has %s", name, strings.Join(sorted(got), ", "))
		return nil
	})
}

// kubectl explain and kubectl get work with our API.
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
