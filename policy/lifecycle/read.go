package lifecycle

import "unitd/units"

// HasRead are the contents of files that what runs of the unit was started with, one for each of its programs: nil where that
// is not known. What reads its files anew before it runs again has read nothing.
func (u *Unit) HasRead() []units.Contents {
	var all []units.Contents
	switch {
	case u.Pool != nil:
		for _, w := range u.Pool.Workers {
			if w.Process.Main != 0 && w.Role == Serving {
				all = append(all, w.Process.Read)
			}
		}
	case u.Timer == nil && u.Pipeline == nil && u.Process != nil && !u.Phase().Down():
		all = append(all, u.Process.Read)
	}
	return all
}
