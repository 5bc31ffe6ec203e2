// Package aws is the vocabulary of AWS: partitions, ARNs, names and limits,
// tags and zones. It doesn't depend on this project's API.
package aws
