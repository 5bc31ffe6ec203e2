package compose

import "strings"

// A Count of resources.
type Count struct {
	// Described resources, those that are withheld included.
	Described int32

	// Existing are those that were observed, and Ready those that are ready.
	Existing, Ready int32
}

// Count the resources.
func (a *Assembly) Count() Count {
	var c Count
	for _, p := range a.Parts {
		for _, s := range p.States {
			c.Described++
			if s.Exists {
				c.Existing++
			}
			if s.Ready {
				c.Ready++
			}
		}
	}
	return c
}

// Next is the first part that isn't ready, by name, and what it waits for: its
// resources that are on their way or fail, or else what those wait for.
func (a *Assembly) Next() (part, waitsFor string) {
	for _, p := range a.Parts {
		l := p.lacks()
		names := make([]string, 0, len(l.failing)+len(l.unready))
		for _, s := range l.failing {
			names = append(names, string(s.Key))
		}
		names = append(names, l.unready...)
		switch {
		case len(names) > 0:
			return p.Name, someOf(names)
		case len(l.causes) > 0:
			return p.Name, strings.Join(l.causes[:min(few, len(l.causes))], "; ")
		}
	}
	return "", ""
}
