package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestSameFunction compares the present function with itself.
func TestSameFunction(t *testing.T) {
	t.Parallel()
	changes, err := compare(t.Context(), examples.Path(), present)
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) > 0 {
		t.Errorf("want no change, got %v", changes)
	}
}

// TestHarm compares the present function with one whose responses are modified.
func TestHarm(t *testing.T) {
	t.Parallel()
	all, err := platforms(examples.Path())
	if err != nil {
		t.Fatal(err)
	}
	var minimal platform
	for _, p := range all {
		if p.example == "minimal" {
			minimal = p
		}
	}
	set := func(key, path, value string) func(*fnv1.RunFunctionResponse) {
		return func(rsp *fnv1.RunFunctionResponse) {
			if err := object.Set(examples.DesiredResource(rsp, key), path, structpb.NewStringValue(value)); err != nil {
				t.Error(err)
			}
		}
	}
	cases := map[string]struct {
		reason string
		modify func(*fnv1.RunFunctionResponse)
		want   []change

		// harmless changes are compared as well.
		harmless bool
	}{
		"Same": {
			reason: "Nothing changes.",
			modify: func(*fnv1.RunFunctionResponse) {},
		},
		"Harmless": {
			reason:   "A field that can change is listed.",
			modify:   set("vpc", "spec.forProvider.tags.Name", "other"),
			harmless: true,
			want:     []change{{Key: "vpc", Field: "spec.forProvider.tags.Name", Before: "minimal-vpc", After: "other"}},
		},
		"Dropped": {
			reason: "Crossplane deletes what is no longer desired.",
			modify: func(rsp *fnv1.RunFunctionResponse) { delete(rsp.GetDesired().GetResources(), "log-group") },
			want:   []change{{Harm: "dropped", Key: "log-group", Before: "Group"}},
		},
		"Renamed": {
			reason: "Another key is another resource.",
			modify: func(rsp *fnv1.RunFunctionResponse) {
				rs := rsp.GetDesired().GetResources()
				rs["logs"] = rs["log-group"]
				delete(rs, "log-group")
			},
			want: []change{{Harm: "dropped, or renamed to logs", Key: "log-group", Before: "Group"}},
		},
		"Immutable": {
			reason: "AWS cannot change the addresses of a VPC.",
			modify: set("vpc", "spec.forProvider.cidrBlock", "10.1.0.0/16"),
			want:   []change{{Harm: "immutable", Key: "vpc", Field: "spec.forProvider.cidrBlock", Before: "10.0.0.0/16", After: "10.1.0.0/16"}},
		},
		"OtherObject": {
			reason: "An object cannot be renamed.",
			modify: set("vpc", "metadata.name", "other"),
			want:   []change{{Harm: "another object", Key: "vpc", Field: "metadata.name", Before: "minimal-vpc-12e67d7a", After: "other"}},
		},
		"Blocked": {
			reason: "A change is blocked, although the claim is the same.",
			modify: func(rsp *fnv1.RunFunctionResponse) {
				for _, c := range rsp.GetConditions() {
					if c.GetType() == "ChangeBlocked" {
						c.Status, c.Message = fnv1.Status_STATUS_CONDITION_TRUE, new("vpc")
					}
				}
			},
			want: []change{{Harm: "blocked: vpc", Key: composite}},
		},
		"Refused": {
			reason: "A claim that was valid isn't refused.",
			modify: func(rsp *fnv1.RunFunctionResponse) {
				rsp.Results = []*fnv1.Result{{Severity: fnv1.Severity_SEVERITY_FATAL, Message: "no"}}
			},
			want: []change{{Harm: "refused: no", Key: composite}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			modified := func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
				rsp, err := present(ctx, req)
				tc.modify(rsp)
				return rsp, err
			}
			got, err := minimal.compare(t.Context(), present, modified)
			if err != nil {
				t.Fatal(err)
			}
			if !tc.harmless {
				got = slices.DeleteFunc(got, func(c change) bool { return c.Harm == "" })
			}
			for i := range tc.want {
				tc.want[i].Example = minimal.example
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\ncompare(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	r := report{Revision: "0123", Changes: []change{
		{Example: "a", Key: "b", Field: "spec.c", Before: strings.Repeat("é", widest+1), After: true},
		{Harm: "dropped", Example: "a", Key: "d", Before: "VPC"},
	}}
	cases := map[string]struct {
		report report
		want   []string
	}{
		"table": {report: r, want: []string{"é…", "dropped", "2 changes since 0123, 1 of them harmful\n"}},
		"json":  {report: r, want: []string{`"harm": "dropped"`, strings.Repeat("é", widest+1)}},
		"yaml":  {report: r, want: []string{"harm: dropped", "revision: \"0123\""}},
	}
	for format, tc := range cases {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			if err := tc.report.print(&out, format); err != nil {
				t.Fatal(err)
			}
			for _, want := range tc.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("want %q in:\n%s", want, out.String())
				}
			}
		})
	}
	if !r.harmful() || (report{Changes: r.Changes[:1]}).harmful() {
		t.Error("a report is harmful if one of its changes is")
	}
}
