package units

import "maps"

// With is the set with some units put in the place of those with the same id, or beside the others. The
// manager needs it while units that the files no longer have are still on their way out, and where a new
// definition was given up for the old one.
func (s *Set) With(list ...*Unit) *Set {
	merged := *s
	merged.Units = maps.Clone(s.Units)
	for _, u := range list {
		merged.Units[u.ID] = u
	}
	merged.graph = NewGraph(merged.Units)
	return &merged
}

// Without is the set without some units.
func (s *Set) Without(ids ...ID) *Set {
	merged := *s
	merged.Units = maps.Clone(s.Units)
	for _, id := range ids {
		delete(merged.Units, id)
	}
	merged.graph = NewGraph(merged.Units)
	return &merged
}
