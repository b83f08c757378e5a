package units

import (
	"slices"
	"testing"
)

func TestParseCPUs(t *testing.T) {
	for text, want := range map[string]struct {
		cpus []int
		text string
	}{
		"0": {[]int{0}, "0"}, "0-1,3": {[]int{0, 1, 3}, "0-1,3"}, "3, 1,0": {[]int{0, 1, 3}, "0-1,3"},
		"5-7,6,7-8": {[]int{5, 6, 7, 8}, "5-8"}, "8191": {[]int{8191}, "8191"},
	} {
		got, err := ParseCPUs(text)
		if err != nil || !slices.Equal(got, want.cpus) || FormatCPUs(got) != want.text {
			t.Errorf("%s: %v %q, %v; want %v %q", text, got, FormatCPUs(got), err, want.cpus, want.text)
		}
	}
	for _, text := range []string{"", "-1", "0-", "1-0", "0,,1", "8192", "0-9999999999", "a", "+1", "0 1", "0.5"} {
		if got, err := ParseCPUs(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}
