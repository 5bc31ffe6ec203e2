package operations

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Renovate is the part of Renovate's configuration that selects files.
type renovate struct {
	Extends         []string `json:"extends"`
	IgnorePaths     []string `json:"ignorePaths"`
	IncludePaths    []string `json:"includePaths"`
	EnabledManagers []string `json:"enabledManagers"`

	CustomManagers []struct {
		FilePatterns []string `json:"managerFilePatterns"`
		MatchStrings []string `json:"matchStrings"`
	} `json:"customManagers"`

	PackageRules []struct {
		FileNames []string `json:"matchFileNames"`
		Group     string   `json:"groupName"`
		Enabled   *bool    `json:"enabled"`
	} `json:"packageRules"`
}

func readRenovate(t *testing.T) renovate {
	t.Helper()
	b, err := os.ReadFile("../../renovate.json")
	if err != nil {
		t.Fatal(err)
	}
	var r renovate
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// modules are the go.mod files of the repository, by their paths in it.
func modules(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..")
	var all []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "build", "testdata", "vendor"}, d.Name()) {
			return fs.SkipDir
		}
		if d.Name() != "go.mod" {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		all = append(all, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRenovateModules requires each go.mod in the group of one rule, and none that is gone.
func TestRenovateModules(t *testing.T) {
	grouped := make(map[string][]string)
	for _, r := range readRenovate(t).PackageRules {
		if r.Enabled != nil && !*r.Enabled {
			t.Errorf("the rule of group %q disables updates", r.Group)
		}
		for _, f := range r.FileNames {
			if strings.HasSuffix(f, "go.mod") {
				grouped[f] = append(grouped[f], r.Group)
			}
		}
	}
	all := modules(t)
	if len(all) == 0 {
		t.Fatal("there are no modules")
	}
	for _, m := range all {
		if len(grouped[m]) != 1 {
			t.Errorf("renovate.json: want %s in the group of one rule, got %q", m, grouped[m])
		}
		delete(grouped, m)
	}
	for m := range grouped {
		t.Errorf("renovate.json: there is no %s", m)
	}
}

// TestRenovatePaths requires that no file is ignored. config:recommended ignores tests
// unless ignorePaths is set.
func TestRenovatePaths(t *testing.T) {
	r := readRenovate(t)
	if r.IgnorePaths == nil || len(r.IgnorePaths) > 0 {
		t.Errorf("renovate.json: want ignorePaths empty, got %#v", r.IgnorePaths)
	}
	if len(r.IncludePaths) > 0 || len(r.EnabledManagers) > 0 {
		t.Errorf("renovate.json: want all paths and managers, got %v and %v", r.IncludePaths, r.EnabledManagers)
	}
	if !slices.Contains(r.Extends, "helpers:pinGitHubActionDigests") {
		t.Errorf("renovate.json: want actions pinned, got %v", r.Extends)
	}
}

// TestRenovateGo requires a manager for the Go version of releases.
func TestRenovateGo(t *testing.T) {
	const file = "tools/go-version"
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range readRenovate(t).CustomManagers {
		for _, p := range m.FilePatterns {
			if !regexp.MustCompile(strings.Trim(p, "/")).MatchString(file) {
				continue
			}
			for _, s := range m.MatchStrings {
				found := regexp.MustCompile(s).FindSubmatch(b)
				if found != nil && string(found[1]) == strings.TrimSpace(string(b)) {
					return
				}
			}
		}
	}
	t.Errorf("renovate.json: no custom manager finds the version in %s", file)
}

// TestActions requires actions pinned to a commit, with the version in a comment, which
// Renovate updates.
func TestActions(t *testing.T) {
	workflows, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(workflows) == 0 {
		t.Fatalf("cannot find workflows: %v", err)
	}
	uses := regexp.MustCompile(`(?m)^\s*(?:- )?uses: (.+)$`)
	pinned := regexp.MustCompile(`^(\./\S+|\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
	for _, w := range workflows {
		b, err := os.ReadFile(w)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range uses.FindAllStringSubmatch(string(b), -1) {
			if !pinned.MatchString(u[1]) {
				t.Errorf("%s: want a commit and a version, got %s", filepath.Base(w), u[1])
			}
		}
	}
}
