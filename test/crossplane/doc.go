// Package crossplane tests what we ship with Crossplane's own code.
//
// It has two questions. Do the CRDs that Crossplane derives from our XRD say
// everything the XRD says, and do they accept (or refuse) our examples? And
// does `crossplane composition render`, which runs Crossplane's real engine
// against our function as a real process, compose what our own `render`
// command prints?
//
// It is a Go module of its own because the CLI and core bring some 2,300
// packages along, at other versions than the function's.
//
//	go test -count=1 -timeout 30m            # everything
//	go test -count=1 -run DerivedCRD         # the XRD only, no building
//
// The first run builds the CLI and core, which takes four to twelve minutes.
// They are kept in seafarer-test/bin in the user's cache directory, or in
// SEAFARER_TEST_BIN. Use -count=1: the files under test are outside this
// module, so the go command does not notice when they change. Name no package
// (or use -v), or the go command keeps the progress of the builds and the
// reasons for what's skipped to itself.
//
// An example is a directory of ../../example that holds a claim.yaml or an
// xr.yaml. If its name starts with "invalid" it isn't rendered, and what
// refuses it may be the function. If it also holds a want-api-error.txt the
// API server must refuse it, with an error that contains every line of that
// file.
package crossplane
