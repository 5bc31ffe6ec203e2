// Package aws is the vocabulary of AWS: partitions, ARNs, names and limits,
// tags and zones. It knows nothing of platforms.
package aws
