package probe

import "testing"

func TestStatuses(t *testing.T) {
	s := Statuses{{200, 399}, {204, 204}, {418, 420}}
	if text := s.String(); text != "200-399, 204, 418-420" {
		t.Errorf("String: %s", text)
	}
	for status, contained := range map[int]bool{199: false, 200: true, 399: true, 400: false, 419: true} {
		if s.Contain(status) != contained {
			t.Errorf("Contain(%d) = %v", status, !contained)
		}
	}
}
