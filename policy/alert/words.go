package alert

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// Bounds of what a message holds, in bytes.
const (
	maxReason  = 1 << 10
	maxSummary = 512
	maxLog     = 4 << 10
)

// Where is what a message says of where it comes from.
type Where struct{ Host, Account string }

// Words makes of a message what people and programs are told, with the last lines that the unit has written.
func (m Message) Words(def *units.Unit, where Where, log []string) units.AlertScope {
	s := units.AlertScope{
		Name: m.Alert, Event: string(m.Kind), Unit: string(m.Unit), Description: oneLine(def.Description, maxSummary),
		State: m.State, Reason: bounded(m.Reason), At: m.At.Format(time.RFC3339), Host: where.Host, Account: where.Account,
		LeftOut: m.LeftOut, Run: m.Run, Commit: m.Commit, Log: lastLines(log),
	}
	s.Summary = oneLine(m.summary(where), maxSummary)
	return s
}

// summary says all in a line: "app.api on web1 (shop) failed: exit 3".
func (m Message) summary(where Where) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s (%s) ", m.Unit, where.Host, where.Account)
	switch m.Kind {
	case units.AlertFailed:
		b.WriteString("failed")
	case units.AlertRecovered:
		b.WriteString("recovered")
	case units.AlertDeployed:
		b.WriteString("deployed")
	case units.AlertRolledBack:
		b.WriteString("rolled back")
	}
	if m.Run > 0 {
		fmt.Fprintf(&b, " #%d", m.Run)
	}
	if m.Commit != "" {
		b.WriteString(" " + m.Commit[:min(len(m.Commit), shortCommit)])
	}
	if m.Reason != "" {
		b.WriteString(": " + m.Reason)
	}
	switch {
	case m.LeftOut == 1:
		b.WriteString(" (1 alert before this one was left out)")
	case m.LeftOut > 1:
		fmt.Fprintf(&b, " (%d alerts before this one were left out)", m.LeftOut)
	}
	return b.String()
}

const shortCommit = 7

// wellAgain words a recovery.
func wellAgain(def *units.Unit, after time.Duration) string {
	what := "active again"
	if finishes(def) {
		what = "it has run with success again"
	}
	return what + ", " + lifecycle.DurationText(max(after, 0).Truncate(time.Second)) + " after it had failed"
}

// Sample is what a test of an alert sends.
func Sample(unit units.ID, alert string, at time.Time) Message {
	return Message{Unit: unit, Alert: alert, Item: Item{
		Kind: units.AlertFailed, At: at, State: "failed (test)", Reason: "this is a test by unitctl alert test: nothing has failed",
	}}
}

// bounded cuts a text that is too long, and takes control characters out of it but for line breaks and tabs.
func bounded(text string) string {
	return cut(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "\uFFFD")), maxReason)
}

// oneLine makes one line of a text.
func oneLine(text string, most int) string {
	return cut(strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), " "), most)
}

// lastLines joins lines, and leaves the first ones out where they are too long together.
func lastLines(lines []string) string {
	total, first := 0, len(lines)
	clean := make([]string, len(lines))
	for i := len(lines) - 1; i >= 0; i-- {
		clean[i] = bounded(lines[i])
		if total += len(clean[i]) + 1; total > maxLog {
			break
		}
		first = i
	}
	return strings.Join(clean[first:], "\n")
}

// cut ends a text before it is longer than most bytes.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const end = "…"
	return strings.ToValidUTF8(text[:most-len(end)], "") + end
}
