package lifecycle

import (
	"time"

	"unitd/policy/schedule"
	"unitd/units"
)

// Outlook says in words what of a job is not in the state of its process: when it runs next, how it went last.
// "next 03:15 +01:00", "last ok 41 s".
func (t *Timer) Outlook(def *units.Job, phase Phase, now time.Time) []string {
	var words []string
	add := func(text string) {
		if text != "" {
			words = append(words, text)
		}
	}
	if !phase.Down() {
		if t.Queued {
			add("another run follows it")
		}
		return words
	}
	add(t.Note)
	if !t.At.IsZero() {
		add("next " + timeText(t.At.Time(), now, schedule.Of(def).Zone()))
	}
	if t.Last != nil && phase != Failed {
		add(t.Last.words())
	}
	return words
}

// words say how a run went: "last ok 41 s", "last failed (exit) after 2 s".
func (r *JobRun) words() string {
	took := DurationText(r.Took)
	switch r.Result {
	case RunOK:
		return "last ok " + took
	case RunStopped:
		return "last stopped after " + took
	case RunInterrupted:
		return "last interrupted after " + took
	}
	return "last failed (" + r.Result + ") after " + took
}

// timeText writes a time for people in a zone, without its date where it is less than a day from now.
func timeText(at, now time.Time, zone *time.Location) string {
	layout := "15:04 -07:00"
	if at.Second() != 0 {
		layout = "15:04:05 -07:00"
	}
	if at.Sub(now).Abs() >= 24*time.Hour {
		layout = "2006-01-02 " + layout
	}
	return at.In(zone).Format(layout)
}
