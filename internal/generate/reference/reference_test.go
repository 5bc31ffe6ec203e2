package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// root of the project, from this package.
const root = "../../.."

// TestDocuments compares the documents with the generated ones, and requires a current French
// text for every field and message.
func TestDocuments(t *testing.T) {
	ds, err := documents(filepath.Join(root, fencesCRD))
	if err != nil {
		t.Error(err)
	}
	for name, want := range ds {
		got, err := os.ReadFile(filepath.Join(root, "docs", filepath.Clean(name)))
		if err != nil {
			t.Error(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("docs/%s is outdated: run go generate ./...:\n%s", name, cmp.Diff(string(got), string(want)))
		}
	}
}

func TestTranslation(t *testing.T) {
	cases := map[string]struct {
		reason string
		t      translation
		want   string
	}{
		"Current": {
			reason: "A translation of the current text is complete.",
			t:      translation{Fields: map[string]text{"spec": {English: "The spec.", French: "La spec."}}, Messages: map[string]string{"once": "une fois"}},
		},
		"Missing": {
			reason: "Every field and every message needs a translation.",
			want:   "message not translated: once\nspec: not translated",
		},
		"Outdated": {
			reason: "A translation of an earlier text may be wrong.",
			t:      translation{Fields: map[string]text{"spec": {English: "A spec.", French: "La spec."}}, Messages: map[string]string{"once": "une fois"}},
			want:   "spec: the English text has changed to: The spec.",
		},
		"Unused": {
			reason: "A field that was removed needs no translation.",
			t: translation{
				Fields:   map[string]text{"spec": {English: "The spec.", French: "La spec."}, "spec.old": {English: "Old.", French: "Vieux."}},
				Messages: map[string]string{"once": "une fois", "twice": "deux fois"},
			},
			want: "no such message: twice\nspec.old: no such field",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.t.used = make(map[string]bool)
			tc.t.field("spec", "The spec.")
			tc.t.message("once")
			got := ""
			if err := tc.t.check(); err != nil {
				_, got, _ = strings.Cut(err.Error(), ":\n")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\ncheck(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	cases := map[string]struct {
		reason, text, want string
	}{
		"Link":  {reason: "A URL is a link, and the full stop after it is not part of it.", text: "See https://karpenter.sh/docs/a_b.", want: "See [karpenter.sh](https://karpenter.sh/docs/a_b)."},
		"Cell":  {reason: "Markdown characters are escaped.", text: "a|b <c> d_e", want: `a\|b &lt;c&gt; d\_e`},
		"Lines": {reason: "A cell of a table is one line.", text: "one\n\ntwo", want: "one two"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := newPrinter(english, nil).describe("spec", apiextensionsv1.JSONSchemaProps{Description: tc.text})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\ndescribe(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
