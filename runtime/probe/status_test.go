package probe

import (
	"slices"
	"strings"
	"testing"
)

func TestParseStatuses(t *testing.T) {
	got, err := ParseStatuses([]string{"200-399", "204", "418 - 420"})
	want := Statuses{{200, 399}, {204, 204}, {418, 420}}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("got %v, %v, want %v", got, err, want)
	}
	if text := got.String(); text != "200-399, 204, 418-420" {
		t.Errorf("String: %s", text)
	}
	for status, contained := range map[int]bool{199: false, 200: true, 399: true, 400: false, 419: true} {
		if got.Contain(status) != contained {
			t.Errorf("Contain(%d) = %v", status, !contained)
		}
	}
}

func TestParseStatusesRefuses(t *testing.T) {
	for _, text := range []string{"", "-", "200-", "-399", "2xx", "99", "600", "399-200", "200-300-400"} {
		if got, err := ParseStatuses([]string{text}); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		} else if !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("%q: the error does not name it: %v", text, err)
		}
	}
}
