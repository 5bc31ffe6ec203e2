package laws

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/kinds"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/modules"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// A terraformBlock is a block of Terraform's schema of a resource.
type terraformBlock struct {
	Attributes map[string]struct {
		Optional bool `json:"optional"`
		Computed bool `json:"computed"`
	} `json:"attributes"`
	BlockTypes map[string]struct {
		Block    terraformBlock `json:"block"`
		MaxItems int            `json:"max_items"`
	} `json:"block_types"`
}

// An optionalComputed tree has the fields of an object that AWS retains when they are left
// out, by name. A field without fields of its own is one. Of an object that may occur once,
// all fields are retained if it's left out: the schema doesn't record whether an object is
// computed, so this assumes that it is.
type optionalComputed map[string]optionalComputed

// terraform schemas of the kinds that platforms consist of, as fields of spec.forProvider.
// The provider's module has the schemas from which its kinds were generated.
func terraform(t *testing.T) map[schema.GroupKind]optionalComputed {
	t.Helper()
	trees, err := readTerraform()
	if err != nil {
		t.Fatal(err)
	}
	return trees
}

var readTerraform = sync.OnceValues(func() (map[schema.GroupKind]optionalComputed, error) {
	blocks, err := terraformBlocks()
	if err != nil {
		return nil, err
	}
	trees := make(map[schema.GroupKind]optionalComputed)
	for _, k := range kinds.All() {
		r, ok := k.Object.(interface{ GetTerraformResourceType() string })
		if !ok {
			continue
		}
		var resource struct{ Block terraformBlock }
		if err := json.Unmarshal(blocks[r.GetTerraformResourceType()], &resource); err != nil {
			return nil, err
		}
		spec, _ := reflect.TypeOf(k.Object).Elem().FieldByName("Spec")
		parameters, _ := spec.Type.FieldByName("ForProvider")
		trees[k.GroupVersionKind().GroupKind()] = resource.Block.optionalComputed(parameters.Type)
	}
	return trees, nil
})

// terraformBlocks of all resources, by Terraform's name of their type.
func terraformBlocks() (map[string]json.RawMessage, error) {
	m, err := modules.Find(context.Background(), examples.Path(), "github.com/upbound/provider-aws/v2")
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(m.Dir, "config", "schema.json"))
	if err != nil {
		return nil, err
	}
	var file struct {
		Providers map[string]struct {
			Resources map[string]json.RawMessage `json:"resource_schemas"`
		} `json:"provider_schemas"`
	}
	err = json.Unmarshal(b, &file)
	return file.Providers["registry.terraform.io/hashicorp/aws"].Resources, err
}

// optionalComputed fields of a Go type that was generated from a block.
func (b terraformBlock) optionalComputed(typ reflect.Type) optionalComputed {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	tree := make(optionalComputed)
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		of, _, _ := strings.Cut(f.Tag.Get("tf"), ",")
		if a := b.Attributes[of]; a.Optional && a.Computed {
			tree[name] = nil
		}
		if c, ok := b.BlockTypes[of]; ok && c.MaxItems == 1 {
			tree[name] = c.Block.optionalComputed(f.Type)
		}
	}
	return tree
}
