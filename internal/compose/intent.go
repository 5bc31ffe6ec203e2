package compose

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/crossplane/crossplane-runtime/v2/pkg/fieldpath"
	"github.com/crossplane/function-sdk-go/errors"
)

// opaque fields are free-form: what they hold, empty values included, belongs to
// whoever wrote it.
var opaque = map[string]bool{
	"spec.forProvider.manifest": true,
	"spec.forProvider.values":   true,
}

// intent turns a typed object into the fields we have an opinion about. Desired
// state is applied server-side: an empty value that a struct happens to marshal
// would be an opinion, and status is nobody's to desire.
func intent(o Object) (map[string]any, error) {
	u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return nil, errors.Wrap(err, "cannot convert to unstructured")
	}
	delete(u, "status")
	prune(u, "")
	return u, nil
}

// prune removes empty values from an object, and what is empty without them.
func prune(m map[string]any, path string) {
	for k, v := range m {
		p := strings.TrimPrefix(path+"."+k, ".")
		if opaque[p] {
			continue
		}
		if c, ok := v.(map[string]any); ok {
			prune(c, p)
		}
		if empty(v) {
			delete(m, k)
		}
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	default:
		return false
	}
}

// hold keeps a field as it exists: a value that is unknown for a while must
// neither blank what is there nor be guessed.
func hold(u map[string]any, e Existing, path string) error {
	p := fieldpath.Pave(u)
	if v := e.Value(path); v != nil {
		return errors.Wrapf(p.SetValue(path, v.AsInterface()), "cannot keep %s", path)
	}
	err := p.DeleteField(path)
	if fieldpath.IsNotFound(err) {
		return nil
	}
	return errors.Wrapf(err, "cannot leave out %s", path)
}

// wire is an object as the protocol carries it.
func wire(u map[string]any) (*structpb.Struct, error) {
	s, err := structpb.NewStruct(u)
	return s, errors.Wrap(err, "cannot convert to protobuf")
}
