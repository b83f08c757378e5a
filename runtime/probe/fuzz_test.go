package probe

import (
	"strings"
	"testing"
)

// FuzzStatuses reads any text as ranges of statuses: what is taken is the same when it is written and read again.
func FuzzStatuses(f *testing.F) {
	for _, seed := range []string{"200-399", "204", "200, 500-599", "399-200", "+200", " 200 - 300 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statuses, err := ParseStatuses(strings.Split(text, ","))
		if err != nil {
			return
		}
		again, err := ParseStatuses(strings.Split(statuses.String(), ", "))
		if err != nil || again.String() != statuses.String() || statuses.Contain(99) || statuses.Contain(600) {
			t.Errorf("%q: %v, read again %v, %v", text, statuses, again, err)
		}
	})
}
