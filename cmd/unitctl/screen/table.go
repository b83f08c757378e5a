package screen

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"unitd/internal/columns"
	"unitd/ipc/protocol"
)

// widestUnit is the most columns that names take where the width is limited, narrowestUnit the least.
const (
	widestUnit    = 34
	narrowestUnit = 12
)

// row is one line of the table of units.
type row struct {
	mark, colour                       string
	unit, state, pid, up, memory, note string
	// output is a line that the unit wrote last, and name what to ask `unitctl logs` for.
	output, name string
	failed       bool
}

var header = row{mark: "", unit: "UNIT", state: "STATE", pid: "PID", up: "UP", memory: "MEM", note: "NOTE"}

// rows lists the units as a tree: members below their supervisor, workers below their pool.
func rows(list []protocol.UnitStatus, style Style) []row {
	var table []row
	for _, n := range tree(list) {
		table = append(table, unitRow(n.unit, n.depth, style))
		for _, w := range n.unit.Workers {
			table = append(table, workerRow(n.unit, w, n.depth+1, style))
		}
	}
	return table
}

func unitRow(u protocol.UnitStatus, depth int, style Style) row {
	r := row{
		unit: strings.Repeat("  ", depth) + u.ID, state: State(u.Active, u.Sub),
		note: Plain(u.Note), name: ShortName(u.ID), failed: u.Active == protocol.Failed,
	}
	if r.note == "" {
		r.note = Plain(u.StatusText)
	}
	r.mark, r.colour = mark(u.Active, u.Sub)
	switch u.Active {
	case protocol.Active, protocol.Reloading, protocol.Deactivating:
		if !u.Since.IsZero() {
			r.up = Duration(style.Now.Sub(u.Since))
		}
	}
	r.pid, r.memory = figures(u.MainPID, u.MemoryBytes)
	r.output = lastOf(u.LastOutput)
	return r
}

func workerRow(u protocol.UnitStatus, w protocol.Worker, depth int, style Style) row {
	status := protocol.UnitStatus{
		ID: WorkerName(u.ID, w.Index), Active: w.Active, Sub: w.Sub, Since: w.Since,
		MainPID: w.MainPID, MemoryBytes: w.MemoryBytes, Note: w.Note, LastOutput: w.LastOutput,
	}
	r := unitRow(status, depth, style)
	r.name = status.ID
	return r
}

func figures(pid int, memory int64) (pidText, memoryText string) {
	if pid > 0 {
		pidText = fmt.Sprint(pid)
	}
	if memory > 0 {
		memoryText = Size(memory)
	}
	return pidText, memoryText
}

func lastOf(lines []string) string {
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(Plain(lines[i])); line != "" {
			return line
		}
	}
	return ""
}

// noteLines is the most lines that a note takes in its column, and narrowestNote the least columns that it is given for
// that. A longer one stands below its row, where it has belowIndent columns less than the screen and belowLines lines.
const (
	noteLines     = 2
	narrowestNote = 16
	belowIndent   = 10
	belowLines    = 3
)

// layout is the widths of a table.
type layout struct {
	unit, state, pid, up, memory int
	tight                        bool // smaller gaps, so that the notes fit
}

func measure(table []row, style Style) layout {
	var c layout
	note := 0
	for _, r := range append([]row{header}, table...) {
		c.unit = max(c.unit, columns.Width(r.unit))
		c.state = max(c.state, columns.Width(r.state))
		c.pid = max(c.pid, len(r.pid))
		c.up = max(c.up, len(r.up))
		c.memory = max(c.memory, len(r.memory))
		note = max(note, columns.Width(r.note))
	}
	if style.Width > 0 {
		others := c.note() - len("  ") - c.unit
		c.unit = min(c.unit, widestUnit, max(style.Width-others, narrowestUnit))
	}
	c.tight = note > c.room(style)
	c.tight = c.tight && note <= c.room(style)
	return c
}

// gaps are the spaces before UP and before MEM.
func (c layout) gaps() (up, memory int) {
	if c.tight {
		return 2, 1
	}
	return 3, 2
}

