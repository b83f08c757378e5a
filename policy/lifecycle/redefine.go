package lifecycle

import (
	"unitd/units"
)

// redefine takes attributes that can change while the program runs: restart rules, timeouts, health checks, limits.
func (p *Process) redefine(s *step, def *units.Process) {
	if p.def == nil || p.Phase.Down() {
		return // the next start takes the new definition anyway
	}
	limits := p.def.Limits
	p.def = def
	program, err := def.Program.Program(p.scope)
	if err != nil || p.launch == nil {
		return // the checks go on as they were; the next start says what is wrong
	}
	launch := *p.launch
	launch.Process, launch.Program.Health = def, program.Health
	p.launch = &launch
	if p.Main != 0 && !def.Limits.Equal(limits) {
		s.do(Action{Do: SetLimits, Run: p.Main, Launch: p.launch})
	}
	switch {
	case p.MainGone || p.Main == 0:
	case p.Phase.Up():
		p.replaceChecks(s, CheckState{OK: true})
	case p.Phase == Starting && (p.At == StepHealth || p.At == StepPostStart || p.At == StepMain):
		p.replaceChecks(s, CheckState{})
		if p.At == StepHealth && p.gatesOpen() {
			p.runHooks(s, StepPostStart, PostStart, 0)
		}
	}
}

// replaceChecks begins the health checks of a new definition. What is known of one that was there before
// stays; others begin as fresh.
func (p *Process) replaceChecks(s *step, fresh CheckState) {
	old := p.Checks
	if len(old) > 0 {
		s.do(Action{Do: EndChecks})
	}
	p.Checks = make([]CheckState, len(p.launch.Program.Health))
	for i, h := range p.launch.Program.Health {
		p.Checks[i] = fresh
		p.Checks[i].Name = h.Name
		for _, c := range old {
			if c.Name == h.Name {
				p.Checks[i] = c
			}
		}
	}
	if len(p.Checks) > 0 {
		s.do(Action{Do: WatchChecks, Run: p.Main, Launch: p.launch, Eager: p.Phase == Starting})
	}
}
