package screen

import (
	"fmt"
	"strings"

	"unitd/policy/doctor"
)

// proseWidth is for what is no terminal.
const proseWidth = 80

// doctorMarks are what a finding begins with: that it matters shows without colour, too.
var doctorMarks = map[doctor.Level]struct{ mark, colour string }{
	doctor.Fine: {"●", green}, doctor.Note: {"○", ""}, doctor.Problem: {"!", yellow}, doctor.Missing: {"×", red},
}

// Doctor draws what was found of a host and an account, and what follows from it.
// It is prose, so lines are broken for pipes too.
func Doctor(findings []doctor.Finding, style Style) string {
	if style.Width == 0 {
		style.Width = proseWidth
	}
	var b strings.Builder
	name, counts := 0, map[doctor.Level]int{}
	for _, f := range findings {
		name = max(name, len(f.Name))
		counts[f.Level]++
	}
	indent := name + 4 // behind the mark, a space, the name and two more
	for _, f := range findings {
		mark := doctorMarks[f.Level]
		found := Plain(f.Found)
		if len(f.Units) > 0 {
			found = strings.Join(f.Units, ", ") + ": " + found
		}
		line := style.wrap("  "+pad(f.Name, name, false)+"  "+found, indent)
		fmt.Fprintf(&b, "%s%s\n", style.paint(mark.colour, mark.mark), strings.TrimPrefix(line, " "))
		for _, more := range []string{f.Effect, f.Ask} {
			if more != "" {
				fmt.Fprintln(&b, style.wrap(strings.Repeat(" ", indent)+Plain(more), indent))
			}
		}
	}
	fmt.Fprintf(&b, "\n%s\n", style.wrap(doctorSummary(counts), 0))
	return b.String()
}

func doctorSummary(counts map[doctor.Level]int) string {
	switch {
	case counts[doctor.Missing] > 0:
		return "something is missing without which units do not start"
	case counts[doctor.Problem] > 0:
		return Count(counts[doctor.Problem], "problem") + "; units start all the same"
	}
	return "nothing keeps units from starting"
}
