package main

// Go types of the API and of the input to their schemas. controller-gen is in the module graph
// anyway, because a package of crossplane-runtime imports it. With the versions of this module
// little of it is compiled that the function itself does not need.
//go:generate go tool controller-gen object paths=./apis/v1alpha1 paths=./input/v1beta1
//go:generate rm -rf package/input build/crd
//go:generate go tool controller-gen crd paths=./input/v1beta1 output:crd:dir=package/input
//go:generate go tool controller-gen crd paths=./apis/v1alpha1 output:crd:dir=build/crd
//go:generate go run ./internal/generate build/crd/platform.seafarer.cloud_xseafarerclusters.yaml apis apis-namespaced
//go:generate go run ./internal/generate/reference docs/reference.md
