package cli

import (
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// startedByPerson is true if a command reads from and writes to a terminal, and no
// certificates are configured in the environment, as they are in Crossplane's pods.
func startedByPerson(in, out *os.File) bool {
	return os.Getenv(envCerts) == "" && isTerminal(in) && isTerminal(out) //nolint:forbidigo // It's read before there is a request.
}

// isTerminal is true of a file, if it's a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// A paint colors text, or leaves it as it is.
type paint func(c text.Color, s string) string

// paintFor colors what's written to a terminal, unless NO_COLOR or TERM=dumb is in
// the environment.
func paintFor(w io.Writer) paint {
	if !isTerminal(w) {
		return func(_ text.Color, s string) string { return s }
	}
	return func(c text.Color, s string) string { return c.Sprint(s) }
}
