package aws

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
)

// limits of an instance type in Karpenter's table.
var limits = regexp.MustCompile(`(?m)^\t"(([a-z0-9-]+)\.[a-z0-9-]+)": \{\n\t\tInterface:\s+(\d+),\n\t\tIPv4PerInterface:\s+(\d+),`)

// TestInstanceTables compares the tables of instances with their source.
func TestInstanceTables(t *testing.T) {
	m, err := modules.At(t.Context(), "github.com/aws/karpenter-provider-aws", "v1.15.1")
	if err != nil {
		t.Fatal(err)
	}
	files, closer, err := m.Files()
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	b, err := fs.ReadFile(files, "pkg/providers/instancetype/zz_generated.vpclimits.go")
	if err != nil {
		t.Fatal(err)
	}
	families := make(map[string]bool)
	var few []string
	for _, m := range limits.FindAllStringSubmatch(string(b), -1) {
		families[m[2]] = true
		interfaces, _ := strconv.Atoi(m[3])
		addresses, _ := strconv.Atoi(m[4])
		switch pods := interfaces*(addresses-1) + 2; {
		case pods == 4:
			few = append(few, m[1])
		case pods < 8:
			t.Errorf("%s takes %d pods: the add-ons and Karpenter need seven", m[1], pods)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(families)), InstanceFamilies()); diff != "" {
		t.Errorf("families: -want, +got:\n%s", diff)
	}
	slices.Sort(few)
	if diff := cmp.Diff(few, fourPods); diff != "" {
		t.Errorf("types that take four pods: -want, +got:\n%s", diff)
	}
}

func TestInstanceFamily(t *testing.T) {
	cases := map[string]struct{ reason, of, want string }{
		"Type":   {reason: "The family precedes the dot.", of: "m7i-flex.large", want: "m7i-flex"},
		"Family": {reason: "A family without a size is itself.", of: "m7i", want: "m7i"},
		"Empty":  {reason: "Nothing has no family.", of: "", want: ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := InstanceFamily(tc.of); got != tc.want {
				t.Errorf("\n%s\nInstanceFamily(%q): want %q, got %q", tc.reason, tc.of, tc.want, got)
			}
		})
	}
}
