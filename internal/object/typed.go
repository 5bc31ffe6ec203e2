package object

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// A Typed object is what a resource should be, as the Go struct of its kind. Its
// apiVersion, kind, name and namespace must be set.
type Typed interface {
	metav1.Object
	runtime.Object
}
