package lifecycle

import (
	"fmt"

	"unitd/units"
)

// A pipeline that deploys in place changes the code under the workers that serve from it: one that starts meanwhile starts code
// that has passed no test. So nothing is recycled from when git begins until the units were reloaded, or the code is what it was.
// That a worker crashes and starts anew, or ends itself since it has served enough, cannot be put off.

// Pausing are the units whose recycling pauses because of the pipeline's run.
func (p *Pipeline) Pausing() (list []units.ID) {
	if p.Run == nil || p.Phase.Down() || p.def == nil {
		return nil
	}
	git := p.def.Git()
	if git == nil || git.Layout != units.LayoutInPlace {
		return nil
	}
	forward := p.Walk.Leg == Forward || p.Walk.Leg == Finish
	fetching := false
	for i := range p.Run.Steps {
		st := &p.Run.Steps[i]
		fetching = fetching || st.Kind == units.StepGit && !st.Began.IsZero()
		def := p.stepOf(st)
		if !fetching || def == nil || forward && st.Result != "" && st.Result != RunFailed {
			continue
		}
		switch st.Kind {
		case units.StepReload, units.StepRestart, units.StepStart:
			list = append(list, def.Units...)
		}
	}
	return list
}

// pause notes that recycling pauses, and for which pipeline; "": it goes on. A replacement that is on its way is given up.
func (p *Pool) pause(s *step) {
	p.PausedBy = s.ev.Unit
	if p.PausedBy != "" && p.Roll == nil {
		p.dropReplacements(s)
	}
}

// paused says that a worker would be recycled by now.
func (p *Pool) paused() string {
	if p.PausedBy == "" {
		return ""
	}
	for _, w := range p.Workers {
		if w.replaceable() && !w.Asked {
			return fmt.Sprintf("worker %d: %s; it is recycled once %s has deployed", w.Index, w.Due, p.PausedBy)
		}
	}
	return ""
}
