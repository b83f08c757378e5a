package screen

import (
	"fmt"
	"strings"
	"time"

	"unitd/ipc/protocol"
)

// The columns of events: they come one by one, so nobody knows how wide the next will be.
const (
	eventUnit   = 14
	eventChange = 26
)

// eventTime is RFC 3339 in milliseconds, as all times in logs are.
const eventTime = "2006-01-02T15:04:05.000Z07:00"

// Event draws one event: when, what, from where to where, which process, why. On a terminal the time is that of
// the clock on the wall.
func Event(e protocol.Event, style Style) string {
	name := "unitd"
	switch {
	case e.Worker > 0:
		name = WorkerName(e.Unit, e.Worker)
	case e.Unit != "":
		name = e.Unit
	}
	line := style.moment(e.At) + "  " + pad(name, eventUnit, false) + "  " + pad(change(e), eventChange, false)
	if e.PID > 0 {
		line += fmt.Sprintf("  pid %d", e.PID)
	}
	if e.Reason != "" {
		line += "  " + Plain(e.Reason)
	}
	text := style.wrap(strings.TrimRight(line, " "), eventIndent)
	return style.paint(eventColour(e), text)
}

// eventIndent is how far the rest of a long event is indented.
const eventIndent = 10

// change says from where to where, or what else it is.
func change(e protocol.Event) string {
	switch {
	case e.To == nil:
		return e.What
	case e.From == nil || *e.From == *e.To:
		return State(e.To.Active, e.To.Sub)
	}
	return State(e.From.Active, e.From.Sub) + " → " + State(e.To.Active, e.To.Sub)
}

// eventColour marks what somebody should look at.
func eventColour(e protocol.Event) string {
	switch {
	case e.What == "alert-failed":
		return yellow
	case e.To == nil:
		return faint
	case e.To.Active == protocol.Failed:
		return red
	case e.To.Sub == "auto-restart", e.From != nil && *e.From == *e.To:
		return yellow
	}
	return ""
}

// moment writes a time: on a terminal without what goes without saying.
func (s Style) moment(at time.Time) string {
	if s.Width == 0 {
		return at.Format(eventTime)
	}
	at = at.In(s.Now.Location())
	if at.Format(time.DateOnly) == s.Now.Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return at.Format("Jan 02 15:04:05")
}
