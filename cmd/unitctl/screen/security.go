package screen

import (
	"fmt"
	"strings"

	"unitd/internal/columns"
	"unitd/ipc/protocol"
)

// Exposures is one line for each unit.
func Exposures(list []protocol.Security, style Style) string {
	width := columns.Width("UNIT")
	for _, s := range list {
		width = max(width, columns.Width(s.ID))
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s  EXPOSURE  LEVEL\n", pad("UNIT", width, false))
	for _, s := range list {
		fmt.Fprintf(&text, "%s  %8.1f  %s\n", pad(s.ID, width, false), s.Exposure, style.paint(levelColour(s.Level), s.Level))
	}
	return text.String()
}

// Security lists the checks of units, with what each adds to the exposure.
func Security(list []protocol.Security, style Style) string {
	var text strings.Builder
	for i, s := range list {
		if i > 0 {
			text.WriteString("\n")
		}
		width := columns.Width("CHECK")
		for _, c := range s.Checks {
			width = max(width, columns.Width(c.Name))
		}
		fmt.Fprintf(&text, "  %s  EXPOSURE  DESCRIPTION\n", pad("CHECK", width, false))
		for _, c := range s.Checks {
			mark, colour, share := "✓", green, ""
			if !c.OK {
				mark, colour, share = "✗", red, fmt.Sprintf("%.1f", c.Exposure)
			}
			words := c.Description
			if c.Note != "" {
				words += " (asked for, but " + Plain(c.Note) + ")"
			}
			line := pad(c.Name, width, false) + "  " + pad(share, columns.Width("EXPOSURE"), true) + "  "
			indent := columns.Width(line) + 2
			text.WriteString(style.paint(colour, mark) + " " + line)
			lines := columns.Wrap(words, max(style.Width-indent, narrowestWords), 0)
			if style.Width == 0 {
				lines = []string{words}
			}
			text.WriteString(strings.Join(lines, "\n"+strings.Repeat(" ", indent)) + "\n")
		}
		fmt.Fprintf(&text, "→ exposure of %s: %.1f %s\n", s.ID, s.Exposure, style.paint(levelColour(s.Level), s.Level))
	}
	return text.String()
}

// narrowestWords is the least columns that a description takes.
const narrowestWords = 20

func levelColour(level string) string {
	switch level {
	case "PERFECT", "SAFE", "OK":
		return green
	case "MEDIUM":
		return yellow
	}
	return red
}
