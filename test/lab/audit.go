package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/crossplane/function-sdk-go/errors"
)

// auditPolicy of the API server: who deletes what is written down, and nothing
// else.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  verbs: [delete, deletecollection]
- level: None
`

// A Deletion that somebody asked the API server for.
type Deletion struct {
	Time  time.Time
	User  string
	Agent string

	// Group, Resource, Namespace and Name of what was to be deleted. A deletion
	// of a collection has no name.
	Group, Resource, Namespace, Name string

	// Policy of propagation that was asked for: Background, Foreground or Orphan.
	Policy string

	// Code of the answer: 200 if it was accepted, 409 if a Usage denied it. Then
	// Why says which.
	Code int
	Why  string
}

// Accepted by the API server.
func (d Deletion) Accepted() bool { return d.Code >= 200 && d.Code < 300 }

// String tells who deleted what, and how that was answered.
func (d Deletion) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %d %s.%s %s/%s %s by %s (%s) %s", d.Time.Format(time.TimeOnly+".000"), d.Code, d.Resource, d.Group, d.Namespace, d.Name, d.Policy, d.User, d.Agent, d.Why))
}

// Deletions that the API server was asked for, in their order. It remembers them
// all, whatever became of it in between.
func (l *Lab) Deletions() ([]Deletion, error) {
	f, err := os.Open(l.auditLog())
	if err != nil {
		return nil, errors.Wrap(err, "cannot read the audit log")
	}
	defer f.Close() //nolint:errcheck // It's read only.
	var ds []Deletion
	s := bufio.NewScanner(f)
	const longest = 4 << 20
	s.Buffer(nil, longest)
	for s.Scan() {
		var e auditEvent
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			continue // An API server that was killed left half a line.
		}
		ds = append(ds, e.deletion())
	}
	return ds, errors.Wrap(s.Err(), "cannot read the audit log")
}

// auditEvent is what is of interest in an event of audit.k8s.io/v1.
type auditEvent struct {
	RequestReceivedTimestamp time.Time `json:"requestReceivedTimestamp"`
	UserAgent                string    `json:"userAgent"`

	User struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		APIGroup  string `json:"apiGroup"`
		Resource  string `json:"resource"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"objectRef"`
	RequestObject struct {
		PropagationPolicy string `json:"propagationPolicy"`
	} `json:"requestObject"`
	ResponseStatus struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"responseStatus"`
}

func (e auditEvent) deletion() Deletion {
	return Deletion{
		Time:      e.RequestReceivedTimestamp,
		User:      e.User.Username,
		Agent:     e.UserAgent,
		Group:     e.ObjectRef.APIGroup,
		Resource:  e.ObjectRef.Resource,
		Namespace: e.ObjectRef.Namespace,
		Name:      e.ObjectRef.Name,
		Policy:    e.RequestObject.PropagationPolicy,
		Code:      e.ResponseStatus.Code,
		Why:       e.ResponseStatus.Message,
	}
}

func (l *Lab) auditLog() string { return l.path("logs", "audit.jsonl") }
