package lifecycle

import (
	"fmt"
	"time"

	"unitd/policy/schedule"
	"unitd/units"
)

// Timer is what a job has beside its process: when it runs next by itself, and how its runs went. A run is a start of the
// process like any other: the timer asks for it (StartSelf), and the process does the rest.
//
// Times of a schedule are readings of the clock. The clock may be set, and stands while the host sleeps as far as the
// deadlines of a state go, so the timer looks again after each change of the clock (TimerSet).
type Timer struct {
	Memory

	// Due is the time of the schedule that comes next, At when the run for it begins: jitter adds something.
	Due schedule.Reading `json:"due,omitzero"`
	At  schedule.Reading `json:"at,omitzero"`
	// From is when the run began that goes on.
	From time.Time `json:"from,omitzero"`
	// Deadline is when to look at the clock.
	Deadline time.Time `json:"deadline,omitzero"`
	// Asked is why a start was asked for that has not begun; "": none was.
	Asked string `json:"asked,omitempty"`
	// Queued is set while another run is to follow the one that goes on.
	Queued bool `json:"queued,omitempty"`
	// Note says why the last time of the schedule was left out.
	Note string `json:"note,omitempty"`

	learnt bool // Memory has changed
}

// Memory is what of a timer outlives the manager, and the host, or of a pipeline.
type Memory struct {
	// On says that the schedule was in force, Rule what it said.
	On   bool   `json:"on,omitempty"`
	Rule string `json:"rule,omitempty"`
	// Done is the last time of the schedule that was dealt with, be it by leaving it out. What comes next comes after it.
	Done schedule.Reading `json:"done,omitzero"`
	// Run is the run that goes on, Last the last that has ended.
	Run  *JobRun `json:"run,omitempty"`
	Last *JobRun `json:"last,omitempty"`
	// Pipeline is what is remembered of a pipeline; nil: this is about a job.
	Pipeline *PipelineMemory `json:"pipeline,omitempty"`
}

// The words for why a job runs.
const (
	BySchedule = "schedule"
	ByCatchUp  = "catch-up" // its time had come while nobody could start it
	ByQueue    = "queue"    // its time had come while it ran
	ByHand     = "start"    // somebody, or another unit, has started it
)

const (
	// lateness is how late a run may begin without counting as missed: the manager was just being replaced, the clock was
	// put right, the host was busy.
	lateness = time.Minute
	// putBack is how far the clock may be set back without times coming again that have been dealt with (cron(8)).
	putBack = 3 * time.Hour
)

// ruleOf is what a job's schedule says.
func ruleOf(j *units.Job) string {
	if !j.Scheduled() {
		return ""
	}
	if j.Every > 0 {
		return "every " + units.FormatDuration(j.Every)
	}
	return j.Schedule + " " + j.Timezone
}

// step moves a job on by one event: its timer, its process, and what the one means for the other.
func (t *Timer) step(p *Process, def *units.Job, ev Event, in In) []Action {
	s := &step{ev: ev, in: in}
	p.job = def
	inner := func(ev Event) { s.out = append(s.out, p.Step(&def.Process, ev, in)...) }
	switch ev.Kind {
	case TimerSet:
		t.set(s, p, def, inner)
	case Forgone:
		t.Asked, t.Note = "", ev.Err
	case Expired:
		if passed(p.Deadline, in.Now) {
			t.observed(s, p, func() { inner(ev) })
		}
		if passed(t.Deadline, in.Now) {
			t.look(s, p, def, inner)
		}
	case StopWanted:
		t.Asked, t.Queued = "", false
		t.observed(s, p, func() { inner(ev) })
	default:
		t.observed(s, p, func() { inner(ev) })
	}
	if t.Queued && p.Phase.Down() && t.Asked == "" {
		t.ask(s, ByQueue)
	}
	return s.out
}

