package probe

import (
	"strconv"
	"strings"
)

// StatusRange is a range of HTTP statuses, both ends included.
type StatusRange struct{ From, To int }

// Statuses are the HTTP statuses that count as well.
type Statuses []StatusRange

// Contain says whether status lies in one of the ranges.
func (s Statuses) Contain(status int) bool {
	for _, r := range s {
		if r.From <= status && status <= r.To {
			return true
		}
	}
	return false
}

// String writes the ranges as unit files do, separated by commas.
func (s Statuses) String() string {
	texts := make([]string, len(s))
	for i, r := range s {
		texts[i] = strconv.Itoa(r.From)
		if r.To != r.From {
			texts[i] += "-" + strconv.Itoa(r.To)
		}
	}
	return strings.Join(texts, ", ")
}
