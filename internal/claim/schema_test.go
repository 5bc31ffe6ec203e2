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
	_, err = decode(t.Context(), object.Of(xr), Existing{})
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

func TestBudget(t *testing.T) {
	const path = "spec.karpenter.nodePools[0].disruption.budgets[0]"
	malformed := func(duration string) []string {
		return []string{path + `.duration: Invalid value: "` + duration + `": should match '^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$' (Duration is how long the budget applies after each start: hours, minutes, or hours before minutes such as 8h30m)`}
	}
	cases := map[string]struct {
		reason string
		args   map[string]any
		want   []string
	}{
		"Always":     {reason: "A budget without a schedule always applies.", args: map[string]any{}},
		"Hours":      {reason: "Hours may be alone.", args: map[string]any{"schedule": "@daily", "duration": "8h"}},
		"Minutes":    {reason: "Minutes may be alone.", args: map[string]any{"schedule": "@daily", "duration": "90m"}},
		"Both":       {reason: "Hours are before minutes.", args: map[string]any{"schedule": "@daily", "duration": "8h30m"}},
		"Formatted":  {reason: "Go formats durations with seconds.", args: map[string]any{"schedule": "@daily", "duration": "8h30m0s"}},
		"WrongOrder": {reason: "Karpenter's definition has hours before minutes.", args: map[string]any{"schedule": "@daily", "duration": "30m8h"}, want: malformed("30m8h")},
		"Repeated":   {reason: "Karpenter's definition has each unit once.", args: map[string]any{"schedule": "@daily", "duration": "8h8h"}, want: malformed("8h8h")},
		"Seconds":    {reason: "A schedule has no seconds.", args: map[string]any{"schedule": "@daily", "duration": "30s"}, want: malformed("30s")},
		"NoDuration": {reason: "Karpenter requires both.", args: map[string]any{"schedule": "@daily"}, want: []string{path + ": Invalid value: schedule and duration must be set together"}},
		"NoSchedule": {reason: "Karpenter requires both.", args: map[string]any{"duration": "8h"}, want: []string{path + ": Invalid value: schedule and duration must be set together"}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.args["nodes"] = "0"
			pool := map[string]any{"name": "default", "disruption": map[string]any{"budgets": []any{tc.args}}}
			got := refusals(t, map[string]any{"region": "eu-west-3", "karpenter": map[string]any{"nodePools": []any{pool}}})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\ndecode(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
