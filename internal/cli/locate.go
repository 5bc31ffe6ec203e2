package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/claim"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/render"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/source"
)

// stdin is the name of standard input in the positions of errors.
const stdin = "<stdin>"

// sources are the files that a command reads. They have the positions of fields.
type sources struct {
	files render.Files

	// stdin is what was read from standard input.
	stdin bytes.Buffer
}

// reader of standard input.
func (s *sources) reader(in io.Reader) io.Reader { return io.TeeReader(in, &s.stdin) }

// claim that was read.
func (s *sources) claim() *source.File {
	if s.files.Claim == "-" {
		return source.Parse(stdin, s.stdin.Bytes())
	}
	return parse(s.files.Claim)
}

// parse a file again, to find positions. A file that cannot be read again has none, such as
// a pipe, which could block.
func parse(name string) *source.File {
	var b []byte
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		b, _ = os.ReadFile(filepath.Clean(name))
	}
	return source.Parse(name, b)
}

// locate an error: one line for each that has a position in a file.
func (s *sources) locate(err error) error {
	var (
		invalid *claim.InvalidError
		fences  *claim.FencesError
		syntax  *render.SyntaxError
		lines   []string
	)
	switch {
	case errors.As(err, &invalid):
		lines = located(s.claim(), invalid.Errors, func(path string) string { return path })
	case errors.As(err, &fences) && s.files.Composition != "":
		lines = located(parse(s.files.Composition), fences.Errors, render.InputPath)
	case errors.As(err, &syntax):
		lines = s.syntaxErrors()
	}
	if len(lines) == 0 {
		return err
	}
	return &locatedError{lines: lines}
}

// located errors of a file, a line each, without duplicates.
func located(f *source.File, errs field.ErrorList, inFile func(path string) string) []string {
	var lines []string
	for _, e := range errs {
		if l := f.Position(inFile(e.Field)) + ": " + claim.Message(e.Error()); !slices.Contains(lines, l) {
			lines = append(lines, l)
		}
	}
	return lines
}

// writeWarnings about the claim, a line each.
func (s *sources) writeWarnings(w io.Writer, ws []claim.Warning) {
	f := s.claim()
	if f.String("kind") == v1alpha1.ClaimKind && f.String("metadata.namespace") == "" {
		ws = append([]claim.Warning{claim.Warn(field.NewPath("metadata", "namespace"), "is not set, so this is for namespace %s, and kubectl apply uses that of its context: set it", render.DefaultNamespace)}, ws...)
	}
	for _, warning := range ws {
		fmt.Fprintf(w, "warning: %s: %s\n", f.Position(warning.Field), warning) //nolint:errcheck // Warnings may get lost.
	}
}

// syntaxErrors of the claim and the Composition.
func (s *sources) syntaxErrors() []string {
	lines := s.claim().SyntaxErrors()
	if s.files.Composition != "" {
		lines = append(lines, parse(s.files.Composition).SyntaxErrors()...)
	}
	return lines
}

// A locatedError is one line for each error in a file, in the form of compilers, such as
// claim.yaml:12:5: spec.network.zones[0]: …, which editors and CI understand.
type locatedError struct {
	lines []string
}

// Error is all lines.
func (e *locatedError) Error() string { return strings.Join(e.lines, "\n") }
