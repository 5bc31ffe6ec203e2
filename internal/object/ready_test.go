package object

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func TestJudge(t *testing.T) {
	conditions := func(cs ...any) Object {
		return Of(structOf(t, map[string]any{"status": map[string]any{"conditions": cs}}))
	}
	condition := func(typ, status, message string) any {
		return map[string]any{"type": typ, "status": status, "message": message}
	}
	yes := func(typ string) any { return condition(typ, "True", "") }
	no := func(typ, message string) any { return condition(typ, "False", message) }
	broken := func(Object) (bool, string) { return false, "it's broken" }

	type want struct {
		ready bool
		why   string
	}
	cases := map[string]struct {
		reason string
		e      Object
		r      Readiness
		want   want
	}{
		"Ready":           {reason: "The external resource works, and is as desired.", e: conditions(yes("Synced"), yes("Ready")), want: want{ready: true}},
		"NotReady":        {reason: "The condition Ready is False.", e: conditions(yes("Synced"), no("Ready", ""))},
		"Unknown":         {reason: "Unknown isn't true.", e: conditions(yes("Synced"), condition("Ready", "Unknown", ""))},
		"OnlySynced":      {reason: "Synced isn't ready.", e: conditions(yes("Synced"))},
		"OnlyReady":       {reason: "Ready may be outdated.", e: conditions(yes("Ready"))},
		"NotSynced":       {reason: "It works, but isn't as desired: the provider reports why.", e: conditions(no("Synced", "update failed: no"), yes("Ready")), want: want{why: "update failed: no"}},
		"SyncedUnknown":   {reason: "Unknown isn't true.", e: conditions(condition("Synced", "Unknown", ""), yes("Ready"))},
		"ReadyAndFailed":  {reason: "The provider clears the failure once the resource is as desired.", e: conditions(yes("Synced"), yes("Ready"), no("LastAsyncOperation", "update failed")), want: want{why: "update failed"}},
		"CreatingAgain":   {reason: "While a provider retries, it only reports the result of the last operation.", e: conditions(yes("Synced"), no("Ready", ""), no("LastAsyncOperation", "create failed")), want: want{why: "create failed"}},
		"SyncedFirst":     {reason: "Synced takes precedence over the last operation, whatever the order of conditions.", e: conditions(no("LastAsyncOperation", "then"), no("Synced", "now")), want: want{why: "now"}},
		"ReadyLast":       {reason: "The condition Ready has the reason.", e: conditions(yes("Synced"), no("Ready", "no node class")), want: want{why: "no node class"}},
		"Successful":      {reason: "A successful operation has no error.", e: conditions(condition("LastAsyncOperation", "True", "fine"))},
		"Paused":          {reason: "Its reconciliation is paused.", e: conditions(map[string]any{"type": "Synced", "status": "False", "reason": "ReconcilePaused"}, yes("Ready")), want: want{why: "its reconciliation is paused"}},
		"NoConditions":    {reason: "Without conditions it isn't ready.", e: conditions()},
		"NoStatus":        {reason: "Without a status it isn't ready.", e: Of(&structpb.Struct{})},
		"WrongTypes":      {reason: "Conditions may have any type.", e: conditions("Ready", nil, 3.0)},
		"Existence":       {reason: "A kind without conditions is ready once it exists.", e: Of(&structpb.Struct{}), r: ReadyByExistence, want: want{ready: true}},
		"Deleted":         {reason: "An object that is being deleted isn't ready, whatever its status.", e: Of(structOf(t, map[string]any{"metadata": map[string]any{"deletionTimestamp": "2026-01-01T00:00:00Z"}})), r: ReadyByExistence, want: want{why: "it's being deleted"}},
		"Other":           {reason: "The Readiness's own reason is used if conditions have none.", e: conditions(yes("Synced")), r: broken, want: want{why: "it's broken"}},
		"OtherAndMessage": {reason: "The Readiness's own reason comes first.", e: conditions(no("Synced", "update failed")), r: broken, want: want{why: "it's broken: update failed"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ready, why := tc.r.Judge(tc.e)
			if got := (want{ready, why}); got != tc.want {
				t.Errorf("\n%s\nJudge(...): want %+v, got %+v", tc.reason, tc.want, got)
			}
		})
	}
}