// note is the column where notes begin.
func (c layout) note() int {
	up, memory := c.gaps()
	return 2 + c.unit + 1 + c.state + 1 + c.pid + up + c.up + memory + c.memory + 2
}

// room is how many columns notes have.
func (c layout) room(style Style) int { return max(style.Width-c.note(), 1) }

// notes is what a row says at its end and what continues there, in the column of notes.
func (c layout) notes(r row, style Style) []string {
	if style.Width == 0 {
		return []string{r.note}
	}
	lines := wrapNote(r.note, c.room(style))
	if c.below(r, style) {
		return []string{""}
	}
	return lines
}

// below tells whether a note has no room in its column.
func (c layout) below(r row, style Style) bool {
	room := c.room(style)
	return style.Width > 0 && columns.Width(r.note) > room && (room < narrowestNote || len(wrapNote(r.note, room)) > noteLines)
}

// noteBelow is a note that has no room in its column, as it stands below its row; whole is false where not even that
// has room for it.
func noteBelow(note string, style Style) (lines []string, whole bool) {
	room := max(style.Width-belowIndent, narrowestNote)
	lines = wrapNote(note, room)
	if len(lines) <= belowLines {
		return lines, true
	}
	rest := strings.Join(lines[belowLines-1:], " ")
	return append(lines[:belowLines-1], columns.First(rest, room-1)+"…"), false
}

// wrapNote breaks a note into lines of at most room columns.
func wrapNote(note string, room int) []string {
	lines := columns.Wrap(together(note), room, 0)
	for i := range lines {
		lines[i] = strings.ReplaceAll(columns.Cut(lines[i], room), unbroken, " ")
	}
	return lines
}

// unbroken is a space at which no line is broken.
const unbroken = "\u00a0"

// quantity is a number with its unit.
var quantity = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([0-9]) (ms|s|min|h|d)\b`) })

// together keeps quantities on one line.
func together(text string) string { return quantity().ReplaceAllString(text, "${1}"+unbroken+"${2}") }

// line draws one row. The header has no mark, so its first word stands where the marks are.
func (c layout) line(r row, style Style) string {
	unit := columns.Cut(r.unit, c.unit)
	begin := pad(r.mark, 1, false) + " " + pad(unit, c.unit, false)
	if r.mark == "" {
		begin = pad(unit, c.unit+2, false)
	}
	state := pad(r.state, c.state, false)
	up, memory := c.gaps()
	rest := " " + pad(r.pid, c.pid, true) + pad("", up, false) + pad(r.up, c.up, false) +
		pad("", memory, false) + pad(r.memory, c.memory, true)
	notes := c.notes(r, style)
	if notes[0] != "" {
		rest += "  " + notes[0]
	}
	if r.mark != "" {
		begin = style.paint(r.colour, r.mark) + strings.TrimPrefix(begin, r.mark)
	}
	if r.failed {
		state = style.paint(red, state)
	}
	line := strings.TrimRight(begin+" "+state+rest, " ")
	for _, more := range notes[1:] {
		line += "\n" + pad("", c.note(), false) + more
	}
	return line
}

// draw draws the table, and below a row its note where that is long, and the last line that a failing one wrote.
func draw(table []row, style Style) string {
	var b strings.Builder
	c := measure(table, style)
	fmt.Fprintln(&b, style.paint(bold, c.line(header, style)))
	for _, r := range table {
		fmt.Fprintln(&b, c.line(r, style))
		if c.below(r, style) {
			lines, _ := noteBelow(r.note, style)
			for _, line := range lines {
				fmt.Fprintln(&b, pad("", belowIndent, false)+line)
			}
		}
		if r.output != "" {
			fmt.Fprintln(&b, outputLine(r, style))
		}
	}
	return b.String()
}

func outputLine(r row, style Style) string {
	indent := pad("", belowIndent, false)
	hint := "   (unitctl logs " + r.name + ")"
	output := r.output
	if style.Width > 0 {
		output = columns.Cut(output, max(20, style.Width-len(indent)-len(hint)))
	}
	return indent + output + style.paint(faint, hint)
}
