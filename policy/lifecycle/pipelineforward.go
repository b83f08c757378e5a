package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"unitd/policy/restart"
	"unitd/units"
)

// Part is what of a step is under way.
type Part string

// The parts of steps, as they go forward.
const (
	PartState   Part = "state"   // what `state` says before
	PartCommand Part = "command" //
	PartAfter   Part = "after"   // what `state` says after
	PartFetch   Part = "fetch"   // the operations of git
	PartLive    Part = "live"    // `current` leads to the new release
	PartJobs    Part = "jobs"    // of the units
	PartHealthy Part = "healthy" // the units are to be
	PartApply   Part = "apply"   //
	PartPrune   Part = "prune"   // old releases go
)

// stepTimeout is the timeout of a step that says nothing else.
const stepTimeout = 10 * time.Minute

// maxAfter bounds what is kept of what `state` says after a step: people may read it.
const maxAfter = 1 << 10

// advance goes on until something is under way that has to be waited for, or the run has ended.
func (p *Pipeline) advance(s *step) {
	for p.Run != nil && !p.Phase.Down() && p.Walk.Op == 0 && p.Walk.RetryAt.IsZero() {
		if p.Leaving { // the manager that comes goes on from here
			if p.Stop != "" {
				p.stopped(s)
			}
			return
		}
		switch p.Walk.Leg {
		case Forward:
			p.forward(s)
		case Finish:
			p.finish(s)
		default:
			p.back(s)
		}
	}
}

// forward begins the next step, or what its step needs next.
func (p *Pipeline) forward(s *step) {
	r, w := p.Run, &p.Walk
	switch {
	case w.Step == len(r.Steps):
		*w = Walk{Leg: Finish}
	case r.Outcome != "": // it was stopped meanwhile
		p.stepFailed(s, came{why: r.Why})
	case w.Part == "":
		p.beginStep(s, &r.Steps[w.Step])
	default:
		p.operate(s, &r.Steps[w.Step])
	}
}

// beginStep begins a step, unless its `when` leaves it out.
func (p *Pipeline) beginStep(s *step, st *StepRun) {
	w := &p.Walk
	st.Began, p.learnt = readNow(s), true
	w.Began = s.in.Now
	def := p.stepOf(st)
	if def == nil {
		p.stepFailed(s, came{why: errNoStep})
		return
	}
	program, err := p.program(def, st, units.PartForward)
	if err != nil {
		p.stepFailed(s, came{why: err.Error()})
		return
	}
	if !program.When {
		st.Result = StepSkipped
		p.sayRun(s, "step "+st.Name+" is left out: its `when` is false")
		w.Step++
		return
	}
	p.sayRun(s, "step "+st.Name+" begins")
	p.attempt(s, st, def)
}

// attempt begins one more attempt at the step. What `state` has said before the first one holds for all.
func (p *Pipeline) attempt(s *step, st *StepRun, def *units.Step) {
	w := &p.Walk
	st.Attempts++
	p.takeTime(s, def)
	w.Done, w.Fetched = nil, nil
	switch def.Kind {
	case units.StepCommand:
		w.Part = PartCommand
		if def.HasState && st.Attempts == 1 {
			w.Part = PartState
		}
	case units.StepGit:
		w.Part = PartFetch
	case units.StepReload, units.StepRestart, units.StepStart:
		w.Part = PartJobs
		if p.toGoLive() {
			w.Part = PartLive
		}
	case units.StepStop:
		w.Part = PartJobs
	case units.StepHealthy:
		w.Part = PartHealthy
	case units.StepApply:
		w.Part = PartApply
	}
}

// takeTime gives what begins the time that a step has.
func (p *Pipeline) takeTime(s *step, def *units.Step) {
	within := stepTimeout
	if def != nil {
		within = cmp.Or(def.Timeout, stepTimeout)
	}
	p.Walk.Until = s.in.Now.Add(within)
}

// overdue says that a step took too long.
func (p *Pipeline) overdue() string {
	within := stepTimeout
	if st := p.present(); st != nil {
		if def := p.stepOf(st); def != nil {
			within = cmp.Or(def.Timeout, stepTimeout)
		}
	}
	why := "it took longer than its timeout of " + DurationText(within)
	if p.Walk.Ill != "" {
		why += ": " + p.Walk.Ill
	}
	return why
}

// present is the step that the walk is at; nil: at none.
func (p *Pipeline) present() *StepRun {
	if p.Run == nil || p.Walk.Part == "" || p.Walk.Step >= len(p.Run.Steps) || p.Walk.Leg == Finish {
		return nil
	}
	return &p.Run.Steps[p.Walk.Step]
}

// toGoLive reports that the new release is still to become the one that `current` leads to.
func (p *Pipeline) toGoLive() bool {
	return p.swaps() && !slices.ContainsFunc(p.Run.Steps, func(st StepRun) bool {
		return st.Result == RunOK && (st.Kind == units.StepReload || st.Kind == units.StepRestart || st.Kind == units.StepStart)
	})
}

