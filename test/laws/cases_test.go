//go:build !race

package laws

// defaultCases that chance makes up for each law and example.
const defaultCases = 100
