package docs

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

const examplesIntroduction = `# Examples

Each folder contains a claim and what becomes of it. All of them are tests. This index is generated from
the comments of the claims, by ` + "`go test ./test/docs -run TestExamplesIndex -update`" + `.

To see one, with the pass in which each resource appears:

` + "```shell" + `
go run . render example/node-pools/claim.yaml --simulate -o tree
` + "```" + `

| File | What it contains |
| --- | --- |
| ` + "`claim.yaml`" + ` | the claim |
| ` + "`before.yaml`" + ` | the claim before it was changed to ` + "`claim.yaml`" + ` |
| ` + "`composition.yaml`" + ` | a Composition with the platform team's fences, for ` + "`--composition`" + ` |
| ` + "`observed`" + ` | resources that exist, for ` + "`--observed`" + ` |
| ` + "`desired.yaml`" + `, ` + "`desired.txt`" + ` | expected resources, in full or as a table |
| ` + "`passes.txt`" + `, ` + "`steps.txt`" + ` | expected passes until a platform is complete, and after a change |
| ` + "`summary.txt`" + `, ` + "`status.yaml`" + `, ` + "`graph.mmd`" + ` | expected summary, status and drawing |
| ` + "`want.txt`" + `, ` + "`want-api-error.txt`" + ` | the expected errors of the commands, a line each, and of the API server |

## Claims

| Example | What it shows |
| --- | --- |
`

const invalidIntroduction = `
## Invalid claims

| Example | Why it is refused |
| --- | --- |
`

// TestExamplesIndex lists every example with the comment of its claim.
func TestExamplesIndex(t *testing.T) {
	var b strings.Builder
	b.WriteString(examplesIntroduction)
	for _, e := range examples.All(t) {
		fmt.Fprintf(&b, "| [%s](%s/claim.yaml) | %s |\n", e.Name, e.Name, comment(t, e))
	}
	b.WriteString(invalidIntroduction)
	for _, e := range examples.Invalid(t) {
		fmt.Fprintf(&b, "| [%s](%s/claim.yaml) | %s |\n", e.Name, e.Name, comment(t, e))
	}
	examples.Golden(t, "example/README.md", []byte(b.String()))
}

// TestExampleFiles requires that the index explains every file: one that nothing reads or
// writes any more would look like an expected result.
func TestExampleFiles(t *testing.T) {
	files, err := filepath.Glob("example/*/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files: %v", len(files), err)
	}
	for _, f := range files {
		if !strings.Contains(examplesIntroduction, "`"+filepath.Base(f)+"`") {
			t.Errorf("%s: not in the index", f)
		}
	}
}

// comment at the top of an example's claim.
func comment(t *testing.T, e examples.Example) string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(examples.Read(t, e.Claim())) {
		l, ok := strings.CutPrefix(line, "# ")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(l))
	}
	if len(lines) == 0 {
		t.Errorf("%s has no comment at the top", e.Claim())
	}
	return strings.Join(lines, " ")
}