// set puts the schedule in force, or out of it, or looks at it anew after the clock was set.
func (t *Timer) set(s *step, p *Process, def *units.Job, inner func(Event)) {
	if s.ev.Drain { // what comes from now on is for the next manager
		t.Deadline, t.Queued = time.Time{}, false
		return
	}
	rule, now := ruleOf(def), schedule.Read(s.in.Wall)
	on := s.ev.OK && rule != ""
	if on && (!t.On || t.Rule != rule) { // what it would have said before does not count
		t.Done = now
		t.Due, t.At = schedule.Reading{}, schedule.Reading{}
	}
	t.learnt = t.learnt || t.On != on || t.Rule != rule
	t.On, t.Rule = on, rule
	if !on {
		t.Due, t.At, t.Deadline, t.Queued = schedule.Reading{}, schedule.Reading{}, time.Time{}, false
		return
	}
	plan := schedule.Of(def)
	if ahead := t.Done.Time().Sub(now.Time()); ahead > putBack || ahead > 0 && plan.GoesByTime() {
		t.Done = now
	}
	// Where At is set this manager has gone by it, or the one that it has taken over from; look finds out how late it is.
	if missed := plan.Latest(t.Done.Time(), now.Time()); t.At.IsZero() && !missed.IsZero() {
		t.Done, t.learnt = schedule.Read(missed), true
		if def.CatchUp {
			t.begin(s, p, def, inner, ByCatchUp)
		} else {
			t.Note = "left out " + t.when(def) + ": unitd was not running"
		}
	}
	t.look(s, p, def, inner)
}

// look begins a run whose time has come, and finds out when the next one does.
func (t *Timer) look(s *step, p *Process, def *units.Job, inner func(Event)) {
	plan, now := schedule.Of(def), schedule.Read(s.in.Wall)
	if due := plan.Next(t.Done.Time()); !due.Equal(t.Due.Time()) {
		t.wait(plan, def, s.in.Chance)
	}
	if !t.At.IsZero() && !t.At.Time().After(now.Time()) {
		t.due(s, p, def, inner)
		t.wait(plan, def, s.in.Chance)
	}
	t.Deadline = time.Time{}
	if !t.At.IsZero() {
		t.Deadline = s.in.Now.Add(t.At.Time().Sub(now.Time()))
	}
}

// wait finds out what comes next.
func (t *Timer) wait(plan schedule.Plan, def *units.Job, chance float64) {
	t.Due, t.At = schedule.Reading{}, schedule.Reading{}
	if due := plan.Next(t.Done.Time()); !due.IsZero() {
		t.Due = schedule.Read(due)
		t.At = schedule.Read(due.Add(plan.Delay(due, def.Jitter, chance)))
	}
}

// due is a time that has come, or several of which the last counts.
func (t *Timer) due(s *step, p *Process, def *units.Job, inner func(Event)) {
	plan, now := schedule.Of(def), schedule.Read(s.in.Wall)
	latest, planned := plan.Latest(t.Done.Time(), now.Time()), t.At.Time()
	if !latest.Equal(t.Due.Time()) { // several have come
		planned = latest
	}
	late := now.Time().Sub(planned)
	t.Done, t.learnt = schedule.Read(latest), true
	switch {
	case late <= min(lateness, plan.Next(latest).Sub(latest)/2):
		t.begin(s, p, def, inner, BySchedule)
	case def.CatchUp:
		t.begin(s, p, def, inner, ByCatchUp)
	default:
		t.Note = fmt.Sprintf("left out %s: it came %s too late, since unitd or the host stood still or the clock was set",
			t.when(def), DurationText(late.Round(time.Second)))
	}
}

// begin asks for a run, unless another one is in the way.
func (t *Timer) begin(s *step, p *Process, def *units.Job, inner func(Event), why string) {
	switch {
	case t.Asked != "": // the run for an earlier time waits for what it needs; it is for this one, too
	case p.Phase.Down():
		t.ask(s, why)
	case def.Overlap == units.OverlapQueue && p.Phase != Abandoned:
		t.Queued = true
	case def.Overlap == units.OverlapKill && p.Phase != Abandoned:
		t.Queued = true
		t.observed(s, p, func() { inner(Event{Kind: StopWanted, For: ForStop}) })
	default:
		t.Note = "left out " + t.when(def) + ": the run before had not ended"
	}
}

// ask asks for a run, which is also the one that was to follow another.
func (t *Timer) ask(s *step, why string) {
	t.Asked, t.Queued = why, false
	s.do(Action{Do: StartSelf, Reason: why})
}
