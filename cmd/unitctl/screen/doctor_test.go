package screen

import (
	"strings"
	"testing"

	"unitd/internal/columns"
	"unitd/policy/doctor"
)

func TestDoctor(t *testing.T) {
	findings := []doctor.Finding{
		{Name: "kernel", Level: doctor.Fine, Found: "Linux 6.8"},
		{
			Name: "home directory", Level: doctor.Problem, Found: strings.Repeat("much is said ", 12), Effect: strings.Repeat("and more ", 20),
			Ask: "Make room.",
		},
		{Name: "required", Level: doctor.Missing, Found: "hidden: no", Units: []string{"app.a", "app.b"}},
	}
	for _, width := range []int{0, 40, 80} {
		for line := range strings.Lines(Doctor(findings, Style{Width: width})) {
			most := width
			if most == 0 {
				most = 80
			}
			if columns.Width(strings.TrimSuffix(line, "\n")) > most {
				t.Errorf("at %d columns: %q", width, line)
			}
		}
	}
	got := Doctor(findings, Style{})
	for _, want := range []string{
		"● kernel          Linux 6.8\n", "! home directory  much is said", "\n                  Make room.\n",
		"× required        app.a, app.b: hidden: no\n", "\n\nsomething is missing without which units do not start\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "\x1b") || !strings.Contains(Doctor(findings, Style{Width: 80, Colour: true}), "\x1b[") {
		t.Error("colour is for terminals")
	}
	if got := Doctor(findings[:1], Style{}); !strings.HasSuffix(got, "\n\nnothing keeps units from starting\n") {
		t.Error(got)
	}
	if got := Doctor(findings[:2], Style{}); !strings.HasSuffix(got, "\n\n1 problem; units start all the same\n") {
		t.Error(got)
	}
}
