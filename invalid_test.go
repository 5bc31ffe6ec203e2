package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
)

// TestInvalidExamples compares what is said to claims that cannot be composed
// with golden files, and wants nothing else to be printed. If an example has
// want-api-error.txt, the API server refuses it, too: test/crossplane tells.
func TestInvalidExamples(t *testing.T) {
	for _, e := range invalidExamples(t) {
		t.Run(e.name, func(t *testing.T) {
			c := RenderCmd{Claim: e.claim(), Output: "yaml"}
			if f := filepath.Join(e.dir, "composition.yaml"); exists(f) {
				c.Composition = f
			}
			var out, hints bytes.Buffer
			err := c.run(context.Background(), nil, &out, &hints)
			if err == nil {
				t.Fatal("render: want an error")
			}
			if out.Len()+hints.Len() > 0 {
				t.Errorf("render: want nothing but an error, and it printed %s%s", &out, &hints)
			}
			golden(t, filepath.Join(e.dir, "want.txt"), []byte(err.Error()+"\n"))
		})
	}
}
