package operations

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	lua "github.com/yuin/gopher-lua"
	"sigs.k8s.io/yaml"
)

// script of Argo CD's health check.
func script(t *testing.T) string {
	t.Helper()
	var cm struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.UnmarshalStrict([]byte(text(t, "deploy/argocd.yaml")), &struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Metadata   map[string]any `json:"metadata"`
		Data       map[string]any `json:"data"`
	}{}); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(text(t, "deploy/argocd.yaml")), &cm); err != nil {
		t.Fatal(err)
	}
	var customizations map[string]map[string]string
	if err := yaml.Unmarshal([]byte(cm.Data["resource.customizations"]), &customizations); err != nil {
		t.Fatal(err)
	}
	s := customizations["platform.seafarer.cloud/*"]["health.lua"]
	if s == "" {
		t.Fatal("there is no health check")
	}
	return s
}

// A health as in Argo CD.
type health struct {
	Status, Message string
}

// check the health of an object, as Argo CD does: the script reads it from obj, and returns
// a table.
func check(t *testing.T, object string) health {
	t.Helper()
	var obj map[string]any
	if err := yaml.Unmarshal([]byte(object), &obj); err != nil {
		t.Fatal(err)
	}
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	// The libraries of Lua that Argo CD opens.
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString,
	} {
		if err := l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			t.Fatal(err)
		}
	}
	l.SetGlobal("obj", value(l, obj))
	if err := l.DoString(script(t)); err != nil {
		t.Fatal(err)
	}
	h, ok := l.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("want a table, got %s", l.Get(-1))
	}
	return health{Status: lua.LVAsString(h.RawGetString("status")), Message: lua.LVAsString(h.RawGetString("message"))}
}

// value in Lua.
func value(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case map[string]any:
		t := l.NewTable()
		for k, e := range v {
			t.RawSetString(k, value(l, e))
		}
		return t
	case []any:
		t := l.NewTable()
		for _, e := range v {
			t.Append(value(l, e))
		}
		return t
	case string:
		return lua.LString(v)
	case bool:
		return lua.LBool(v)
	case float64:
		return lua.LNumber(v)
	default:
		return lua.LNil
	}
}

// TestArgoCD checks the health of a claim in each of its states.
func TestArgoCD(t *testing.T) {
	cases := map[string]struct {
		reason string
		object string
		want   health
	}{
		"New": {
			reason: "Crossplane hasn't reconciled it yet.",
			object: `{metadata: {name: a}, spec: {}}`,
			want:   health{Status: "Progressing", Message: "Crossplane has not reported a condition yet"},
		},
		"Creating": {
			reason: "Each part that is not ready should be named, in a stable order.",
			object: `
status:
  conditions:
  - {type: Valid, status: "True", reason: Valid}
  - {type: Synced, status: "True", reason: ReconcileSuccess}
  - {type: Ready, status: "False", reason: Creating, message: "Unready resources: vpc"}
  - {type: NetworkReady, status: "False", reason: Creating, message: "Not ready yet: vpc"}
  - {type: AddonsReady, status: "False", reason: Waiting}
  - {type: IdentityReady, status: "True", reason: Available}
`,
			want: health{Status: "Progressing", Message: "AddonsReady: Waiting\nNetworkReady: Not ready yet: vpc"},
		},
		"Ready": {
			reason: "Everything is ready.",
			object: `
status:
  conditions:
  - {type: Valid, status: "True"}
  - {type: Synced, status: "True"}
  - {type: Ready, status: "True"}
`,
			want: health{Status: "Healthy", Message: "Ready"},
		},
		"Invalid": {
			reason: "A ready platform doesn't change while its claim is invalid.",
			object: `
status:
  conditions:
  - {type: Ready, status: "True"}
  - {type: Synced, status: "False", reason: ReconcileError, message: "pipeline step failed"}
  - {type: Valid, status: "False", reason: InvalidSpec, message: "spec.region: Required value"}
`,
			want: health{Status: "Degraded", Message: "Valid: spec.region: Required value"},
		},
		"UpgradeBlocked": {
			reason: "Everything is ready, but the claim's version will never be installed.",
			object: `
status:
  conditions:
  - {type: Valid, status: "True"}
  - {type: Synced, status: "True"}
  - {type: Ready, status: "True"}
  - {type: UpgradeBlocked, status: "True", reason: OlderThanRunning, message: "1.34 is older than 1.35"}
`,
			want: health{Status: "Degraded", Message: "UpgradeBlocked: 1.34 is older than 1.35"},
		},
		"NotSynced": {
			reason: "Crossplane reports its errors in Synced.",
			object: `
status:
  conditions:
  - {type: Valid, status: "True"}
  - {type: Synced, status: "False", reason: ReconcileError, message: "cannot apply"}
`,
			want: health{Status: "Degraded", Message: "Synced: cannot apply"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, check(t, tc.object)); diff != "" {
				t.Errorf("%s\nhealth: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
