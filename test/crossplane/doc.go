// Package crossplane tests the XRDs, the Compositions and the function with Crossplane's
// own code.
//
// It tests that the CRDs that Crossplane derives from the XRD are complete, and accept or
// refuse the examples. It also tests that `crossplane composition render`, which runs
// Crossplane's engine and the function as a process, renders the same resources as the
// function's own render command.
//
// It's a separate Go module, because the CLI and core have some 2,300 packages as
// dependencies, at other versions than the function's.
//
//	go test -count=1 -timeout 30m            # everything
//	go test -count=1 -run DerivedCRD         # the XRD only, without builds
//
// The first run builds the CLI and core, which takes four to twelve minutes. They are
// cached in seafarer-test/bin in the user's cache directory, or in SEAFARER_TEST_BIN. Use
// -count=1: the files under test are outside this module, so the go command doesn't detect
// their changes. Name no package (or use -v), or the go command hides the progress of the
// builds and the reasons of skipped tests.
//
// An example is a directory of ../../example with a claim.yaml or an xr.yaml. If its name
// starts with "invalid" it isn't rendered, and the function may be what refuses it. With a
// want-api-error.txt, the API server must refuse it, with an error that contains every line
// of that file.
package crossplane
