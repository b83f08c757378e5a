package screen

import (
	"fmt"
	"slices"
	"strings"

	"unitd/internal/columns"
)

// grid draws rows below a header, each column as wide as its widest cell. The last one says what takes words: it is
// broken into lines, and stands below its row where there is no room beside.
func grid(table [][]string, style Style) string {
	widths := make([]int, len(table[0])-1)
	for _, row := range table {
		for i := range widths {
			widths[i] = max(widths[i], columns.Width(row[i]))
		}
	}
	room := style.Width // of words beside; where one row needs more, and that is narrow, all stand below
	for _, width := range widths {
		room -= width + 2
	}
	below := style.Width > 0 && room < narrowestNote && slices.ContainsFunc(table, func(row []string) bool {
		return columns.Width(row[len(row)-1]) > room
	})
	var b strings.Builder
	for i, row := range table {
		begin := ""
		for i, width := range widths {
			begin += pad(row[i], width, false) + "  "
		}
		line := strings.TrimRight(style.wrap(begin+row[len(row)-1], columns.Width(begin)), " ")
		if below {
			line = strings.TrimRight(style.fit(begin, 0), " ")
			if words := row[len(row)-1]; i > 0 && words != "" {
				line += "\n" + style.wrap("    "+words, 4)
			}
		}
		if i == 0 {
			line = style.paint(bold, line)
		}
		fmt.Fprintln(&b, line)
	}
	return b.String()
}
