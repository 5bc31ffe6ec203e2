// Package docs tests the documents: their commands, links, manifests and facts.
package docs

import (
	"os"
	"testing"

	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

// TestMain runs the tests in the root of the project, where readers run the commands of
// documents.
func TestMain(m *testing.M) {
	if err := os.Chdir(examples.Path()); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
