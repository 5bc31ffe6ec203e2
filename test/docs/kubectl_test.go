package docs

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/util/jsonpath"

	"github.com/crossplane/crossplane-runtime/v2/pkg/meta"
	"github.com/crossplane/function-sdk-go/errors"
)

// kubectlFlags by command, and whether they take a value:
// https://kubernetes.io/docs/reference/kubectl/generated/
var kubectlFlags = map[string]map[string]bool{
	"annotate":     {"selector": true},
	"apply":        {"filename": true},
	"create":       {},
	"describe":     {"selector": true},
	"get":          {"selector": true, "output": true, "all-namespaces": false, "field-selector": true},
	"logs":         {"selector": true, "tail": true},
	"patch":        {"type": true, "patch": true},
	"port-forward": {},
}

var kubectlShort = map[string]string{"-f": "--filename", "-l": "--selector", "-n": "--namespace", "-o": "--output", "-A": "--all-namespaces"}

// labels in selectors of documents: Crossplane sets the first two on composed resources,
// Karpenter's chart the third on its pods.
var labels = []string{"crossplane.io/claim-name", "crossplane.io/composite", "app.kubernetes.io/name"}

// A call of kubectl.
type call struct {
	verb  string
	args  []string
	flags map[string][]string
}

// parseKubectl splits flags from arguments.
func parseKubectl(args []string) (call, error) {
	c := call{verb: args[0], flags: make(map[string][]string)}
	known, ok := kubectlFlags[c.verb]
	if !ok {
		return c, errors.Errorf("no test checks kubectl %s", c.verb)
	}
	for i := 1; i < len(args); i++ {
		a := args[i]
		if long, ok := kubectlShort[a]; ok {
			a = long
		}
		name, ok := strings.CutPrefix(a, "--")
		if !ok {
			c.args = append(c.args, a)
			continue
		}
		name, value, hasValue := strings.Cut(name, "=")
		takesValue, ok := known[name]
		if name == "namespace" {
			takesValue, ok = true, true
		}
		if !ok {
			return c, errors.Errorf("kubectl %s has no flag --%s that a test checks", c.verb, name)
		}
		if takesValue && !hasValue {
			i++
			if i == len(args) {
				return c, errors.Errorf("--%s needs a value", name)
			}
			value = args[i]
		}
		c.flags[name] = append(c.flags[name], value)
	}
	return c, nil
}

// flag returns the last value of a flag.
func (c call) flag(name string) string {
	if vs := c.flags[name]; len(vs) > 0 {
		return vs[len(vs)-1]
	}
	return ""
}

func checkKubectl(folder string, args []string) error {
	c, err := parseKubectl(args)
	if err != nil {
		return err
	}
	if l, _, ok := strings.Cut(c.flag("selector"), "="); ok && !slices.Contains(labels, l) {
		return errors.Errorf("there is no label %s: use one of %v", l, labels)
	}
	switch c.verb {
	case "apply":
		return c.checkFiles(folder)
	case "logs", "create", "port-forward":
		return nil
	}
	rs, err := c.resources()
	if err != nil {
		return err
	}
	if c.verb == "annotate" {
		return c.checkAnnotations()
	}
	for _, r := range rs {
		if err := c.checkFields(r); err != nil {
			return err
		}
	}
	return nil
}

// checkFiles requires that applied files exist.
func (c call) checkFiles(folder string) error {
	for _, f := range c.flags["filename"] {
		if _, err := os.Stat(filepath.Join(folder, f)); err != nil {
			return err
		}
	}
	return nil
}

// resources in the first argument, and whether they need a namespace.
func (c call) resources() ([]resource, error) {
	types, _, _ := strings.Cut(c.args[0], "/")
	_, inNamespace := c.flags["namespace"]
	_, inAll := c.flags["all-namespaces"]
	var rs []resource
	namespaced := false
	for name := range strings.SplitSeq(types, ",") {
		r, err := findResource(name)
		if err != nil {
			return nil, err
		}
		namespaced = namespaced || r.namespaced
		rs = append(rs, r)
	}
	switch {
	case namespaced && !inNamespace && !inAll:
		return nil, errors.Errorf("%s need --namespace", types)
	case !namespaced && (inNamespace || inAll):
		return nil, errors.Errorf("%s are in no namespace", types)
	}
	return rs, nil
}

