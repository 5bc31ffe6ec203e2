package cli

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const doubtful = `apiVersion: platform.seafarer.cloud/v1alpha1
kind: SeafarerCluster
metadata:
  name: a
spec:
  region: eu-west-3
  systemNodes:
    instanceTypes: [t3.nano]
  addons:
    - name: metric-server
  karpenter:
    nodePools:
      - name: a
        requirements:
          - key: karpenter.k8s.aws/instance-family
            operator: In
            values: [m7i, m7ii]
`

// TestWarnings has a line on standard error for each value that is probably wrong, with every
// command and format, and no other output than without it.
func TestWarnings(t *testing.T) {
	want := []string{
		"warning: <stdin>:3:1: metadata.namespace: is not set, so this is for namespace default, and kubectl apply uses that of its context: set it",
		"warning: <stdin>:8:21: spec.systemNodes.instanceTypes[0]: a t3.nano takes 4 pods unless the VPC CNI assigns prefixes, and the add-ons run 4 on each node: CoreDNS and Karpenter will be Pending: use a larger type, such as t3.medium",
		`warning: <stdin>:10:7: spec.addons[0].name: unknown EKS add-on "metric-server": did you mean "metrics-server"?`,
		`warning: <stdin>:17:27: spec.karpenter.nodePools[0].requirements[0].values[1]: unknown EC2 instance family "m7ii": did you mean "m7i"?`,
	}
	commands := map[string]func(in io.Reader, out, hints io.Writer) error{
		"Summary": func(in io.Reader, out, hints io.Writer) error {
			return (&RenderCmd{Claim: "-", Output: "summary"}).run(context.Background(), in, out, hints)
		},
		"YAML": func(in io.Reader, out, hints io.Writer) error {
			return (&RenderCmd{Claim: "-", Output: "yaml"}).run(context.Background(), in, out, hints)
		},
		"Simulated": func(in io.Reader, out, hints io.Writer) error {
			return (&RenderCmd{Claim: "-", Output: "table", Simulate: true}).run(context.Background(), in, out, hints)
		},
		"Graph": func(in io.Reader, out, hints io.Writer) error {
			return (&GraphCmd{Claim: "-", Output: "mermaid"}).run(context.Background(), in, out, hints)
		},
	}
	for name, command := range commands {
		t.Run(name, func(t *testing.T) {
			var out, hints bytes.Buffer
			if err := command(strings.NewReader(doubtful), &out, &hints); err != nil {
				t.Fatal(err)
			}
			lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(hints.String()), "\n"), func(l string) bool { return !strings.HasPrefix(l, "warning: ") })
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Errorf("warnings: -want, +got:\n%s", diff)
			}
			if strings.Contains(out.String(), "warning: ") {
				t.Errorf("want warnings on standard error only, got:\n%s", &out)
			}
		})
	}
}

// TestNoWarnings about a composite resource, which has no namespace, or a claim in one.
func TestNoWarnings(t *testing.T) {
	const spec = "spec: {region: eu-west-3}\n"
	for name, claim := range map[string]string{
		"Namespace": "kind: SeafarerCluster\nmetadata: {name: a, namespace: b}\n" + spec,
		"Composite": "kind: XSeafarerCluster\nmetadata: {name: a, labels: {crossplane.io/claim-name: a, crossplane.io/claim-namespace: b}}\n" + spec,
	} {
		t.Run(name, func(t *testing.T) {
			var hints bytes.Buffer
			in := strings.NewReader("apiVersion: platform.seafarer.cloud/v1alpha1\n" + claim)
			if err := (&RenderCmd{Claim: "-", Output: "summary"}).run(context.Background(), in, io.Discard, &hints); err != nil {
				t.Fatal(err)
			}
			if hints.Len() > 0 {
				t.Errorf("want no warnings, got:\n%s", &hints)
			}
		})
	}
}
