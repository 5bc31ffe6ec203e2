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
	"strings"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/errors"
)

const (
	// source of the build, and its build type.
	source    = "https://github.com/seafarer-cloud/function-seafarer-cluster"
	buildType = source + "/blob/main/tools/pack/pack.go"

	predicateType = "https://slsa.dev/provenance/v1"

	// sums of all files, and their provenance.
	sumsFile       = "SHA256SUMS"
	provenanceFile = "provenance.intoto.json"
)

// materials of a binary: a CycloneDX bill of its modules.
func materials(ctx context.Context, module, binary, file string) error {
	_, err := command(ctx, module, []string{"GOWORK=off"},
		"go", "tool", "cyclonedx-gomod", "bin", "-json", "-noserial", "-notimestamp", "-std", "-output", file, binary)
	return errors.Wrap(err, "cannot list what the function is made of")
}

// describe the build: sums of all files, and unsigned provenance.
func (o Options) describe(c Compiler) error {
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
		return errors.Wrap(err, "cannot sum what was built")
	}
	if s.Predicate, err = o.provenance(c); err != nil {
		return err
	}
	if err := s.Validate(); err != nil {
		return errors.Wrap(err, "cannot tell where what was built is from")
	}
	b, err := indented(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(o.Out, provenanceFile), b, 0o600); err != nil {
		return errors.Wrap(err, "cannot write where what was built is from")
	}
	return errors.Wrap(os.WriteFile(filepath.Join(o.Out, sumsFile), []byte(sums.String()), 0o600), "cannot write sums")
}

// provenance of the build. It has no times, so that it's reproducible.
func (o Options) provenance(c Compiler) (*structpb.Struct, error) {
	modules, err := sumOf(filepath.Join(o.Root, "go.sum"))
	if err != nil {
		return nil, errors.Wrap(err, "cannot sum modules")
	}
	src := &intoto.ResourceDescriptor{Uri: "git+" + source}
	if o.Revision != "" {
		src.Digest = map[string]string{"gitCommit": o.Revision}
	}
	parameters := map[string]*structpb.Value{"source": structpb.NewStringValue(src.GetUri())}
	if c.Version != "" {
		parameters["version"] = structpb.NewStringValue(c.Version)
	}
	p := &provenance.Provenance{
		BuildDefinition: &provenance.BuildDefinition{
			BuildType:          buildType,
			ExternalParameters: &structpb.Struct{Fields: parameters},
			ResolvedDependencies: []*intoto.ResourceDescriptor{
				src,
				{Name: "go", Annotations: &structpb.Struct{Fields: map[string]*structpb.Value{"version": structpb.NewStringValue("go" + c.Go)}}},
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

// indented JSON of a statement. protojson's indentation is deliberately unstable.
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
