// Package auth replaces the package of Nebius' SDK.
package auth

// A BearerToken that's never issued.
type BearerToken struct{ Token string }

// A PrivateKeyParser that's empty.
type PrivateKeyParser struct{}

// NewPrivateKeyParser ignores the key.
func NewPrivateKeyParser([]byte, string, string) PrivateKeyParser { return PrivateKeyParser{} }
