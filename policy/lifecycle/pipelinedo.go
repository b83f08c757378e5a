package lifecycle

import (
	"slices"

	"unitd/policy/checkout"
	"unitd/units"
)

// came is what came of an operation.
type came struct {
	ok    bool
	why   string // in words, where not ok
	given string // what a command has printed that was asked for it
	lines []string
	exit  int // of a command; -1: it ended in another way
	found checkout.Found
}

// begun notes that something is under way that is to be waited for, and gives its number.
func (p *Pipeline) begun(s *step) uint64 {
	s.runs++
	p.Walk.Op = s.in.Run + s.runs
	return p.Walk.Op
}

// operate begins what the present part of a step needs next.
func (p *Pipeline) operate(s *step, st *StepRun) {
	w, def := &p.Walk, p.stepOf(st)
	switch {
	case !s.in.Now.Before(w.Until):
		why := p.overdue()
		if w.Part.ofGit() {
			if _, err := p.nextGit(); err != nil { // says of what, too
				why = err.Error()
			}
		}
		p.did(s, came{why: why})
		return
	case def == nil && w.Leg == Forward:
		p.did(s, came{why: errNoStep})
		return
	}
	if p.writesFirst(s, st) {
		return
	}
	switch w.Part {
	case PartState, PartCommand, PartAfter, PartCheck, PartUndo, PartRestore:
		p.runStep(s, st)
	case PartFetch, PartLive, PartRevert, PartUnfetch, PartPrune:
		p.git(s)
	case PartJobs:
		wanted := returning(st)
		if w.Leg == Forward {
			wanted = []JobsWanted{{st.Kind, def.Units}}
		}
		s.do(Action{Do: RequestJobs, Run: p.begun(s), Jobs: wanted, Reason: runText(p.Run.ID)})
	case PartHealthy:
		p.begun(s) // the engine sees what is awaited
	case PartApply:
		s.do(Action{Do: ApplyFiles, Run: p.begun(s)})
	}
}

// writesFirst has the records written down before something begins that a manager which finds them must know of, be it after
// a power cut: that it may have happened, and all that came before it.
func (p *Pipeline) writesFirst(s *step, st *StepRun) bool {
	w := &p.Walk
	switch w.Part {
	case PartState, PartAfter, PartCheck, PartHealthy, PartPrune:
		return false // they change nothing
	case PartCommand:
		p.learnt, st.Commanded = p.learnt || !st.Commanded, true
	case PartUndo:
		p.learnt, st.Undoing = p.learnt || !st.Undoing, true
	case PartLive:
		p.learnt, p.Run.Activated = p.learnt || !p.Run.Activated, true
	}
	if w.Written || len(w.Done) > 0 || !p.learnt && !p.unwritten {
		w.Written = false // for this once
		return false
	}
	w.Writing = true
	s.do(Action{Do: WriteDown, Run: p.begun(s)})
	return true
}

// Awaited are units that are to be healthy before the run goes on, and the number of the operation that waits; 0: none.
func (p *Pipeline) Awaited() ([]units.ID, uint64) {
	st := p.present()
	if st == nil || p.Walk.Part != PartHealthy || p.Walk.Op == 0 {
		return nil, 0
	}
	if p.Walk.Leg != Forward {
		return staying(st), p.Walk.Op
	}
	if def := p.stepOf(st); def != nil {
		return def.Units, p.Walk.Op
	}
	return nil, p.Walk.Op
}

// did takes in what came of what was under way.
func (p *Pipeline) did(s *step, o came) {
	w := &p.Walk
	w.Op, w.Command, w.Writing, w.Transaction, w.Given, w.Ill, w.Quoting = 0, false, false, 0, "", "", false
	if p.Run == nil || p.Leaving && (!o.ok || p.Stop != "") {
		return // the next manager sees what was cut off
	}
	if w.Name != "" {
		p.gitDid(o)
		return
	}
	p.partDid(s, o)
}

// partDid takes in what a part of a step has come to.
func (p *Pipeline) partDid(s *step, o came) {
	switch w := &p.Walk; w.Leg {
	case Forward:
		p.stepDid(s, &p.Run.Steps[w.Step], o)
	case Finish:
		p.finishDid(s, o)
	default:
		p.backDid(s, &p.Run.Steps[w.Step], o)
	}
}

// answered is an answer of the engine or the executor. What answers something that is not waited for any more is dropped.
func (p *Pipeline) answered(s *step) {
	w := &p.Walk
	if w.Op == 0 || w.Command || s.ev.Run != w.Op || w.Writing != (s.ev.Kind == WrittenDown) {
		return
	}
	switch s.ev.Kind {
	case WrittenDown:
		w.Op, w.Writing, w.Written, p.unwritten = 0, false, true, false
		return
	case JobsBegun:
		w.Transaction = s.ev.Transaction
		p.stood(s.ev.Units)
		return
	case JobsDone:
		p.refusedReload(s.ev.Units)
	case Healthy:
		if !s.ev.OK {
			w.Ill = s.ev.Err
			return
		}
	case Quoted:
		s.ev.Err = p.overdue()
	case Applied:
		if s.ev.OK && s.ev.Transaction != 0 { // what follows from it
			w.Transaction = s.ev.Transaction
			return
		}
	}
	p.did(s, came{ok: s.ev.OK, why: s.ev.Err, lines: s.ev.Lines, found: s.ev.Found})
}

// stood notes which units of a step were up before it, for a rollback.
func (p *Pipeline) stood(up []units.ID) {
	st := p.present()
	if p.Walk.Leg != Forward || st == nil || st.Attempts > 1 && len(st.Up)+len(st.Down) > 0 {
		return
	}
	def := p.stepOf(st)
	if def == nil {
		return
	}
	st.Up, st.Down, p.learnt = nil, nil, true
	for _, id := range def.Units {
		if slices.Contains(up, id) {
			st.Up = append(st.Up, id)
		} else {
			st.Down = append(st.Down, id)
		}
	}
}

// refusedReload: what has refused to reload serves what it served before, so that there is nothing to take back.
func (p *Pipeline) refusedReload(failed []units.ID) {
	if st := p.present(); st != nil && p.Walk.Leg == Forward && st.Kind == units.StepReload {
		st.Up = slices.DeleteFunc(slices.Clone(st.Up), func(id units.ID) bool { return slices.Contains(failed, id) })
	}
}

// resume asks again for what a manager before this one has asked for.
func (p *Pipeline) resume(s *step, process *Process, def *units.Pipeline) {
	p.def, p.process, p.unwritten = def, process, true
	w := &p.Walk
	switch {
	case w.Command || !process.Phase.Down():
		p.resumeCommand()
		process.resume(s)
	case p.Run == nil || p.Phase.Down():
	case w.Writing:
		s.do(Action{Do: WriteDown, Run: w.Op})
	case w.Op == 0:
	case w.Quoting:
		s.do(Action{Do: QuoteIll, Run: w.Op})
	case w.Part == PartJobs && w.Transaction == 0:
		w.Op = 0
		p.operate(s, &p.Run.Steps[w.Step])
	case w.Part == PartApply && w.Transaction == 0:
		s.do(Action{Do: ApplyFiles, Run: w.Op})
	case w.Part.ofGit():
		p.resumeGit(s)
	}
}
