package screen

import (
	"regexp"
	"strings"
	"sync"

	"unitd/ipc/protocol"
)

// LogLine writes a line of output, a captured one with its time and stream. With prefix the unit or worker that wrote it
// stands before it.
func LogLine(line protocol.LogLine, prefix bool, style Style) string {
	var b strings.Builder
	if line.Stream != "" { // others have their times, if any, in their text
		stamp := line.Stream
		if !line.Time.IsZero() {
			stamp = line.Time.Format(eventTime) + " " + stamp
		}
		b.WriteString(style.paint(faint, stamp) + " ")
	}
	if prefix {
		name := line.Unit
		if line.Worker > 0 {
			name = WorkerName(line.Unit, line.Worker)
		}
		b.WriteString(style.paint(faint, name+" |") + " ")
	}
	b.WriteString(line.Text)
	return b.String()
}

// colouring is what a program may send to a terminal to colour its lines; other sequences could move the
// cursor or type for the person who reads the log.
var colouring = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\x1b\[[0-9;]*m`) })

// ForTerminal takes out of a line what a terminal would obey, but for tabs and, where colours are wanted,
// colours.
func ForTerminal(text string, colour bool) string {
	var b strings.Builder
	for text != "" {
		if sequence := colouring().FindString(text); sequence != "" {
			if colour {
				b.WriteString(sequence)
			}
			text = text[len(sequence):]
			continue
		}
		plain := text
		if at := strings.IndexByte(text[1:], '\x1b'); at >= 0 {
			plain = text[:at+1]
		}
		text = text[len(plain):]
		for i, part := range strings.Split(plain, "\t") {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(Plain(part))
		}
	}
	return b.String()
}
