//go:build race

package laws

// defaultCases are fewer where the race detector watches. It makes everything several
// times as slow, and needs each way through the code once rather than many cases of it.
const defaultCases = 10
