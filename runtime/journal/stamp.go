package journal

import (
	"strings"
	"time"
)

// The times of lines. A program's own times are taken where a line begins with one as RFC 3339, ISO 8601, slog and
// Python's logging write it, after a bracket or `time=` or not; without a zone they are local. A line without one belongs
// to the line before it, as those of a stack trace do. Before the first of them in a log nothing is known but between
// which rotations a line was written; no time is invented for it.

// stampForms are tried on the first bytes of a line.
var stampForms = []string{
	"2006-01-02T15:04:05Z07:00", // takes fractions, too
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05 -0700",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05",
	"2006/01/02 15:04:05",
}

const (
	longestStamp = len("2006-01-02T15:04:05.000000000+00:00")
	// longestBegin bytes of a line hold its time, with what may stand before.
	longestBegin = longestStamp + len(`{"time":"`)
)

// stampOf is the time that a line begins with.
func stampOf(text string) (time.Time, bool) {
	if text != "" && strings.IndexByte("[t{\"", text[0]) >= 0 {
		for _, before := range []string{"[unitd ", "[", "time=", `{"time":"`, `"`} {
			if rest, ok := strings.CutPrefix(text, before); ok {
				text = rest
				break
			}
		}
	}
	if len(text) < len("2006-01-02T15:04:05") || text[0] < '0' || text[0] > '9' || text[13] != ':' || text[16] != ':' {
		return time.Time{}, false
	}
	text = text[:min(len(text), longestStamp)]
	end := len("2006-01-02T15:04:05")
	for end < len(text) && strings.IndexByte("0123456789.,:+-Z", text[end]) >= 0 {
		end++
	}
	if at, err := time.ParseInLocation(time.RFC3339, text[:end], time.Local); err == nil {
		return at, true // the usual one, and the fastest to read
	}
	candidates := []string{text[:end], text[:len("2006-01-02T15:04:05")]}
	if zone := end + len(" +0000"); len(text) >= zone && (text[end+1] == '+' || text[end+1] == '-') {
		candidates = append([]string{text[:zone]}, candidates...)
	}
	for _, candidate := range candidates {
		for _, form := range stampForms {
			if at, err := time.ParseInLocation(form, candidate, time.Local); err == nil {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// written says when the bytes before a place were written at the latest, and those after it at the earliest.
type written struct {
	place Position
	at    time.Time
}

// marks are what the times of the files say, oldest first; the last is the end of the live file.
func (l *Log) marks() []written {
	l.mu.Lock()
	defer l.mu.Unlock()
	live, _, err := l.openLive()
	if err != nil {
		return nil
	}
	var all []written
	for _, p := range l.pieces {
		all = append(all, written{p.end(), p.file.at})
	}
	if live == nil {
		return all
	}
	defer live.Close()
	if stat, err := live.Stat(); err == nil {
		all = append(all, written{l.top, stat.ModTime()})
	}
	return all
}

// within are the earliest and latest times at which what is at a place can have been written; zero: not known.
func within(marks []written, at Position) (earliest, latest time.Time) {
	for _, m := range marks {
		if at < m.place {
			return earliest, m.at
		}
		earliest = m.at
	}
	return earliest, time.Time{}
}
