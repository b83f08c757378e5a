package lifecycle

import (
	"slices"
	"strings"

	"unitd/units"
)

// The parts of what a rollback does.
const (
	PartCheck   Part = "check"   // whether an `undo` that was cut off has brought its state back
	PartUndo    Part = "undo"    //
	PartRevert  Part = "revert"  // `current` leads to the old release again
	PartUnfetch Part = "unfetch" // the operations that take git's back
	PartRestore Part = "restore" //
)

// back takes the next thing back that is left, one leg after the other.
func (p *Pipeline) back(s *step) {
	r, w := p.Run, &p.Walk
	if !p.def.Rollback && !r.Rollback {
		p.backAtLast(s)
		return
	}
	if w.Part != "" {
		p.operate(s, &r.Steps[w.Step])
		return
	}
	i, part := p.nextBack()
	if i >= 0 {
		*w = Walk{Leg: w.Leg, Step: i, Part: part, Began: s.in.Now}
		p.takeTime(s, p.stepOf(&r.Steps[i]))
		return
	}
	switch w.Leg {
	case Back:
		w.Leg = Reapply
	case Reapply:
		w.Leg = Restoring
	case Restoring:
		w.Leg = Returning
	default:
		p.backAtLast(s)
	}
}

// nextBack is the next step of which the present leg has something to do, and what; -1: there is none.
func (p *Pipeline) nextBack() (int, Part) {
	steps := p.Run.Steps
	order := make([]int, 0, len(steps))
	for i := range steps {
		order = append(order, i)
	}
	if p.Walk.Leg != Restoring {
		slices.Reverse(order)
	}
	slices.SortStableFunc(order, func(a, b int) int { // git comes last
		switch {
		case steps[a].Kind == steps[b].Kind || steps[a].Kind != units.StepGit && steps[b].Kind != units.StepGit:
			return 0
		case steps[a].Kind == units.StepGit:
			return 1
		}
		return -1
	})
	for _, i := range order {
		if part := p.backOf(&steps[i]); part != "" {
			return i, part
		}
	}
	return -1, ""
}

// backOf is with what the present leg begins to take a step back; "": there is nothing to do.
func (p *Pipeline) backOf(st *StepRun) Part {
	began := st.Result == RunOK || st.Result == RunFailed
	switch leg := p.Walk.Leg; {
	case !began:
	case leg == Restoring:
		return p.restoreOf(st)
	case st.Undone != "":
	case leg == Reapply && st.Kind == units.StepApply:
		return PartApply
	case leg == Back && st.Kind == units.StepCommand && (st.Changed || p.mayHaveChanged(st)):
		return p.undoOf(st)
	case leg == Back && st.Kind == units.StepGit:
		if p.swaps() && p.Run.Activated {
			return PartRevert
		}
		return PartUnfetch
	case leg == Back && p.swaps() || leg == Returning && !p.swaps():
		return p.returnOf(st)
	}
	return ""
}

func (p *Pipeline) undoOf(st *StepRun) Part {
	switch def := p.stepOf(st); {
	case def != nil && !def.HasUndo:
		return ""
	case st.Undoing || !st.Changed:
		return PartCheck
	}
	return PartUndo
}

// mayHaveChanged reports a command that was cut off, of which `state` can tell whether it has changed anything.
func (p *Pipeline) mayHaveChanged(st *StepRun) bool {
	def := p.stepOf(st)
	return st.Cut && def != nil && def.HasState && def.HasUndo
}

// returnOf is what brings the units of a step back: to the old release, where they run, and down where they were.
func (p *Pipeline) returnOf(st *StepRun) Part {
	switch st.Kind {
	case units.StepReload, units.StepRestart, units.StepStart:
		if p.swaps() && p.Run.Activated {
			return PartRevert
		}
	case units.StepStop:
	default:
		return ""
	}
	if len(returning(st)) == 0 {
		return ""
	}
	return PartJobs
}

