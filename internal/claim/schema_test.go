package claim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// messages of errors.
func messages(errs field.ErrorList) []string {
	var ms []string
	for _, err := range errs {
		ms = append(ms, err.Error())
	}
	return ms
}

// refusals of a spec by the schema.
func refusals(t *testing.T, spec map[string]any) []string {
	t.Helper()
	xr, err := structpb.NewStruct(map[string]any{"kind": v1alpha1.CompositeKind, "spec": spec})
	if err != nil {
		t.Fatal(err)
	}
	_, err = decode(t.Context(), object.Of(xr))
	var ie *InvalidError
	if errors.As(err, &ie) {
		return messages(ie.Errors)
	}
	if err != nil {
		t.Fatal(err)
	}
	return nil
}

// TestVPC has blocks that EC2 refuses or whose addresses Linux gives to no interface, and
// their neighbors.
func TestVPC(t *testing.T) {
	const refused = ": a VPC cannot be in 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 or 224.0.0.0/4, whose addresses no instance can have: use a private block such as 10.0.0.0/16"
	cases := map[string]struct {
		reason  string
		args    string
		refused bool
	}{
		"Private":       {reason: "AWS recommends private blocks.", args: "10.0.0.0/16"},
		"Shared":        {reason: "AWS allows the addresses of carriers.", args: "100.64.0.0/16"},
		"Docker":        {reason: "Only some services of AWS use it, too.", args: "172.17.0.0/16"},
		"Public":        {reason: "AWS allows public blocks.", args: "1.0.0.0/16"},
		"This":          {reason: "No host can have the addresses.", args: "0.0.0.0/16", refused: true},
		"BelowLoopback": {reason: "AWS allows public blocks.", args: "126.255.0.0/16"},
		"Loopback":      {reason: "No other host can have the addresses.", args: "127.255.0.0/24", refused: true},
		"AboveLoopback": {reason: "AWS allows public blocks.", args: "128.0.0.0/16"},
		"LinkLocal":     {reason: "The metadata service has such an address.", args: "169.254.0.0/16", refused: true},
		"NotLinkLocal":  {reason: "AWS allows public blocks.", args: "169.253.254.0/24"},
		"BelowMulti":    {reason: "AWS allows public blocks.", args: "223.255.0.0/16"},
		"Multicast":     {reason: "The addresses are those of groups.", args: "224.0.0.0/16", refused: true},
		"LastMulticast": {reason: "The addresses are those of groups.", args: "239.255.0.0/16", refused: true},
		"ClassE":        {reason: "AWS allows it, and only Windows doesn't start there.", args: "240.0.0.0/16"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var want []string
			if tc.refused {
				want = []string{`spec.network.cidr: Invalid value: "` + tc.args + `"` + refused}
			}
			got := refusals(t, map[string]any{"region": "eu-west-3", "network": map[string]any{"cidr": tc.args}})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("\n%s\ndecode(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
