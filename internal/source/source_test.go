package source

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const manifest = `# A comment.
---
---
apiVersion: v1
spec:
  network:
    zones:
      - euw3-az1
      - euw3-az2
  tags: {a: b, "a.b/c[0]": d}
  systemNodes: &nodes
    labels:
      x: y
  others:
    - *nodes
    - name: z
`

func TestPosition(t *testing.T) {
	cases := map[string]struct {
		reason  string
		content string
		path    string
		want    string
	}{
		"Field":      {reason: "A field begins with its key.", content: manifest, path: "spec.network", want: "claim.yaml:6:3"},
		"Item":       {reason: "An item begins after its dash.", content: manifest, path: "spec.network.zones[1]", want: "claim.yaml:9:9"},
		"Flow":       {reason: "A line may have several fields.", content: manifest, path: "spec.tags[a]", want: "claim.yaml:10:10"},
		"Key":        {reason: "A key may have dots and brackets.", content: manifest, path: "spec.tags[a.b/c[0]]", want: "claim.yaml:10:16"},
		"KeyAfter":   {reason: "A key with dots may follow a dot.", content: manifest, path: "spec.tags.a.b/c[0]", want: "claim.yaml:10:16"},
		"Alias":      {reason: "A field may be written elsewhere.", content: manifest, path: "spec.others[0].labels.x", want: "claim.yaml:13:7"},
		"InAList":    {reason: "Items have fields.", content: manifest, path: "spec.others[1].name", want: "claim.yaml:16:7"},
		"Parent":     {reason: "A field that isn't there is missing in its nearest parent.", content: manifest, path: "spec.network.cidr.x", want: "claim.yaml:6:3"},
		"OtherItem":  {reason: "A list has no item after its last.", content: manifest, path: "spec.network.zones[2]", want: "claim.yaml:7:5"},
		"Root":       {reason: "Without any parent, it is the object.", content: manifest, path: "status", want: "claim.yaml:4:1"},
		"JSON":       {reason: "JSON is YAML.", content: `{"spec": {"region": "x"}}`, path: "spec.region", want: "claim.yaml:1:11"},
		"Recursive":  {reason: "An object may contain itself.", content: "a: &a\n  \"\": *a\n", path: "a[x]", want: "claim.yaml:1:1"},
		"Empty":      {reason: "An empty file has no positions.", content: "# Nothing.\n", path: "spec", want: "claim.yaml"},
		"NotAnyMore": {reason: "What was parsed before an error has positions.", content: "a: b\n---\n{", path: "a", want: "claim.yaml:1:1"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Parse("claim.yaml", []byte(tc.content)).Position(tc.path)); diff != "" {
				t.Errorf("\n%s\nPosition(%q): -want, +got:\n%s", tc.reason, tc.path, diff)
			}
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	cases := map[string]struct {
		reason  string
		content string
		want    []string
	}{
		"None":      {reason: "Valid YAML has no errors.", content: manifest},
		"Duplicate": {reason: "Lines count from the start of the file, not of the document.", content: "---\n---\na: 1\nb:\n  c: 1\n  c: 2\n", want: []string{`claim.yaml:6:3: cannot parse YAML: key "c" is already in line 5: remove one`}},
		"Indented":  {reason: "The parser reports a line.", content: "a: 1\n b: 2\n", want: []string{"claim.yaml:2: cannot parse YAML: mapping values are not allowed in this context"}},
		"Binary":    {reason: "The parser reports no line.", content: "\x00", want: []string{"claim.yaml: cannot parse YAML: control characters are not allowed"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Parse("claim.yaml", []byte(tc.content)).SyntaxErrors()); diff != "" {
				t.Errorf("\n%s\nSyntaxErrors(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// FuzzParse parses any file, and finds a position for any path.
func FuzzParse(f *testing.F) {
	f.Add(manifest, "spec.network.zones[1]")
	f.Add("a: &a\n  \"\": *a\n", "a[x]")
	f.Add("a: [*x]", "a[0]")
	f.Add("? {a: b}\n: c", "{a: b}")
	f.Fuzz(func(t *testing.T, content, path string) {
		file := Parse("x", []byte(content))
		if file.Position(path) == "" {
			t.Error("want a position")
		}
		file.SyntaxErrors()
	})
}
