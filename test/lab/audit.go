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

// auditPolicy of the API server: log deletions only.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  verbs: [delete, deletecollection]
- level: None
`

// A Deletion is a request to delete an object.
type Deletion struct {
	Time  time.Time
	User  string
	Agent string

	// Group, Resource, Namespace and Name of the object. A deletion of a
	// collection has no name.
	Group, Resource, Namespace, Name string

	// Policy is the requested propagation: Background, Foreground or Orphan.
	Policy string

	// Code of the response: 200 if accepted, 409 if a Usage denied it. Why names
	// the Usage.
	Code int
	Why  string
}

// Accepted reports whether the API server accepted the deletion.
func (d Deletion) Accepted() bool { return d.Code >= 200 && d.Code < 300 }

// String returns the user, the object and the response.
func (d Deletion) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %d %s.%s %s/%s %s by %s (%s) %s", d.Time.Format(time.TimeOnly+".000"), d.Code, d.Resource, d.Group, d.Namespace, d.Name, d.Policy, d.User, d.Agent, d.Why))
}

// Deletions returns all deletions that the API server was asked for, in order,
// including those before a restart.
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
			continue // A killed API server leaves a partial line.
		}
		ds = append(ds, e.deletion())
	}
	return ds, errors.Wrap(s.Err(), "cannot read the audit log")
}

// auditEvent has the fields of an audit.k8s.io/v1 Event that Deletion needs.
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
