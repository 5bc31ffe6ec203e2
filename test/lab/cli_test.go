package lab

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// A traced object as the crossplane CLI tells it, with what it's made of.
type traced struct {
	Object   map[string]any `json:"object"`
	Children []traced       `json:"children"`
}

// leaves of what is traced, by kind and name: what the composite resource is made
// of. It's the root, unless there's a claim.
func (r traced) leaves(claimed bool) map[string]*unstructured.Unstructured {
	os := make(map[string]*unstructured.Unstructured)
	xrs := r.Children
	if !claimed {
		xrs = []traced{r}
	}
	for _, xr := range xrs {
		for _, c := range xr.Children {
			o := &unstructured.Unstructured{Object: c.Object}
			os[o.GetKind()+"/"+o.GetName()] = o
		}
	}
	return os
}

// traceable means that crossplane resource trace shows, below the claim, all that
// is composed, and says of none that it's not ready.
func (p *platform) traceable() {
	p.t.Helper()
	out, err := p.lab.CLI(p.t.Context(), "", "resource", "trace", "seafarerclusters.platform.seafarer.cloud", p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--output=json")
	if err != nil {
		p.t.Fatal(err)
	}
	var root traced
	if err := json.Unmarshal([]byte(out), &root); err != nil {
		p.t.Fatal(err)
	}
	got := root.leaves(!p.lab.options.Namespaced)
	want := make(map[string]string)
	for _, o := range p.composed() {
		want[o.GetKind()+"/"+o.GetName()] = string(o.GetUID())
	}
	uid := func(o *unstructured.Unstructured) string { return string(o.GetUID()) }
	if d := differences(want, values(got, uid)); d != "" {
		p.t.Errorf("crossplane resource trace does not show what is composed: %s", d)
	}
	for _, k := range sorted(got) {
		if s, reason, message := condition(got[k], "Ready"); s != "True" && s != "" { // Some kinds have no conditions.
			p.t.Errorf("crossplane resource trace: %s is Ready=%q: %s: %s", k, s, reason, message)
		}
	}
	p.t.Logf("traced %d objects", len(got))
}

// validatable means that crossplane resource validate finds nothing wrong with
// the claim, nor with what is composed of it.
func (p *platform) validatable() {
	p.t.Helper()
	rendered := p.rendered()
	os := make([]*unstructured.Unstructured, 0, len(rendered))
	for _, k := range sorted(rendered) {
		if rendered[k].GroupVersionKind().Group != "" { // It knows nothing that has no definition.
			os = append(os, rendered[k])
		}
	}
	p.acceptable(os...)
}

// acceptable means that crossplane resource validate accepts the claim, and more
// objects, as the API server does.
func (p *platform) acceptable(more ...*unstructured.Unstructured) {
	p.t.Helper()
	if out, err := validateCLI(p.t, p.lab, append(more, p.claim)...); err != nil {
		p.t.Errorf("crossplane resource validate refuses what the API server accepts: %v\n%s", err, out)
	}
}

// refusable means that crossplane resource validate refuses the claim, too.
func (p *platform) refusable() {
	p.t.Helper()
	if out, err := validateCLI(p.t, p.lab, p.claim); err == nil {
		p.t.Errorf("crossplane resource validate accepts what the API server refuses:\n%s", out)
	}
}

// validateCLI puts objects to the crossplane CLI, with the definitions that the
// API server has. It's told of no image, which it would look for in a registry.
func validateCLI(t *testing.T, l *Lab, os ...*unstructured.Unstructured) (string, error) {
	t.Helper()
	return l.CLI(t.Context(), stream(t, os...), "resource", "validate", "--crossplane-image=", "--cache-dir="+l.path("cache", "validate"),
		"--error-on-missing-schemas", definitions(t, l), "-")
}

// writing is the definitions' file, by one test at a time.
var writing sync.Mutex

// definitions of our API, of the providers and of Crossplane, in one file.
func definitions(t *testing.T, l *Lab) string {
	t.Helper()
	writing.Lock()
	defer writing.Unlock()
	file := l.path("cache", "definitions.yaml")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	crds, err := l.dynamic.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var all []*unstructured.Unstructured
	for i := range crds.Items {
		// What Crossplane made of our API it makes of it here, too.
		if !slices.ContainsFunc(crds.Items[i].GetOwnerReferences(), func(r metav1.OwnerReference) bool { return r.Kind == "CompositeResourceDefinition" }) {
			all = append(all, &crds.Items[i])
		}
	}
	api, err := readObjects(l.path("apis", "definition.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := write(file, []byte(stream(t, append(all, api...)...))); err != nil {
		t.Fatal(err)
	}
	return file
}

// stream of objects as YAML.
func stream(t *testing.T, os ...*unstructured.Unstructured) string {
	t.Helper()
	docs := make([]string, 0, len(os))
	for _, o := range os {
		b, err := yaml.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(b))
	}
	return strings.Join(docs, "---\n")
}
