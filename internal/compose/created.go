package compose

// Created tells whether what the resource stands for was made, or is being made,
// as far as anybody tells. It's told by the object's metadata, too, because a
// status can go missing, and does when it's restored from a backup.
func (e Existing) Created() bool {
	if e.String("status.atProvider.id") != "" {
		return true
	}
	for _, c := range e.Value("status.conditions").GetListValue().GetValues() {
		if c.GetStructValue().GetFields()["reason"].GetStringValue() == reasonCreateFailed {
			return false
		}
	}
	meta := e.Value("metadata.annotations").GetStructValue().GetFields()
	return meta[annotationCreated].GetStringValue() != ""
}

const (
	// annotationCreated is set by all providers once they have asked for what a
	// managed resource stands for.
	annotationCreated = "crossplane.io/external-create-succeeded"

	// reasonCreateFailed is told by the providers made of Terraform if that came to
	// nothing.
	reasonCreateFailed = "AsyncCreateFailure"
)
