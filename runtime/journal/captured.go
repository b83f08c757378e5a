package journal

import (
	"strings"
	"time"
)

// A captured line is one that the manager has read from a program and written to its log itself: the time at which it was
// read, which stream it came by, and its text.
//
//	2026-05-01T12:00:00.123456+02:00 stderr no such table: users

// The streams of captured lines. Manager is what unitd itself says there, such as how many lines it has left out.
const (
	Stdout  = "stdout"
	Stderr  = "stderr"
	Manager = "unitd"
)

const capturedTime = "2006-01-02T15:04:05.000000Z07:00"

// AppendCaptured appends a captured line with its newline.
func AppendCaptured(dst []byte, at time.Time, stream string, text []byte) []byte {
	dst = at.AppendFormat(dst, capturedTime)
	dst = append(dst, ' ')
	dst = append(dst, stream...)
	dst = append(dst, ' ')
	dst = append(dst, text...)
	return append(dst, '\n')
}

// cutCaptured takes a captured line apart; ok is false for all others.
func cutCaptured(line string) (at time.Time, stream, text string, ok bool) {
	const least = len("2006-01-02T15:04:05.000000Z stdout")
	if len(line) < least-1 || line[0] < '0' || line[0] > '9' || line[10] != 'T' || line[19] != '.' {
		return at, "", line, false
	}
	stamp, rest, found := strings.Cut(line, " ")
	stream, text, _ = strings.Cut(rest, " ")
	if !found || stream != Stdout && stream != Stderr && stream != Manager {
		return at, "", line, false
	}
	at, err := time.Parse(capturedTime, stamp)
	if err != nil {
		return at, "", line, false
	}
	return at, stream, text, true
}
