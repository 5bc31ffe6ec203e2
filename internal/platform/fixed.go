package platform

import (
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compose"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/fixed"
)

// replacing says what happens when a resource of a kind is replaced. No other may
// be.
var replacing = map[string]string{
	"NodeGroup": "EKS would drain and delete the system nodes before it makes new ones, and meanwhile neither CoreDNS nor Karpenter run",
}

// fixity of a kind. The provider refuses a change of what is fixed and then makes no
// other either, so none must reach it.
func fixity(kind string) compose.Fixity {
	f := compose.Fixity{Replacing: replacing[kind]}
	for _, field := range fixed.Fields(kind) {
		f.Fields = append(f.Fields, compose.Fixed{Path: field.Path, But: field.But, Without: field.Without})
	}
	return f
}
