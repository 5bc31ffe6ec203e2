package compose

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	// quoteLimit is how much is quoted of a complaint, in characters.
	quoteLimit = 360

	// eventLimit is how much an event may say, in characters. Kubernetes allows
	// 1024 bytes.
	eventLimit = 500
)

// noise is what differs from one try to the next, or says nothing to whoever owns
// a platform, and what stands in its place. A text that changed with each try
// would start another pass each time.
var noise = []struct {
	pattern *regexp.Regexp
	instead string
}{
	// How the providers made of Terraform wrap an error of theirs.
	{regexp.MustCompile(`\b(?:(?:create|update|delete) failed: )?async (create|update|delete) failed: `), "$1 failed: "},
	{regexp.MustCompile(`failed to (?:create|update|delete) the resource: `), ""},
	{regexp.MustCompile(`\[\{0 `), ""},
	{regexp.MustCompile(`\s*\[\]\}\]?(?: \{0 )?`), "; "},

	// What AWS tells of a request, rather than of what is wrong with it.
	{regexp.MustCompile(`(?i)[,;]?\s*\b(?:request ?id|host ?id|extended request id): ?[^\s,;)]*`), ""},
	{regexp.MustCompile(`(?i)\.?\s*encoded authorization failure message: \S+`), ""},
	{regexp.MustCompile(`\b(assumed-role/[^/\s]+)/[^\s,;"']+`), "$1/…"},

	// Credentials, should any ever be told.
	{regexp.MustCompile(`\b(https?://[^\s"'?]+)\?[^\s"']+`), "$1"},
	{regexp.MustCompile(`\bk8s-aws-v1\.[\w-]+`), "…"},
	{regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), "…"},

	// Names of what is made anew for each try.
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

// quote a complaint: in one line, without noise, and no more than fits.
func quote(complaint string) string {
	c := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(complaint, "…"))
	for _, n := range noise {
		c = n.pattern.ReplaceAllString(c, n.instead)
	}
	return shorten(strings.TrimRight(strings.Join(strings.Fields(c), " "), ".;, "), quoteLimit)
}

// shorten a text to a number of characters. What is left out is from the middle:
// an error says first what failed, and last why.
func shorten(s string, limit int) string {
	rs := []rune(s)
	if len(rs) <= limit {
		return s
	}
	first := limit / 3
	last := limit - first - len([]rune(" … "))
	return strings.TrimSpace(string(rs[:first])) + " … " + strings.TrimSpace(string(rs[len(rs)-last:]))
}