// checkAnnotations requires annotations of Kubernetes or Crossplane that have an effect.
func (c call) checkAnnotations() error {
	for _, a := range c.args[1:] {
		name, _, set := strings.Cut(a, "=")
		removed := strings.HasSuffix(a, "-")
		known := []string{meta.AnnotationKeyReconciliationPaused, meta.AnnotationKeyExternalCreatePending, meta.AnnotationKeyExternalName}
		if name = strings.TrimSuffix(name, "-"); (set || removed) && !slices.Contains(known, name) {
			return errors.Errorf("there is no annotation %s", name)
		}
	}
	return nil
}

// checkFields that are printed or patched.
func (c call) checkFields(r resource) error {
	format, spec, _ := strings.Cut(c.flag("output"), "=")
	switch format {
	case "jsonpath":
		return r.checkTemplate(spec)
	case "custom-columns":
		for column := range strings.SplitSeq(spec, ",") {
			_, path, _ := strings.Cut(column, ":")
			if err := r.checkTemplate("{" + path + "}"); err != nil {
				return err
			}
		}
	}
	if p := c.flag("patch"); p != "" {
		var patch any
		if err := json.Unmarshal([]byte(p), &patch); err != nil {
			return err
		}
		return checkPatch(patch, r.schema)
	}
	return nil
}

// checkTemplate of JSONPath.
func (r resource) checkTemplate(template string) error {
	p, err := jsonpath.Parse("path", template)
	if err != nil {
		return err
	}
	at := r.root()
	for i, n := range p.Root.Nodes {
		list, ok := n.(*jsonpath.ListNode)
		if !ok {
			continue
		}
		nodes := list.Nodes
		if id, ok := first(nodes).(*jsonpath.IdentifierNode); ok {
			switch id.Name {
			case "range":
				if at, err = r.follow(r.root(), nodes[1:]); err != nil {
					return err
				}
			case "end":
				at = r.root()
			}
			continue
		}
		if _, err := r.follow(at, nodes); err != nil {
			return errors.Wrapf(err, "part %d of %s", i+1, template)
		}
	}
	return nil
}

func first(nodes []jsonpath.Node) jsonpath.Node {
	if len(nodes) == 0 {
		return nil
	}
	return nodes[0]
}

// root of the schema, with the metadata of every object.
func (r resource) root() *apiextensionsv1.JSONSchemaProps {
	if r.schema == nil {
		return nil
	}
	s := r.schema.DeepCopy()
	s.Properties["metadata"] = apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
		"name": {Type: "string"}, "namespace": {Type: "string"},
	}}
	return s
}

// follow a path from a schema.
func (r resource) follow(s *apiextensionsv1.JSONSchemaProps, nodes []jsonpath.Node) (*apiextensionsv1.JSONSchemaProps, error) {
	for _, n := range nodes {
		if s == nil {
			break
		}
		switch n := n.(type) {
		case *jsonpath.FieldNode:
			if n.Value == "" {
				continue
			}
			next, ok := s.Properties[n.Value]
			if !ok {
				return nil, errors.Errorf("there is no field %s", n.Value)
			}
			s = &next
		case *jsonpath.ArrayNode, *jsonpath.WildcardNode:
			if s.Items == nil {
				return nil, errors.New("it is no list")
			}
			s = s.Items.Schema
		case *jsonpath.FilterNode:
			if s.Items == nil {
				return nil, errors.New("it is no list")
			}
			s = s.Items.Schema
			if err := r.checkFilter(n, s); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// checkFilter compares a field of an item with a value, such as the type of a condition.
func (r resource) checkFilter(f *jsonpath.FilterNode, item *apiextensionsv1.JSONSchemaProps) error {
	if _, err := r.follow(item, f.Left.Nodes); err != nil {
		return err
	}
	v, ok := first(f.Right.Nodes).(*jsonpath.TextNode)
	if ok && r.conditions != nil && !slices.Contains(r.conditions, v.Text) {
		return errors.Errorf("there is no condition %s: use one of %v", v.Text, r.conditions)
	}
	return nil
}

// checkPatch requires fields and values that the schema has.
func checkPatch(v any, s *apiextensionsv1.JSONSchemaProps) error {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			next, ok := s.Properties[k]
			if !ok {
				return errors.Errorf("there is no field %s", k)
			}
			if err := checkPatch(e, &next); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := checkPatch(e, s.Items.Schema); err != nil {
				return err
			}
		}
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(e apiextensionsv1.JSON) bool { return bytes.Equal(e.Raw, b) }) {
			return errors.Errorf("the field does not allow %s", b)
		}
	}
	return nil
}
