package screen

import (
	"fmt"
	"strings"
	"time"

	"unitd/ipc/protocol"
)

// Timers draws one line for each job: when it runs next and in how long that is, when it ran last, and how that went.
func Timers(list []protocol.Timer, style Style) string {
	if len(list) == 0 {
		return "no jobs\n"
	}
	table := [][]string{{"JOB", "NEXT", "IN", "LAST", "RESULT"}}
	for _, t := range list {
		table = append(table, []string{t.ID, nextRun(t), untilNext(t, style), lastRun(t, style), resultOf(t, style)})
	}
	return grid(table, style)
}

// clock is how a time is written in the table, in the zone of the job.
func clock(at time.Time) string {
	if at.Second() != 0 {
		return at.Format("2006-01-02 15:04:05 -07:00")
	}
	return at.Format("2006-01-02 15:04 -07:00")
}

func nextRun(t protocol.Timer) string {
	switch {
	case !t.Next.IsZero():
		return clock(t.Next)
	case t.Schedule == "" && t.Every == "":
		return "on demand"
	}
	return "disabled"
}

func untilNext(t protocol.Timer, style Style) string {
	if t.Next.IsZero() {
		return "-"
	}
	return Duration(t.Next.Sub(style.Now) + time.Second - 1)
}

// lastRun is to the minute on a terminal, which has no room for more.
func lastRun(t protocol.Timer, style Style) string {
	exact := time.Duration(1)
	if style.Width > 0 {
		exact = time.Minute
	}
	switch {
	case t.Running != nil:
		return clock(t.Running.Started.Truncate(exact))
	case t.Last != nil:
		return clock(t.Last.Started.Truncate(exact))
	}
	return "-"
}

// resultOf says how the last run went, or how the one goes that is under way.
func resultOf(t protocol.Timer, style Style) string {
	var words []string
	switch {
	case t.Running != nil:
		text := "running, " + length(time.Duration(t.Running.Duration)*time.Millisecond)
		if t.Running.Attempts > 1 {
			text += fmt.Sprintf(", attempt %d", t.Running.Attempts)
		}
		words = append(words, style.paint(yellow, text))
		if t.Queued {
			words = append(words, "another run follows it")
		}
	case t.Last != nil:
		text := t.Last.Result
		switch t.Last.Result {
		case "ok":
		case "stop", "interrupted":
			text = style.paint(yellow, text)
		default:
			text = style.paint(red, text)
		}
		text += ", " + length(time.Duration(t.Last.Duration)*time.Millisecond)
		if t.Last.Reason != "" {
			text += ": " + Plain(t.Last.Reason)
		}
		words = append(words, text)
	}
	if t.Note != "" {
		words = append(words, Plain(t.Note))
	}
	return strings.Join(words, "; ")
}
