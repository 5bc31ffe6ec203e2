// Package complaint summarizes the errors that providers report: in one line, without
// what differs from one attempt to the next, and without credentials. The texts are those
// of provider-aws v2.5.0 to v2.7.0, provider-helm v1.2.0 to v1.3.0 and
// provider-kubernetes v1.2.0 to v1.4.1.
package complaint

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	// limit is the length of a summary, in characters.
	limit = 360

	// EventLimit is the length of an event's message, in characters. Kubernetes allows
	// 1024 bytes.
	EventLimit = 500
)

// noise is what differs from one attempt to the next, or doesn't help the owner of a
// platform, and its replacement. A text that changed with each attempt would start
// another pass each time.
var noise = []struct {
	pattern *regexp.Regexp
	instead string
}{
	// How providers generated from Terraform providers wrap an error.
	{regexp.MustCompile(`\b(?:(?:create|update|delete) failed: )?async (create|update|delete) failed: `), "$1 failed: "},
	{regexp.MustCompile(`failed to (?:create|update|delete) the resource: `), ""},
	{regexp.MustCompile(`\[\{0 `), ""},
	{regexp.MustCompile(`\s*\[\]\}\]?(?: \{0 )?`), "; "},

	// What AWS reports of the request rather than of the error.
	{regexp.MustCompile(`(?i)[,;]?\s*\b(?:request ?id|host ?id|extended request id): ?[^\s,;)]*`), ""},
	{regexp.MustCompile(`(?i)\.?\s*encoded authorization failure message: \S+`), ""},
	{regexp.MustCompile(`\b(assumed-role/[^/\s]+)/[^\s,;"']+`), "$1/…"},

	// Credentials, should a provider ever report one.
	{regexp.MustCompile(`\b(https?://[^\s"'?]+)\?[^\s"']+`), "$1"},
	{regexp.MustCompile(`\bk8s-aws-v1\.[\w-]+`), "…"},
	{regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), "…"},

	// Names that differ with each attempt.
	{regexp.MustCompile(`\bi-[0-9a-f]{8,17}\b(?:,\s*i-[0-9a-f]{8,17}\b)*`), "i-…"},
	{regexp.MustCompile(`\bterraform-\d{20,}`), "terraform-…"},
	{regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`), "…"},
	{regexp.MustCompile(`\b0xc[0-9a-f]{6,}\b`), "…"},

	// When it was, and how long it took.
	{regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z| ?[+-]\d{2}:?\d{2})?(?: [A-Z]{3,4}\b)?(?: m=[+-][\d.]+)?`), "…"},
	{regexp.MustCompile(`\b(?:\d+h)?(?:\d+m)?\d+\.\d+(?:ns|µs|ms|s)\b`), "…"},
	{regexp.MustCompile(`(?i)\b(attempt|try|retry) #?\d+(?:(?: of |/)\d+)?\b`), "$1 …"},

	// The port that a connection comes from.
	{regexp.MustCompile(`(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+->`), "$1->"},
}

// Summarize an error: in one line, without noise, shortened.
func Summarize(complaint string) string {
	c := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(complaint, "…"))
	for _, n := range noise {
		c = n.pattern.ReplaceAllString(c, n.instead)
	}
	return Shorten(strings.TrimRight(strings.Join(strings.Fields(c), " "), ".;, "), limit)
}

// Shorten a text to a number of characters. It omits the middle: an error begins with what
// failed and ends with why.
func Shorten(s string, limit int) string {
	rs := []rune(s)
	if len(rs) <= limit {
		return s
	}
	first := limit / 3
	last := limit - first - len([]rune(" … "))
	return strings.TrimSpace(string(rs[:first])) + " … " + strings.TrimSpace(string(rs[len(rs)-last:]))
}
