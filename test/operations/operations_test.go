package operations

import (
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/rhysd/actionlint"
)

const root = "../.."

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestWorkflows checks that workflows are valid, and every action is pinned to a commit.
func TestWorkflows(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("cannot find workflows: %v", err)
	}
	l, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	errs, err := l.LintFiles(paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range errs {
		t.Error(e)
	}
	pinned := regexp.MustCompile(`^(\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
	uses := regexp.MustCompile(`(?m)^\s*(?:- )?uses: (.*)$`)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range uses.FindAllStringSubmatch(string(b), -1) {
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s uses %s: pin it to a commit, with its version in a comment", path, m[1])
			}
		}
	}
}

// metrics of the function, by name, with their labels. The function's own tests verify
// docs/metrics.md.
func metrics(t *testing.T) map[string][]string {
	t.Helper()
	ms := make(map[string][]string)
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) \\| ([^|]*) \\|")
	for _, m := range row.FindAllStringSubmatch(text(t, "docs/metrics.md"), -1) {
		labels := strings.Fields(strings.NewReplacer("`", "", ",", " ").Replace(m[3]))
		// Prometheus adds these.
		labels = append(labels, "job", "instance")
		if m[2] != "histogram" {
			ms[m[1]] = labels
			continue
		}
		ms[m[1]+"_bucket"] = append(slices.Clone(labels), "le")
		ms[m[1]+"_sum"], ms[m[1]+"_count"] = labels, labels
	}
	if len(ms) == 0 {
		t.Fatal("docs/metrics.md has no metrics")
	}
	return ms
}

// isKnown requires that an expression uses metrics of the function, and labels that they
// have.
func isKnown(t *testing.T, where, expr string, known map[string][]string) {
	t.Helper()
	e, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	for _, ms := range parser.ExtractSelectors(e) {
		var name string
		for _, m := range ms {
			if m.Name == model.MetricNameLabel {
				name = m.Value
			}
		}
		labels, ok := known[name]
		if !ok {
			t.Errorf("%s: the function has no metric %q", where, name)
			continue
		}
		for _, m := range ms {
			if m.Name != model.MetricNameLabel && !slices.Contains(labels, m.Name) {
				t.Errorf("%s: metric %s has no label %q", where, name, m.Name)
			}
		}
	}
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		a, ok := n.(*parser.AggregateExpr)
		if !ok {
			return nil
		}
		for _, g := range a.Grouping {
			for _, ms := range parser.ExtractSelectors(a) {
				for _, m := range ms {
					if m.Name == model.MetricNameLabel && !slices.Contains(known[m.Value], g) {
						t.Errorf("%s: metric %s has no label %q to group by", where, m.Value, g)
					}
				}
			}
		}
		return nil
	})
}

// TestAlerts checks that Prometheus accepts the rules, that they use metrics of the
// function, and that docs/operations.md has a section on each.
func TestAlerts(t *testing.T) {
	known := metrics(t)
	groups, errs := rulefmt.Parse([]byte(text(t, "deploy/alerts.yaml")), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	for _, err := range errs {
		t.Error(err)
	}
	if groups == nil || len(groups.Groups) == 0 {
		t.Fatal("there are no rules")
	}
	docs := map[string]string{"docs/operations.md": text(t, "docs/operations.md"), "docs/operations.fr.md": text(t, "docs/operations.fr.md")}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			isKnown(t, r.Alert, r.Expr, known)
			for path, doc := range docs {
				if !strings.Contains(doc, "\n### "+r.Alert+"\n") {
					t.Errorf("%s has no section %s", path, r.Alert)
				}
			}
			if want := "docs/operations.md#" + strings.ToLower(r.Alert); r.Annotations["runbook"] != want {
				t.Errorf("%s: want the runbook %s, got %q", r.Alert, want, r.Annotations["runbook"])
			}
		}
	}
}

// A dashboard: the fields that are checked.
type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type string }
	}
	Panels []struct {
		ID      int
		Title   string
		Type    string
		GridPos struct{ X, Y, W, H int }
		Targets []struct{ RefID, Expr string }
	}
}

// variables of Grafana, and their values for the parser.
var variables = strings.NewReplacer("$__rate_interval", "5m", "$job", "function")

// TestDashboard checks that panels don't overlap, and use metrics of the function.
func TestDashboard(t *testing.T) {
	known := metrics(t)
	var d dashboard
	if err := json.Unmarshal([]byte(text(t, "deploy/dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || d.SchemaVersion == 0 || len(d.Panels) == 0 {
		t.Fatalf("got no dashboard: %+v", d)
	}
	ids := make(map[int]bool)
	taken := make(map[[2]int]string)
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("panel %q: id %d isn't unique", p.Title, p.ID)
		}
		ids[p.ID] = true
		if len(p.Targets) == 0 {
			t.Errorf("panel %q has no expression", p.Title)
		}
		if g := p.GridPos; g.W < 1 || g.H < 1 || g.X+g.W > 24 {
			t.Errorf("panel %q is not within the dashboard: %+v", p.Title, g)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[at]; other != "" {
					t.Fatalf("panel %q overlaps %q", p.Title, other)
				}
				taken[at] = p.Title
			}
		}
		for _, target := range p.Targets {
			isKnown(t, p.Title, variables.Replace(target.Expr), known)
		}
	}
}