// JobsWanted is something that units are asked for together: a verb that a step has.
type JobsWanted struct {
	Kind  units.StepKind
	Units []units.ID
}

// returning is what the units of a step are asked for to be as they were before it.
func returning(st *StepRun) (all []JobsWanted) {
	add := func(kind units.StepKind, list []units.ID) {
		if len(list) > 0 {
			all = append(all, JobsWanted{kind, list})
		}
	}
	switch st.Kind {
	case units.StepStop:
		add(units.StepStart, st.Up)
	case units.StepReload, units.StepRestart:
		add(st.Kind, st.Up)
		add(units.StepStop, st.Down)
	case units.StepStart: // those that were up did not notice
		add(units.StepStop, st.Down)
	}
	return all
}

// staying are the units of a step that serve once it is taken back.
func staying(st *StepRun) []units.ID {
	if st.Kind == units.StepStart {
		return nil
	}
	return st.Up
}

// restoreOf: what a step did not change, and what is to run in a release that there is none of, is not restored.
func (p *Pipeline) restoreOf(st *StepRun) Part {
	def := p.stepOf(st)
	unchanged := def != nil && def.HasState && st.Result == RunOK && !st.Changed
	if def == nil || !def.HasRestore || st.Restored != "" || unchanged || p.swaps() && p.Run.Before == "" {
		return ""
	}
	return PartRestore
}

// backDid takes in what came of an operation that takes a step back.
func (p *Pipeline) backDid(s *step, st *StepRun, o came) {
	w := &p.Walk
	if !o.ok {
		p.stuck(s, st, o)
		return
	}
	p.learnt = true
	switch w.Part {
	case PartCheck:
		w.Part = PartUndo
		switch same := strings.TrimSpace(o.given) == st.Before; {
		case same && st.Undoing:
			p.undone(s, st)
		case same:
			st.Undone, w.Part = StepSkipped, ""
		default:
			st.Changed, st.Undoing = true, false
		}
		return
	case PartRestore:
		st.Restored = RunOK
		p.sayRun(s, "step "+st.Name+" restored, "+DurationText(s.in.Now.Sub(w.Began)))
		w.Part = ""
		return
	case PartRevert:
		p.Run.Activated = false
		switch {
		case st.Kind == units.StepGit:
			w.Part, w.Done, w.Fetched = PartUnfetch, nil, nil
			return
		case len(returning(st)) > 0:
			w.Part = PartJobs
			return
		}
	case PartJobs:
		if len(staying(st)) > 0 {
			w.Part = PartHealthy
			return
		}
	}
	p.undone(s, st)
}

// undone is a step that was taken back.
func (p *Pipeline) undone(s *step, st *StepRun) {
	st.Undone, st.Undoing, p.learnt = RunOK, false, true
	p.sayRun(s, "step "+st.Name+" undone, "+DurationText(s.in.Now.Sub(p.Walk.Began)))
	p.Walk.Part = ""
}

// stuck is a rollback that cannot go on. What is not undone by then is left as it is.
func (p *Pipeline) stuck(s *step, st *StepRun, o came) {
	r := p.Run
	st.Lines = o.lines
	what := "undo of step "
	if p.Walk.Part == PartRestore {
		st.Restored, what = RunFailed, "restore of step "
	} else {
		st.Undone = RunFailed
	}
	why := r.Why
	if why != "" {
		why += "; "
	}
	p.ended(s, RunRollbackFailed, why+what+st.Name+": "+o.why+"; put it right by hand: nothing beyond it was taken back")
}

// backAtLast ends a run that went back as far as it was to.
func (p *Pipeline) backAtLast(s *step) {
	r := p.Run
	result := r.Outcome
	taken := slices.ContainsFunc(r.Steps, func(st StepRun) bool { return st.Undone == RunOK || st.Restored != "" })
	switch {
	case result == RunRolledBack && !taken:
		result = RunFailed
	case result == RunInterrupted && taken:
		r.Why += "; what it had done was taken back"
	}
	p.ended(s, result, r.Why)
}
