package object

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/seafarer-cloud/function-seafarer-cluster/apis/v1alpha1"
)

// FuzzDecode checks that any status can be decoded, and that what was decoded is the same
// once it's written and decoded again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"accountId": "111111111111", "versions": {"nodeGroups": [{"name": "system", "version": "1.34"}]}, "resources": {"desired": 3}}`))
	f.Add([]byte(`{"versions": [1, null, {"nodeGroups": "a"}], "network": {"zones": {"zone": true}}, "resources": {"desired": -1e300}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s structpb.Struct
		if protojson.Unmarshal(b, &s) != nil {
			t.Skip("no object")
		}
		var first, second v1alpha1.SeafarerClusterStatus
		decodeStatus(&s, &first)
		written, err := Fields(&first)
		if err != nil {
			t.Fatal(err)
		}
		decodeStatus(written, &second)
		again, err := Fields(&second)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(written.AsMap(), again.AsMap()); diff != "" {
			t.Errorf("-first, +second:\n%s", diff)
		}
	})
}

func decodeStatus(s *structpb.Struct, into *v1alpha1.SeafarerClusterStatus) {
	Of(&structpb.Struct{Fields: map[string]*structpb.Value{"status": structpb.NewStructValue(s)}}).Decode("status", into)
}

func TestDecode(t *testing.T) {
	type item struct {
		Name string `json:"name"`
	}
	type thing struct {
		Name  string `json:"name,omitempty"`
		On    bool   `json:"on,omitempty"`
		Count int32  `json:"count"`
		Inner item   `json:"inner,omitempty"` //nolint:modernize // As the API's types have it.
		Items []item `json:"items,omitempty"`
	}
	cases := map[string]struct {
		reason string
		status any
		want   thing
	}{
		"All": {
			reason: "Each field is decoded by its JSON name.",
			status: map[string]any{"name": "a", "on": true, "count": 3.0, "inner": map[string]any{"name": "b"}, "items": []any{map[string]any{"name": "c"}, map[string]any{"name": "d"}}},
			want:   thing{Name: "a", On: true, Count: 3, Inner: item{Name: "b"}, Items: []item{{Name: "c"}, {Name: "d"}}},
		},
		"WrongTypes": {
			reason: "A value of another type is omitted, and an item of a list is empty.",
			status: map[string]any{"name": 1.0, "on": "true", "count": "3", "inner": []any{}, "items": []any{1.0, map[string]any{"name": map[string]any{}}}},
			want:   thing{Items: []item{{}, {}}},
		},
		"NoStruct": {
			reason: "A status that isn't an object has no fields.",
			status: "ready",
		},
		"UnknownFields": {
			reason: "Other fields are ignored.",
			status: map[string]any{"other": "a", "": "b"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var got thing
			Of(structOf(t, map[string]any{"status": tc.status})).Decode("status", &got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nDecode(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
