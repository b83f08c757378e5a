package lifecycle

import (
	"cmp"
	"fmt"
	"slices"

	"unitd/units"
)

// take enters a request. It gets its id now; what waited before it is superseded.
func (p *Pipeline) take(s *step, request PipelineRequest) {
	p.LastID++
	r := &PipelineRun{ID: p.LastID, PipelineRequest: request}
	if old := p.Waiting; old != nil {
		old.Result, old.Why = RunSuperseded, "by "+runText(r.ID)
		old.Began, old.Ended = readNow(s), readNow(s)
		p.dropped(s, old)
	}
	p.Waiting, p.learnt = r, true
	s.do(Action{Do: Tell, Reason: runText(r.ID) + " was asked for: " + r.PipelineRequest.String()})
}

// follow asks for a start where a run waits, or was cut off, and nothing keeps it from beginning.
func (p *Pipeline) follow(s *step) {
	if !p.Phase.Down() || p.Leaving || p.Asked != "" || !p.process.Phase.Down() {
		return
	}
	switch {
	case p.Run != nil:
		p.Asked = RunInterrupted
	case p.Waiting != nil:
		p.Asked = p.Waiting.By
	default:
		return
	}
	// What people ask for may start what they have stopped; what comes by itself may not.
	s.do(Action{Do: StartSelf, Reason: p.Asked, OK: p.Run != nil || slices.Contains([]string{ByDeploy, ByRollback, ByHand}, p.Asked)})
}

// start begins the run that waits, or goes back with one that was cut off.
func (p *Pipeline) start(s *step) {
	switch {
	case !p.Phase.Down():
		return
	case !p.process.Phase.Down():
		s.do(Action{Do: Settled, Asked: AskedStart, Reason: p.process.Note})
		return
	}
	byHand := p.Asked == ""
	p.Asked, p.Stop, p.Note, p.FailedSub = "", "", "", ""
	if p.Waiting == nil && (p.Run == nil || byHand) {
		p.take(s, PipelineRequest{By: ByHand})
	}
	p.phase(s, Starting)
	p.From, p.Invocation = s.in.Now, s.in.Invocation
	if p.Run != nil {
		p.sayRun(s, "was interrupted, and is taken back: "+p.Run.Why)
		return
	}
	p.begin(s)
}

// begin makes the run that waits the present one.
func (p *Pipeline) begin(s *step) {
	r := p.Waiting
	p.Run, p.Waiting, p.learnt = r, nil, true
	p.Walk = Walk{}
	r.Began, r.Base = readNow(s), p.Live
	p.sayRun(s, "begins")
	if r.Rollback {
		p.beginRollback(s)
		return
	}
	for _, def := range p.def.Steps {
		r.Steps = append(r.Steps, StepRun{Name: def.Name, Kind: def.Kind})
	}
}

// beginRollback has the present run undo the one that is live: its records are those of that one.
func (p *Pipeline) beginRollback(s *step) {
	r := p.Run
	base := p.Ended(r.Base)
	if base == nil {
		p.ended(s, RunFailed, "no run is live that is known, so there is nothing to go back from")
		return
	}
	r.Outcome, r.Why = RunOK, ""
	r.Checked, r.Previous, r.Release, r.Before = base.Checked, base.Previous, base.Release, base.Before
	r.Reset, r.Activated = base.Reset, base.Activated
	for _, st := range base.Steps {
		st.Undone, st.Undoing, st.Restored, st.Lines = "", false, "", nil
		if r.Before != "" { // what was down before that run is not what is to come now: the old release is
			st.Up, st.Down = slices.Concat(st.Up, st.Down), nil
		}
		r.Steps = append(r.Steps, st)
	}
	p.Walk.Leg = Back
}

// Ended finds a run that has ended; nil: it is not remembered any more.
func (m *PipelineMemory) Ended(id int) *PipelineRun {
	for i := range m.Runs {
		if m.Runs[i].ID == id {
			return &m.Runs[i]
		}
	}
	return nil
}

// forgone is a start that does not come: the run that waits for it has failed, and one that was cut off is left as it is.
func (p *Pipeline) forgone(s *step) {
	p.Asked = ""
	switch {
	case !p.Phase.Down():
	case p.Run != nil:
		p.ended(s, RunInterrupted, p.Run.Why+"; it could not be taken back: "+s.ev.Err)
	case p.Waiting != nil:
		r := p.Waiting
		p.Run, p.Waiting = r, nil
		r.Began = readNow(s)
		p.From = s.in.Now
		p.ended(s, RunFailed, s.ev.Err)
	case s.ev.Kind == Blocked:
		p.FailedSub, p.Note = SubDependency, s.ev.Err
		p.phase(s, Failed)
	}
}

