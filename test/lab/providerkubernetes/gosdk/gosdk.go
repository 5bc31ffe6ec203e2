// Package gosdk replaces Nebius' SDK, with which provider-kubernetes logs in to
// clusters of that cloud. Here it always returns an error.
package gosdk

import (
	"context"
	"errors"

	"github.com/nebius/gosdk/auth"
)

var errUnsupported = errors.New("the lab does not support credentials of Nebius")

// An Option of an SDK.
type Option struct{}

// Credentials of an SDK.
type Credentials struct{}

// An SDK that's never created.
type SDK struct{}

// New returns an error.
func New(context.Context, ...Option) (*SDK, error) { return nil, errUnsupported }

// WithCredentials has no effect.
func WithCredentials(Credentials) Option { return Option{} }

// ServiceAccountReader returns empty credentials.
func ServiceAccountReader(auth.PrivateKeyParser) Credentials { return Credentials{} }

// BearerToken returns an error.
func (*SDK) BearerToken(context.Context) (auth.BearerToken, error) {
	return auth.BearerToken{}, errUnsupported
}
