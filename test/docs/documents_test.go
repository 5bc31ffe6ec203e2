package docs

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

const (
	readme       = "README.md"
	readmeFrench = "README.fr.md"
	contributing = "CONTRIBUTING.md"
)

// Languages of code blocks. Each is covered by a test.
const (
	// shell is run as is, in the root of the project and without a network.
	shell = "shell"

	// console needs a cluster, AWS or much time: its commands are checked.
	console = "console"

	// text is the output of the block before it, or the error that it causes.
	text = "text"

	// manifest is YAML: an object, or part of a claim.
	manifest = "yaml"

	// diagram is a flowchart in Mermaid.
	diagram = "mermaid"
)

// A block of code in a document.
type block struct {
	document, language, code string

	// folder that relative paths of commands are relative to.
	folder string
}

var (
	// blockPattern matches a fenced block, which may be indented within a list.
	blockPattern = regexp.MustCompile("(?ms)^( *)```([a-z]*)[^\n]*\n(.*?)^ *```$")

	// spanPattern matches code within a line.
	spanPattern = regexp.MustCompile("`[^`\n]*`")

	// linkPattern matches links that aren't URLs: path and anchor.
	linkPattern = regexp.MustCompile(`\]\(([^):#]*)(?:#([^)]*))?\)`)

	headingPattern = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// documents of the project.
func documents(tb testing.TB) []string {
	tb.Helper()
	var ds []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "build", "testdata"}, d.Name()):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			ds = append(ds, path)
		}
		return nil
	})
	if err != nil || len(ds) == 0 {
		tb.Fatalf("cannot find documents: %v", err)
	}
	return ds
}

// blocks of a document.
func blocks(tb testing.TB, document string) []block {
	tb.Helper()
	folder := "."
	if strings.HasPrefix(document, "test/") {
		folder = filepath.Dir(document)
	}
	var bs []block
	for _, m := range blockPattern.FindAllStringSubmatch(examples.Read(tb, document), -1) {
		code := strings.ReplaceAll("\n"+m[3], "\n"+m[1], "\n")[1:]
		bs = append(bs, block{document: document, language: m[2], code: code, folder: folder})
	}
	return bs
}

// blocksOf all documents in a language.
func blocksOf(tb testing.TB, language string) []block {
	tb.Helper()
	var bs []block
	for _, d := range documents(tb) {
		for _, b := range blocks(tb, d) {
			if b.language == language {
				bs = append(bs, b)
			}
		}
	}
	if len(bs) == 0 {
		tb.Fatalf("no document has a block of %s", language)
	}
	return bs
}

// TestBlockLanguages fails for a block that no test covers.
func TestBlockLanguages(t *testing.T) {
	covered := []string{shell, console, text, manifest, diagram}
	for _, d := range documents(t) {
		for _, b := range blocks(t, d) {
			if !slices.Contains(covered, b.language) {
				t.Errorf("%s: no test covers a block of %q: use one of %v\n%s", d, b.language, covered, b.code)
			}
		}
		if fences := strings.Count("\n"+examples.Read(t, d), "```"); fences != 2*len(blocks(t, d)) {
			t.Errorf("%s: has %d fences and %d blocks", d, fences, len(blocks(t, d)))
		}
	}
}

// TestTranslationsAgree compares the commands and manifests of documents in French with
// those of the English documents.
func TestTranslationsAgree(t *testing.T) {
	translated := 0
	for _, french := range documents(t) {
		english, ok := strings.CutSuffix(french, ".fr.md")
		if !ok {
			continue
		}
		translated++
		code := func(document string) []string {
			var cs []string
			for _, b := range blocks(t, document) {
				if b.language != diagram {
					cs = append(cs, b.language+"\n"+b.code)
				}
			}
			return cs
		}
		if diff := gocmp.Diff(code(english+".md"), code(french)); diff != "" {
			t.Errorf("%s has other blocks than %s.md: -English, +French:\n%s", french, english, diff)
		}
		headings := func(document string) int { return len(anchors(t, document)) }
		if e, f := headings(english+".md"), headings(french); e != f {
			t.Errorf("%s has %d headings, %s.md has %d", french, f, english, e)
		}
	}
	if translated == 0 {
		t.Error("there are no translations")
	}
}

// TestLinks follows every link within the project, to its heading if it has an anchor.
func TestLinks(t *testing.T) {
	for _, document := range documents(t) {
		prose := spanPattern.ReplaceAllString(blockPattern.ReplaceAllString(examples.Read(t, document), ""), "")
		for _, m := range linkPattern.FindAllStringSubmatch(prose, -1) {
			target := document
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(document), m[1])
			}
			switch {
			case !examples.Exists(target):
				t.Errorf("%s links to %s, which does not exist", document, m[1])
			case m[2] != "" && !slices.Contains(anchors(t, target), m[2]):
				t.Errorf("%s links to %s#%s, and there is no such heading", document, m[1], m[2])
			}
		}
	}
}

// anchors of the headings of a document, as on GitHub.
func anchors(tb testing.TB, document string) []string {
	tb.Helper()
	var as []string
	for _, m := range headingPattern.FindAllStringSubmatch(blockPattern.ReplaceAllString(examples.Read(tb, document), ""), -1) {
		as = append(as, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			default:
				return -1
			}
		}, m[1]))
	}
	return as
}

// forbiddenWords are words that documents don't use: they personify software, or hide the
// actor.
var forbiddenWords = regexp.MustCompile(`(?i)\b(nobody|somebody|whoever|tells|told|but for|one claim says)\b`)

// TestWords checks the words of the documents for users.
func TestWords(t *testing.T) {
	for _, document := range documents(t) {
		if strings.HasPrefix(document, "test/") {
			continue
		}
		for i, line := range strings.Split(examples.Read(t, document), "\n") {
			if w := forbiddenWords.FindString(spanPattern.ReplaceAllString(line, "")); w != "" {
				t.Errorf("%s:%d: write it without %q: %s", document, i+1, w, line)
			}
		}
	}
}

// maxReadme is the maximum number of lines of a README.
const maxReadme = 250

func TestReadmeLength(t *testing.T) {
	for _, document := range []string{readme, readmeFrench} {
		if n := strings.Count(examples.Read(t, document), "\n"); n > maxReadme {
			t.Errorf("%s has %d lines, want at most %d", document, n, maxReadme)
		}
	}
}
