package units

import (
	"slices"

	"github.com/agext/levenshtein"
)

// nearest returns the one of known that a person who wrote given most likely meant, or "".
func nearest(given string, known []string) string {
	best, bestDistance := "", len(given)/3+2
	for _, name := range slices.Sorted(slices.Values(known)) {
		if d := levenshtein.Distance(given, name, nil); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// didYouMean is the hint for a name that does not exist: the nearest one, or else all of them, or else what to do where
// there is none or there are too many.
func didYouMean(given string, known []string, otherwise string) string {
	if name := nearest(given, known); name != "" {
		return "Did you mean \"" + name + "\"?"
	}
	return thereIs(known, otherwise)
}

// thereIs lists the names that exist, if that helps.
func thereIs(known []string, otherwise string) string {
	if len(known) == 0 || len(known) > 40 {
		return otherwise
	}
	return "There is " + list(slices.Sorted(slices.Values(known)), "and") + "."
}
