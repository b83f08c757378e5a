package screen

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"unitd/internal/columns"
	"unitd/ipc/protocol"
)

// Style is what a screen must know of where it is drawn.
type Style struct {
	Now time.Time
	// Width is the most columns that a line may take; 0: no limit, as where the output is no terminal.
	Width  int
	Colour bool
	// Home is written as "~" in paths; "" where it is not known.
	Home string
}

// The colours are those of ECMA-48, "select graphic rendition".
const (
	green  = "32"
	red    = "31"
	yellow = "33"
	faint  = "2"
	bold   = "1"
)

func (s Style) paint(code, text string) string {
	if !s.Colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// fit cuts text where the line that begins with `used` columns would be too long; nothing is left of it
// where there is no room at all.
func (s Style) fit(text string, used int) string {
	if s.Width == 0 {
		return text
	}
	if s.Width <= used {
		return ""
	}
	return columns.Cut(text, s.Width-used)
}

// wrap breaks a line at spaces where it would be too long, and begins what follows with an indent. A word
// that no line has room for is cut.
func (s Style) wrap(line string, indent int) string {
	if s.Width == 0 {
		return line
	}
	lines := columns.Wrap(line, s.Width, indent)
	for i := range lines {
		lines[i] = s.fit(lines[i], 0)
	}
	return strings.Join(lines, "\n")
}

// pad fills text with spaces to a width; left tells on which side.
func pad(text string, width int, left bool) string {
	missing := width - columns.Width(text)
	if missing <= 0 {
		return text
	}
	if left {
		return strings.Repeat(" ", missing) + text
	}
	return text + strings.Repeat(" ", missing)
}

// Plain makes text from a program safe to show: one line, nothing that a terminal would obey.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, text)
}

// Duration writes how long something took or is ago, in its largest unit: "41 s", "5 min", "2 h", "3 d".
func Duration(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d d", d/(24*time.Hour))
}

func (s Style) ago(t time.Time) string {
	if s.Now.Sub(t) < time.Second {
		return "just now"
	}
	return Duration(s.Now.Sub(t)) + " ago"
}

// Size writes bytes in powers of 1024: "840K", "92M", "1.0G".
func Size(bytes int64) string {
	const k = 1 << 10
	switch {
	case bytes < k:
		return fmt.Sprintf("%dB", bytes)
	case bytes < k*k:
		return fmt.Sprintf("%dK", bytes/k)
	case bytes < k*k*k:
		return fmt.Sprintf("%dM", bytes/k/k)
	}
	return fmt.Sprintf("%.1fG", float64(bytes)/(k*k*k))
}

// Path writes a path below the home directory with "~".
func (s Style) Path(path string) string {
	if rest, ok := strings.CutPrefix(path, s.Home+"/"); ok && s.Home != "" {
		return "~/" + rest
	}
	return path
}

// State writes active and sub in the shortest way that says both: "active", "active (exited)",
// "auto-restart".
func State(active, sub string) string {
	switch {
	case sub == "" || active == protocol.Active && sub == "running" || sub == active:
		return active
	case active == protocol.Activating && (sub == "waiting" || sub == "delay" || sub == "auto-restart"):
		return sub
	}
	return active + " (" + sub + ")"
}

// mark is the sign before a unit, as systemctl draws it, with its colour.
func mark(active, sub string) (sign, colour string) {
	switch {
	case active == protocol.Failed || sub == "auto-restart":
		return "×", red
	case active == protocol.Inactive:
		return "○", faint
	case active == protocol.Reloading:
		return "↻", yellow
	case active == protocol.Active && sub == "degraded", active != protocol.Active:
		return "●", yellow
	}
	return "●", green
}

// ShortName is how people call a unit: NAME, or NAME.KEY for an instance.
func ShortName(id string) string {
	_, name, found := strings.Cut(id, ".")
	if !found {
		return id
	}
	base, key, instance := strings.Cut(name, `["`)
	if !instance {
		return name
	}
	return base + "." + strings.TrimSuffix(key, `"]`)
}

// WorkerName is how people call a worker: "api/2".
func WorkerName(id string, index int) string { return fmt.Sprintf("%s/%d", ShortName(id), index) }

// Count writes a count with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
