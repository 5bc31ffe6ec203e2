package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
)

const (
	// source repository, and the type of build.
	source    = "https://github.com/seafarer-cloud/function-seafarer-cluster"
	buildType = source + "/blob/main/tools/pack/pack.go"

	predicateType = "https://slsa.dev/provenance/v1"

	// Files with checksums and with provenance.
	sumsFile       = "SHA256SUMS"
	provenanceFile = "provenance.intoto.json"
)

// materials of a binary: a CycloneDX bill of its modules.
func materials(ctx context.Context, module, binary, file string) error {
	_, err := command(ctx, module, []string{"GOWORK=off"},
		"go", "tool", "cyclonedx-gomod", "bin", "-json", "-noserial", "-notimestamp", "-std", "-output", file, binary)
	return errors.Wrap(err, "cannot list the function's modules")
}

// describe the artifacts: write checksums and provenance. The releaser signs
// both.
func (o Options) describe() error {
	var sums strings.Builder
	s := &intoto.Statement{Type: intoto.StatementTypeUri, PredicateType: predicateType}
	err := fs.WalkDir(os.DirFS(o.Out), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		sum, err := sumOf(filepath.Join(o.Out, path))
		fmt.Fprintf(&sums, "%s  %s\n", sum, path)
		s.Subject = append(s.Subject, &intoto.ResourceDescriptor{Name: path, Digest: map[string]string{"sha256": sum}})
		return err
	})
	if err != nil {
		return errors.Wrap(err, "cannot compute checksums")
	}
	if s.Predicate, err = o.provenance(); err != nil {
		return err
	}
	if err := s.Validate(); err != nil {
		return errors.Wrap(err, "cannot create provenance")
	}
	b, err := indented(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.Out, provenanceFile), b, 0o600); err != nil {
		return errors.Wrap(err, "cannot write provenance")
	}
	return errors.Wrap(os.WriteFile(filepath.Join(o.Out, sumsFile), []byte(sums.String()), 0o600), "cannot write checksums")
}

// provenance of the artifacts. It has no timestamps, so that it's reproducible.
func (o Options) provenance() (*structpb.Struct, error) {
	modules, err := sumOf(filepath.Join(o.Root, "go.sum"))
	if err != nil {
		return nil, errors.Wrap(err, "cannot compute the checksum of go.sum")
	}
	src := &intoto.ResourceDescriptor{Uri: "git+" + source}
	if o.Revision != "" {
		src.Digest = map[string]string{"gitCommit": o.Revision}
	}
	p := &provenance.Provenance{
		BuildDefinition: &provenance.BuildDefinition{
			BuildType:          buildType,
			ExternalParameters: &structpb.Struct{Fields: map[string]*structpb.Value{"source": structpb.NewStringValue(src.GetUri())}},
			ResolvedDependencies: []*intoto.ResourceDescriptor{
				src,
				{Name: "go", Annotations: &structpb.Struct{Fields: map[string]*structpb.Value{"version": structpb.NewStringValue(runtime.Version())}}},
				{Name: "go.sum", Digest: map[string]string{"sha256": modules}},
			},
		},
		RunDetails: &provenance.RunDetails{Builder: &provenance.Builder{Id: source + "/blob/main/Makefile"}},
	}
	b, err := protojson.Marshal(p)
	if err != nil {
		return nil, errors.Wrap(err, "cannot marshal provenance")
	}
	st := &structpb.Struct{}
	return st, errors.Wrap(protojson.Unmarshal(b, st), "cannot convert provenance")
}

// indented JSON of a statement. The indentation of protojson is deliberately unstable.
func indented(s *intoto.Statement) ([]byte, error) {
	b, err := protojson.Marshal(s)
	if err != nil {
		return nil, errors.Wrap(err, "cannot marshal a statement")
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, errors.Wrap(err, "cannot read a statement")
	}
	b, err = json.MarshalIndent(v, "", "  ")
	return append(b, '\n'), errors.Wrap(err, "cannot indent a statement")
}

func sumOf(path string) (string, error) {
	b, err := os.ReadFile(filepath.Clean(path))
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}
