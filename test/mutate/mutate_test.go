package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBreakagesApply checks that each breakage applies to the current source.
func TestBreakagesApply(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := make(map[string]bool)
	for _, b := range breakages {
		if !name.MatchString(b.Name) || seen[b.Name] {
			t.Errorf("%q is no name in kebab-case, or occurs twice", b.Name)
		}
		seen[b.Name] = true
		if b.Promise == "" {
			t.Errorf("%s breaks no promise", b.Name)
		}
		text, err := os.ReadFile(filepath.Join("..", "..", b.File))
		if err != nil {
			t.Errorf("%s: %v", b.Name, err)
			continue
		}
		broken, err := b.apply(string(text))
		if err != nil {
			t.Errorf("%s: %v", b.Name, err)
		}
		if broken == string(text) {
			t.Errorf("%s changes nothing", b.Name)
		}
	}
	if least := 40; len(breakages) < least {
		t.Errorf("want at least %d breakages, got %d", least, len(breakages))
	}
}

// TestNamedTestsExist checks that the test that is run first is one: go test accepts a name
// that matches nothing, and the breakage would only be caught later.
func TestNamedTestsExist(t *testing.T) {
	for _, b := range breakages {
		pkg, test, ok := strings.Cut(b.By, " ")
		if !ok {
			continue
		}
		if !hasTest(t, filepath.Join("..", "..", filepath.FromSlash(pkg)), test) {
			t.Errorf("%s: %s has no test %s", b.Name, pkg, test)
		}
	}
}

// hasTest reports whether a folder has a test.
func hasTest(t *testing.T, dir, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Clean(f))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+test+"(t *testing.T)") {
			return true
		}
	}
	return false
}

func TestStages(t *testing.T) {
	for _, b := range breakages {
		all := stages(b)
		if last := all[len(all)-1]; len(last) != 1 || last[0] != "./..." {
			t.Errorf("%s: want all tests at last, got %v", b.Name, last)
		}
	}
}

func TestFailure(t *testing.T) {
	cases := map[string]struct {
		reason, events, by, build string
	}{
		"Passes": {
			reason: "No test fails.",
			events: `{"Action":"pass","Package":"a","Test":"TestA"}{"Action":"pass","Package":"a"}`,
		},
		"Fails": {
			reason: "The first test that fails catches the breakage.",
			events: `{"Action":"pass","Package":"a","Test":"TestA"}{"Action":"fail","Package":"github.com/seafarer-cloud/function-seafarer-cluster/test/laws","Test":"TestB/c"}{"Action":"fail","Package":"d"}`,
			by:     "test/laws TestB/c",
		},
		"Panics": {
			reason: "A package that fails without a failing test catches it as well.",
			events: `{"Action":"fail","Package":"github.com/seafarer-cloud/function-seafarer-cluster"}`,
			by:     ".",
		},
		"DoesNotCompile": {
			reason: "A breakage that doesn't compile is caught by no test.",
			events: `{"Action":"build-output","ImportPath":"a","Output":"a.go:1: unused"}{"Action":"build-fail","ImportPath":"a"}{"Action":"fail","Package":"a","FailedBuild":"a"}`,
			build:  "a.go:1: unused",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			by, build := failure(strings.NewReader(tc.events))
			if by != tc.by || build != tc.build {
				t.Errorf("%s\nwant %q, %q; got %q, %q", tc.reason, tc.by, tc.build, by, build)
			}
		})
	}
}
