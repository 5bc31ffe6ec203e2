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

// A traced object in the output of crossplane resource trace.
type traced struct {
	Object   map[string]any `json:"object"`
	Children []traced       `json:"children"`
}

// composed returns the composed resources, by kind and name. The composite resource
// is the root unless there's a claim.
func (r traced) composed(claimed bool) map[string]*unstructured.Unstructured {
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

// checkTrace checks that crossplane resource trace lists all composed resources, each
// ready.
func (p *platform) checkTrace() {
	p.t.Helper()
	out, err := p.lab.CLI(p.t.Context(), "", "resource", "trace", "seafarerclusters.platform.seafarer.cloud", p.claim.GetName(), "--namespace="+p.claim.GetNamespace(), "--output=json")
	if err != nil {
		p.t.Fatal(err)
	}
	var root traced
	if err := json.Unmarshal([]byte(out), &root); err != nil {
		p.t.Fatal(err)
	}
	got := root.composed(!p.lab.options.Namespaced)
	want := make(map[string]string)
	for _, o := range p.composed() {
		want[o.GetKind()+"/"+o.GetName()] = string(o.GetUID())
	}
	uid := func(o *unstructured.Unstructured) string { return string(o.GetUID()) }
	if d := differences(want, values(got, uid)); d != "" {
		p.t.Errorf("crossplane resource trace does not list the composed resources: %s", d)
	}
	for _, k := range sorted(got) {
		if s, reason, message := condition(got[k], "Ready"); s != "True" && s != "" { // Some kinds have no conditions.
			p.t.Errorf("crossplane resource trace: %s is Ready=%q: %s: %s", k, s, reason, message)
		}
	}
	p.t.Logf("traced %d objects", len(got))
}

// checkValidate checks that crossplane resource validate accepts the claim and its
// composed resources.
func (p *platform) checkValidate() {
	p.t.Helper()
	rendered := p.rendered()
	os := make([]*unstructured.Unstructured, 0, len(rendered))
	for _, k := range sorted(rendered) {
		if rendered[k].GroupVersionKind().Group != "" { // It validates kinds with a CRD only.
			os = append(os, rendered[k])
		}
	}
	p.checkAccepted(os...)
}

// checkAccepted checks that crossplane resource validate accepts the claim and more
// objects, as the API server does.
func (p *platform) checkAccepted(more ...*unstructured.Unstructured) {
	p.t.Helper()
	if out, err := validateCLI(p.t, p.lab, append(more, p.claim)...); err != nil {
		p.t.Errorf("crossplane resource validate rejects what the API server accepts: %v\n%s", err, out)
	}
}

// checkRejected checks that crossplane resource validate rejects the claim, too.
func (p *platform) checkRejected() {
	p.t.Helper()
	if out, err := validateCLI(p.t, p.lab, p.claim); err == nil {
		p.t.Errorf("crossplane resource validate accepts what the API server rejects:\n%s", out)
	}
}

// validateCLI runs crossplane resource validate with the API server's CRDs. It gets
// no Crossplane image, because it would pull it from a registry.
func validateCLI(t *testing.T, l *Lab, os ...*unstructured.Unstructured) (string, error) {
	t.Helper()
	return l.CLI(t.Context(), stream(t, os...), "resource", "validate", "--crossplane-image=", "--cache-dir="+l.path("cache", "validate"),
		"--error-on-missing-schemas", definitions(t, l), "-")
}

// definitionsMu guards the file of definitions.
var definitionsMu sync.Mutex

// definitions writes the definitions of our API, of the providers and of Crossplane
// to one file.
func definitions(t *testing.T, l *Lab) string {
	t.Helper()
	definitionsMu.Lock()
	defer definitionsMu.Unlock()
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
		// The CLI derives the CRDs of our API from the XRD.
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

// stream returns objects as YAML documents.
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
