//go:build !race

package main

// defaultCases that chance makes up for each law and example.
const defaultCases = 100
