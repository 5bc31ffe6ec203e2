// Package auth stands in for the package of Nebius' SDK.
package auth

// A BearerToken that nobody gets.
type BearerToken struct{ Token string }

// A PrivateKeyParser that parses nothing.
type PrivateKeyParser struct{}

// NewPrivateKeyParser ignores the key.
func NewPrivateKeyParser([]byte, string, string) PrivateKeyParser { return PrivateKeyParser{} }
