package units

import (
	"errors"
	"time"
)

// Job is a program that ends, on demand or on a schedule.
type Job struct {
	Process
	// Schedule is the cron expression as it is written, Cron as it is read; one or the other of it and Every, or neither:
	// the job runs on demand only.
	Schedule string
	Cron     *Cron
	Every    time.Duration
	// Timezone is a name of the tz database, "" for the zone of unitd, Zone what it means.
	Timezone string
	Zone     *time.Location
	Jitter   time.Duration
	Overlap  Overlap
	CatchUp  bool
	Timeout  time.Duration // of one run; 0: none
	Retry    Retry
}

// Overlap says what happens when a job's time has come and it runs still.
type Overlap string

// What may happen then.
const (
	OverlapSkip  Overlap = "skip"  // that time is left out
	OverlapQueue Overlap = "queue" // it runs again once it has ended
	OverlapKill  Overlap = "kill"  // what runs is ended, and it runs again
)

// Retry says how often and when a failed run is tried again.
type Retry struct {
	Attempts        int // beside the first one
	Delay, MaxDelay time.Duration
}

// Scheduled reports a job that runs by itself.
func (j *Job) Scheduled() bool { return j.Cron != nil || j.Every > 0 }

// job reads a job.
func (b *body) job(in setting) *Job {
	j := &Job{Process: b.process(in)}
	j.Type = TypeOneshot
	b.restarts(&j.Restart, appRestart(TypeOneshot))
	b.checkRepeats(&j.Process, "job")
	b.schedule(j)
	j.Timeout = b.duration("timeout", 0, time.Millisecond)
	b.one("retry", func(inner *body) { j.Retry = inner.retry() })
	var program Program
	j.Program, program, _ = b.template(nil)
	b.secrets(&j.Process, in, program, nil)
	b.checkCommand(&j.Process, program)
	b.checkBeside(&j.Process, program)
	b.checkRights(&j.Process, program)
	return j
}

// schedule reads when the job runs by itself, and how.
func (b *body) schedule(j *Job) {
	b.cron(j)
	j.Every = b.duration("every", 0, time.Second)
	j.Timezone = b.text("timezone", "")
	j.Jitter = b.duration("jitter", 0, 0)
	j.Overlap = Overlap(b.oneOf("overlap", string(OverlapSkip), string(OverlapSkip), string(OverlapQueue), string(OverlapKill)))
	j.CatchUp = b.flag("catch_up", false)
	switch {
	case j.Every > 0 && j.Schedule != "":
		a, _ := b.attr("every")
		b.error(a.at, "schedule and every together", "Exactly one of them is possible; without both the job runs on demand.")
	case !b.has("every") && !b.has("schedule"):
		for _, name := range []string{"timezone", "jitter", "overlap", "catch_up"} {
			if a, ok := b.attr(name); ok {
				b.error(a.at, name+" without schedule or every", "This job runs on demand only, so there is no time that it would be about.")
			}
		}
	}
	b.zone(j)
	if a, ok := b.attr("jitter"); ok && j.Every > 0 && j.Jitter >= j.Every {
		b.error(a.expr.Range(), "jitter is not shorter than every", "A run would begin after the time of the next one.")
	}
}

// cron reads the cron expression.
func (b *body) cron(j *Job) {
	value, a, ok := b.value("schedule")
	if !ok {
		return
	}
	text, ok := a.scope.asText(value, a.expr.Range(), "schedule")
	if !ok {
		return
	}
	j.Schedule = text
	c, err := ParseCron(text)
	if problem := (*CronError)(nil); errors.As(err, &problem) {
		what := "schedule is no cron expression: "
		if problem.Never {
			what = "schedule: "
		}
		b.error(a.expr.Range(), what+problem.Problem, problem.Remedy)
		return
	}
	j.Cron = &c
}

// zone finds the time zone.
func (b *body) zone(j *Job) {
	zone, err := b.names.host.Location(j.Timezone)
	if err == nil {
		j.Zone = zone
		return
	}
	if a, ok := b.attr("timezone"); ok {
		b.error(a.expr.Range(), "unknown timezone "+quote(j.Timezone), "It is a name of the tz database, such as \"Europe/Berlin\" or \"UTC\".")
	}
}

// retry reads a retry block.
func (b *body) retry() Retry {
	r := Retry{
		Attempts: b.number("attempts", 0, 0, 1000),
		Delay:    b.duration("delay", time.Second, 0),
	}
	r.MaxDelay = b.duration("max_delay", max(time.Minute, r.Delay), 0)
	b.goesWith("delay", "attempts", "A run that fails is not tried again: add attempts = 3, or take it out.")
	b.goesWith("max_delay", "attempts", "A run that fails is not tried again: add attempts = 3, or take it out.")
	if a, ok := b.attr("max_delay"); ok && r.MaxDelay < r.Delay {
		b.error(a.expr.Range(), "max_delay is shorter than delay", "The delay is "+FormatDuration(r.Delay)+".")
	}
	return r
}