// swaps reports that the run has a release of its own beside the one that was live before.
func (p *Pipeline) swaps() bool { return p.Run.Release != p.Run.Before }

// stepDid takes in what came of an operation of a step that goes forward.
func (p *Pipeline) stepDid(s *step, st *StepRun, o came) {
	w, def := &p.Walk, p.stepOf(st)
	if !o.ok {
		p.stepFailed(s, o)
		return
	}
	p.learnt = true
	switch w.Part {
	case PartState:
		st.Before, w.Part = strings.TrimSpace(o.given), PartCommand
		return
	case PartCommand:
		st.Changed = true
		if def != nil && def.HasState {
			w.Part = PartAfter
			return
		}
	case PartAfter:
		after := strings.TrimSpace(o.given)
		st.Changed, st.After = st.Before != after, clip(after, maxAfter)
	case PartLive:
		w.Part = PartJobs
		return
	}
	p.stepDone(s, st)
}

// stepDone is a step that has come to its good end.
func (p *Pipeline) stepDone(s *step, st *StepRun) {
	st.Result, st.Took, st.Why, p.learnt = RunOK, s.in.Now.Sub(p.Walk.Began), "", true
	text := "step " + st.Name + " ok, " + DurationText(st.Took)
	if st.Kind == units.StepGit && p.Run.Checked != "" {
		text += ", " + short(p.Run.Checked)
	}
	p.sayRun(s, text)
	p.Walk = Walk{Step: p.Walk.Step + 1}
}

// stepFailed is a step that has failed, or an attempt at it.
func (p *Pipeline) stepFailed(s *step, o came) {
	r, w := p.Run, &p.Walk
	st := &r.Steps[w.Step]
	st.Why, st.Lines, p.learnt = o.why, o.lines, true
	if def := p.stepOf(st); def != nil && w.Part != "" && r.Outcome == "" && p.retry(s, st, def, o) {
		return
	}
	if st.Began.IsZero() { // it was stopped before this one
		st.Why = ""
		p.failed(s, cmp.Or(r.Why, o.why))
		return
	}
	st.Result, st.Took = RunFailed, s.in.Now.Sub(w.Began)
	p.sayRun(s, fmt.Sprintf("step %s failed: %s, %s", st.Name, o.why, DurationText(st.Took)))
	p.failed(s, "step "+st.Name+": "+o.why)
}

// retry has a failed step tried again after a while, as its retry block says.
func (p *Pipeline) retry(s *step, st *StepRun, def *units.Step, o came) bool {
	end := restart.End{Reason: units.ReasonExit, Code: -1}
	delay, again := restart.Again(def.Retry, units.ExitSet{}, end, restart.Streak{Failures: st.Attempts - 1}, s.in.Chance)
	if !again {
		return false
	}
	p.sayRun(s, fmt.Sprintf("step %s failed: %s, attempt %d of %d", st.Name, o.why, st.Attempts, def.Retry.Attempts+1))
	p.Walk.RetryAt = s.in.Now.Add(delay)
	p.attempt(s, st, def)
	p.Walk.Until = p.Walk.RetryAt.Add(cmp.Or(def.Timeout, stepTimeout))
	return true
}

// failed is a run that goes back, where somebody wants that.
func (p *Pipeline) failed(s *step, why string) {
	r := p.Run
	if r.Outcome != RunCanceled {
		r.Outcome = RunRolledBack
	}
	r.Why, p.learnt = why, true
	p.Walk = Walk{Leg: Back}
	if p.def.Rollback {
		p.sayRun(s, "goes back: "+why)
	}
}

// finish ends a run all of whose steps went well: the release goes live, if no step has brought that about, and old ones
// are removed.
func (p *Pipeline) finish(s *step) {
	r, w := p.Run, &p.Walk
	fetched := slices.IndexFunc(r.Steps, func(st StepRun) bool { return st.Kind == units.StepGit && st.Result == RunOK })
	switch {
	case r.Outcome == RunCanceled:
		p.failed(s, r.Why)
	case w.Part == "" && fetched < 0, w.Part == partDone:
		p.ended(s, RunOK, "")
	case w.Part == "":
		w.Step, w.Part = fetched, PartPrune
		p.takeTime(s, nil)
		if p.toGoLive() {
			w.Part = PartLive
		} else {
			r.Outcome, p.learnt = RunOK, true
		}
	default:
		p.operate(s, &r.Steps[w.Step])
	}
}

// partDone says that nothing is left to do of a leg.
const partDone Part = "done"

// finishDid takes in what came of an operation of the end. That nothing could be tidied up is no reason to fail.
func (p *Pipeline) finishDid(s *step, o came) {
	r, w := p.Run, &p.Walk
	switch {
	case w.Part == PartLive && !o.ok:
		p.failed(s, o.why)
	case w.Part == PartLive:
		r.Outcome, p.learnt = RunOK, true
		w.Part, w.Done, w.Fetched = PartPrune, nil, nil
		p.takeTime(s, nil)
	default:
		if !o.ok {
			p.sayRun(s, "old releases could not be removed: "+o.why)
		}
		w.Part = partDone
	}
}
