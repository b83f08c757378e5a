package units

import (
	"slices"
	"strings"
	"time"
)

// Job is a program that ends, on demand or on a schedule.
type Job struct {
	Process
	Schedule string
	Every    time.Duration
	Timezone string
	Jitter   time.Duration
	Overlap  string
	CatchUp  bool
	Timeout  time.Duration
	Retry    Retry
}

// Retry says how often and when a failed run is tried again.
type Retry struct {
	Attempts        int
	Delay, MaxDelay time.Duration
}

// job reads a job.
func (b *body) job(in setting) *Job {
	j := &Job{Process: b.process(in)}
	j.Type = TypeOneshot
	b.one("restart", func(inner *body) { j.Restart = inner.restart(appRestart(TypeOneshot)) })
	j.Schedule = b.text("schedule", "")
	j.Every = b.duration("every", 0, time.Second)
	if a, ok := b.attr("every"); ok && b.has("schedule") {
		b.error(a.at, "schedule and every together", "Exactly one of them is possible; without both the job runs on demand.")
	}
	if a, ok := b.attr("schedule"); ok && j.Schedule != "" && !isSchedule(j.Schedule) {
		b.error(a.expr.Range(), "schedule is no cron expression", "Write \"15 3 * * *\" (minute hour day month weekday) or \"@daily\".")
	}
	j.Timezone = b.text("timezone", "")
	j.Jitter = b.duration("jitter", 0, 0)
	j.Overlap = b.oneOf("overlap", "skip", "skip", "queue", "kill")
	j.CatchUp = b.flag("catch_up", false)
	j.Timeout = b.duration("timeout", 0, time.Millisecond)
	b.one("retry", func(inner *body) { j.Retry = inner.retry() })
	var program Program
	j.Program, program, _ = b.template(nil)
	b.secrets(&j.Process, in, program, nil)
	b.checkCommand(&j.Process, program)
	return j
}

// retry reads a retry block.
func (b *body) retry() Retry {
	r := Retry{
		Attempts: b.number("attempts", 0, 0, 1000),
		Delay:    b.duration("delay", time.Second, 0),
	}
	r.MaxDelay = b.duration("max_delay", max(time.Minute, r.Delay), 0)
	return r
}

// scheduleField is one field of a cron expression: numbers or names, lists, ranges, steps.
var scheduleField = pattern(`^[0-9A-Za-z*/,?#-]+$`)

// isSchedule recognises the shape of a cron expression.
func isSchedule(text string) bool {
	if word, ok := strings.CutPrefix(text, "@"); ok {
		switch word {
		case "yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly":
			return true
		}
		return false
	}
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return false
	}
	return !slices.ContainsFunc(fields, func(field string) bool { return !scheduleField().MatchString(field) })
}