// closeCut ends a run that was cut off where nothing of it is to be taken back: only tidying up was left, or nobody wants it.
func (p *Pipeline) closeCut(s *step) {
	r := p.Run
	switch {
	case r == nil || !p.Phase.Down() || p.Leaving || r.Rollback:
	case r.Outcome == RunOK:
		p.ended(s, RunOK, "")
	case !p.def.Rollback:
		p.ended(s, RunInterrupted, r.Why+"; it is left as it is, since rollback is false")
	}
}

// ended ends the present run.
func (p *Pipeline) ended(s *step, result, why string) {
	r := p.Run
	r.Result, r.Why, r.Outcome = result, why, ""
	if r.Ended = readNow(s); p.From.IsZero() { // it was cut off
		r.Took = max(r.Ended.Time().Sub(r.Began.Time()), 0)
	} else {
		r.Took = s.in.Now.Sub(p.From)
	}
	if result == RunOK {
		p.Live = r.ID
		if r.Rollback {
			p.Live = 0
			if base := p.Ended(r.Base); base != nil {
				p.Live = base.Base
			}
		}
	}
	p.Run, p.Walk = nil, Walk{}
	p.record(s, *r)
	p.settle(s, r)
}

// settle says where the pipeline stands after a run, and answers who waits for that.
func (p *Pipeline) settle(s *step, r *PipelineRun) {
	good := r.Result == RunOK || r.Result == RunCanceled
	asked := p.Stop
	p.Stop, p.FailedSub, p.Note = "", "", ""
	if !good {
		p.FailedSub, p.Note = r.Result, r.Text()
		p.phase(s, Failed)
	} else {
		p.phase(s, Inactive)
	}
	s.do(Action{Do: Settled, Asked: AskedStart, OK: r.Result == RunOK, Reason: r.Text()})
	if asked != "" {
		s.do(Action{Do: Settled, Asked: AskedStop, OK: r.Result != RunRollbackFailed, Reason: r.Text()})
	}
	if r.Result != RunCanceled {
		s.do(Action{Do: Ended, OK: good, Reason: r.Text()})
	}
}

// dropped is a run that has ended before it began.
func (p *Pipeline) dropped(s *step, r *PipelineRun) {
	s.do(Action{Do: Tell, Reason: r.Text()})
	p.record(s, *r)
}

// record remembers a run that has ended, and forgets the oldest, with its log.
func (p *Pipeline) record(s *step, r PipelineRun) {
	p.Runs, p.learnt = append(slices.Clone(p.Runs), r), true
	for len(p.Runs) > MaxPipelineRuns {
		s.do(Action{Do: DropLog, Launch: &Launch{Process: p.logging(p.Runs[0].ID)}})
		p.Runs = p.Runs[1:]
	}
	s.do(Action{Do: Conclude, Concluded: &r})
}

// Recall takes what a manager has remembered that has ended. A run that it had begun was cut off.
func (p *Pipeline) Recall(m PipelineMemory) {
	p.PipelineMemory = m
	if m.Run == nil {
		return
	}
	r := *m.Run.copy()
	if r.Outcome == "" {
		r.Outcome, r.Why = RunInterrupted, "unitd or the host ended during it"
		if st := r.Current(); st != nil {
			r.Why = "unitd or the host ended during step " + st.Name
		}
	}
	for i := range r.Steps {
		if st := &r.Steps[i]; st.Result == "" && !st.Began.IsZero() {
			st.Result, st.Why, st.Cut = RunFailed, RunInterrupted, st.Commanded
		}
	}
	p.Run, p.Walk, p.learnt = &r, Walk{Leg: Back}, true
}

// Memory is a copy of what is to be remembered: what goes on changes while others write it down.
func (p *Pipeline) Memory() PipelineMemory {
	m := p.PipelineMemory
	m.Run, m.Waiting = m.Run.copy(), m.Waiting.copy()
	return m
}

func (r *PipelineRun) copy() *PipelineRun {
	if r == nil {
		return nil
	}
	c := *r
	c.Steps = slices.Clone(r.Steps)
	return &c
}

// Current is the step that runs; nil: none does.
func (r *PipelineRun) Current() *StepRun {
	for i := range r.Steps {
		if st := &r.Steps[i]; st.Result == "" && !st.Began.IsZero() {
			return st
		}
	}
	return nil
}

// String says for people what was asked for.
func (q PipelineRequest) String() string {
	what := "the newest"
	switch {
	case q.Rollback:
		what = "back to the run before"
	case q.Commit != "":
		what = "commit " + q.Commit
	case q.Branch != "":
		what = "the newest of " + q.Branch
	}
	text := cmp.Or(q.By, ByHand)
	if q.From != "" {
		text += " by " + q.From
	}
	return text + ", " + what
}

// stepOf finds what the unit files say of a step of the run; nil: they have it no more.
func (p *Pipeline) stepOf(st *StepRun) *units.Step {
	for i := range p.def.Steps {
		if d := &p.def.Steps[i]; d.Name == st.Name && d.Kind == st.Kind {
			return d
		}
	}
	return nil
}

// runText names a run: "#18".
func runText(id int) string { return fmt.Sprintf("#%d", id) }
