package aws

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
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

func TestArchitecture(t *testing.T) {
	arm := strings.Fields(`
		a1 c6g c6gd c6gn c7g c7g-flex c7gd c7gn c8g c8g-flex c8gb c8gd c8gn c9g c9gd g5g hpc7g
		i4g i8g i8ge im4gn is4gen m6g m6gd m7g m7g-flex m7gd m8g m8g-flex m8gb m8gd m8gn m9g
		m9gd r6g r6gd r7g r7gd r8g r8gb r8gd r8gn t4g x2gd x8g
	`)
	var got []string
	for _, f := range InstanceFamilies() {
		if Architecture(f) == ARM64 {
			got = append(got, f)
		}
	}
	if diff := cmp.Diff(arm, got); diff != "" {
		t.Errorf("families of ARM64: -want, +got:\n%s", diff)
	}
	cases := map[string]struct{ reason, family, want string }{
		"GPU":     {reason: "A family of GPUs begins with the letter of Graviton.", family: "g6e", want: AMD64},
		"Mac":     {reason: "No AMI of EKS fits a Mac.", family: "mac2"},
		"Unknown": {reason: "A family that isn't known may be anything.", family: "m99g"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Architecture(tc.family); got != tc.want {
				t.Errorf("\n%s\nArchitecture(%q): want %q, got %q", tc.reason, tc.family, tc.want, got)
			}
		})
	}
}
