// Package gosdk stands in for Nebius' SDK, which provider-kubernetes logs in to
// clusters of that cloud with. Here it always refuses to.
package gosdk

import (
	"context"
	"errors"

	"github.com/nebius/gosdk/auth"
)

var errNotHere = errors.New("the lab knows no credentials of Nebius")

// An Option of an SDK.
type Option struct{}

// Credentials of an SDK.
type Credentials struct{}

// An SDK that nobody gets.
type SDK struct{}

// New refuses to make an SDK.
func New(context.Context, ...Option) (*SDK, error) { return nil, errNotHere }

// WithCredentials is no option.
func WithCredentials(Credentials) Option { return Option{} }

// ServiceAccountReader reads nothing.
func ServiceAccountReader(auth.PrivateKeyParser) Credentials { return Credentials{} }

// BearerToken refuses to make one.
func (*SDK) BearerToken(context.Context) (auth.BearerToken, error) {
	return auth.BearerToken{}, errNotHere
}
