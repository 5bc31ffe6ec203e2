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
	sulks := func(Object) (bool, string) { return false, "it sulks" }

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
		"Ready":           {reason: "What AWS has works, and is what we want.", e: conditions(yes("Synced"), yes("Ready")), want: want{ready: true}},
		"NotReady":        {reason: "It says that it isn't ready.", e: conditions(yes("Synced"), no("Ready", ""))},
		"Unknown":         {reason: "Unknown isn't true.", e: conditions(yes("Synced"), condition("Ready", "Unknown", ""))},
		"OnlySynced":      {reason: "Synced isn't ready.", e: conditions(yes("Synced"))},
		"OnlyReady":       {reason: "Ready may be what it was long ago.", e: conditions(yes("Ready"))},
		"NotSynced":       {reason: "It works, and not as we want: the provider says why.", e: conditions(no("Synced", "update failed: no"), yes("Ready")), want: want{why: "update failed: no"}},
		"SyncedUnknown":   {reason: "Unknown isn't true.", e: conditions(condition("Synced", "Unknown", ""), yes("Ready"))},
		"ReadyAndFailed":  {reason: "The last attempt may be long ago, and is forgotten by nobody but its provider.", e: conditions(yes("Synced"), yes("Ready"), no("LastAsyncOperation", "create failed")), want: want{ready: true}},
		"CreatingAgain":   {reason: "While a provider tries again it only tells how the last attempt ended.", e: conditions(yes("Synced"), no("Ready", ""), no("LastAsyncOperation", "create failed")), want: want{why: "create failed"}},
		"SyncedFirst":     {reason: "What is said of now is said before what is said of the last attempt, wherever it stands.", e: conditions(no("LastAsyncOperation", "then"), no("Synced", "now")), want: want{why: "now"}},
		"ReadyLast":       {reason: "An object says itself why it isn't ready.", e: conditions(yes("Synced"), no("Ready", "no node class")), want: want{why: "no node class"}},
		"AttemptWasFine":  {reason: "Of an attempt that went well there's nothing to tell.", e: conditions(condition("LastAsyncOperation", "True", "fine"))},
		"Paused":          {reason: "Nobody looks after it.", e: conditions(map[string]any{"type": "Synced", "status": "False", "reason": "ReconcilePaused"}, yes("Ready")), want: want{why: "its reconciliation is paused"}},
		"NoConditions":    {reason: "It says nothing.", e: conditions()},
		"NoStatus":        {reason: "It says nothing at all.", e: Of(&structpb.Struct{})},
		"WrongTypes":      {reason: "Conditions may be anything.", e: conditions("Ready", nil, 3.0)},
		"Existence":       {reason: "A kind that says nothing is ready once it exists.", e: Of(&structpb.Struct{}), r: ReadyByExistence, want: want{ready: true}},
		"Deleted":         {reason: "What is being deleted isn't ready, whatever it says.", e: Of(structOf(t, map[string]any{"metadata": map[string]any{"deletionTimestamp": "2026-01-01T00:00:00Z"}})), r: ReadyByExistence, want: want{why: "it's being deleted"}},
		"Other":           {reason: "What a resource knows of itself is told where its conditions don't.", e: conditions(yes("Synced")), r: sulks, want: want{why: "it sulks"}},
		"OtherAndMessage": {reason: "Conditions know better.", e: conditions(no("Synced", "update failed")), r: sulks, want: want{why: "update failed"}},
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
