package compose

import (
	"google.golang.org/protobuf/types/known/structpb"

	xpv1 "github.com/crossplane/crossplane-runtime/v2/apis/common/v1"
	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/key"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
)

// decide what to desire of one resource.
func (a *Assembly) decide(r Resource) (Decision, error) {
	d := Decision{Key: r.Key}
	unknown := r.Unknown()
	for _, u := range unknown {
		d.WaitsFor = append(d.WaitsFor, u.What)
	}
	desired, err := object.Intent(r.Object)
	if err != nil {
		return d, err
	}
	existing, exists := a.in.Composed[r.Key]
	if !exists {
		return a.create(d, r, desired, unknown)
	}
	d.Desired = desired
	if d, err = d.existing(r, existing, unknown); err != nil {
		return d, err
	}
	return a.limit(d, r, existing)
}

// existing decides on a resource that exists: it retains what is unknown or immutable.
func (d Decision) existing(r Resource, existing object.Object, unknown []Need) (Decision, error) {
	d.Exists, d.Retained = true, len(unknown) > 0
	d.Ready, d.Why = r.Ready.Judge(existing)
	d.Works = d.Ready || existing.Is("Ready")
	if want, is := object.Of(d.Desired).String("kind"), existing.String("kind"); want != is { // Crossplane would delete it.
		return d, errors.Errorf("it exists as kind %s, and is described as kind %s: rename neither keys nor kinds", is, want)
	}
	if err := retainUnknown(d.Desired, existing, unknown); err != nil {
		return d, err
	}
	d.Drift = object.ImmutableDrift(r.Immutable, d.Desired, existing)
	if d.Changes = object.ImmutableChanges(r.Immutable, d.Desired, existing); len(d.Changes) == 0 {
		return d, nil
	}
	if d.Replacement = r.Replacement; d.Replacement != "" {
		d.Token = token(r.Key, existing, d.Changes)
	}
	return d, object.Revert(d.Desired, d.Changes)
}

// retainUnknown has a desired object retain the fields whose values are unknown.
func retainUnknown(desired *structpb.Struct, existing object.Object, unknown []Need) error {
	for _, u := range unknown {
		for _, path := range u.Paths {
			if err := object.Retain(desired, existing, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// observe a resource instead of creating it. One that isn't observed may exist all the
// same, so the function requires it: if it exists, it retains its policies.
func (a *Assembly) observe(k key.Key, desired *structpb.Struct) error {
	d := object.Of(desired)
	a.require(k, d.String("apiVersion"), d.String("kind"), d.String("metadata.namespace"), d.Name())
	existing := a.in.Required[k]
	if existing.Name() == "" {
		return object.SetPolicies(desired, xpv1.ManagementActionObserve)
	}
	return object.Retain(desired, existing, object.PathPolicies)
}
