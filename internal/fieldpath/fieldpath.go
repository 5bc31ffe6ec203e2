// Package fieldpath follows the paths of validation errors, such as
// spec.network.zones[0] or spec.tags[example.org/team], through a value.
//
// Such a path has no grammar: some validations write the key of a map after a dot, others in
// brackets, and a key may contain dots and brackets itself. So each step is compared with
// the keys that the value has.
package fieldpath

import (
	"iter"
	"maps"
	"strconv"
	"strings"
)

// Key with which a path continues, the longest of those given, and the rest of the path.
func Key(path string, keys iter.Seq[string]) (key, rest string, ok bool) {
	for k := range keys {
		if r, is := after(path, k); is && (!ok || len(k) > len(key)) {
			key, rest, ok = k, r, true
		}
	}
	return key, rest, ok
}

// after a key in a path: the rest, if the path continues with the key. It's always shorter,
// so that a walk ends in a value that contains itself.
func after(path, key string) (string, bool) {
	if rest, ok := strings.CutPrefix(path, "["+key+"]"); ok {
		return rest, true
	}
	rest, ok := strings.CutPrefix(strings.TrimPrefix(path, "."), key)
	return rest, ok && len(rest) < len(path) && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Index of a list with which a path continues, and the rest of the path.
func Index(path string) (index int, rest string, ok bool) {
	digits, rest, ok := strings.Cut(strings.TrimPrefix(path, "["), "]")
	index, err := strconv.Atoi(digits)
	if !ok || path[0] != '[' || err != nil || index < 0 {
		return 0, path, false
	}
	return index, rest, true
}

// Value of a JSON value at a path, if it has that path.
func Value(v any, path string) (any, bool) {
	for path != "" {
		switch of := v.(type) {
		case map[string]any:
			key, rest, ok := Key(path, maps.Keys(of))
			if !ok {
				return nil, false
			}
			v, path = of[key], rest
		case []any:
			i, rest, ok := Index(path)
			if !ok || i >= len(of) {
				return nil, false
			}
			v, path = of[i], rest
		default:
			return nil, false
		}
	}
	return v, true
}
