package lifecycle

import "unitd/units"

// Sub is the `sub` state that users see (BEHAVIOUR: States).
func (u *Unit) Sub() string {
	switch {
	case u.Delay != nil:
		switch u.Delay.Phase {
		case Starting:
			return "delay"
		case Active:
			return "exited"
		case Failed:
			if u.Delay.Blocked {
				return SubDependency
			}
			return "timeout"
		}
		return "dead"
	case u.Supervisor != nil:
		return sub(u.Supervisor.Phase, "", u.Supervisor.FailedSub)
	case u.Pool != nil:
		return u.Pool.sub()
	case u.Pipeline != nil:
		return sub(u.Pipeline.Phase, StepStart, u.Pipeline.FailedSub)
	}
	return u.Process.Sub()
}

// Sub is the sub state of one program.
func (p *Process) Sub() string {
	if p.Phase == Active && p.oneshotDone() {
		return "exited"
	}
	return sub(p.Phase, p.At, p.FailedSub)
}

func (p *Process) oneshotDone() bool {
	return p.def != nil && p.def.Type == units.TypeOneshot && (p.Main == 0 || p.MainGone)
}

func (p *Pool) sub() string {
	switch {
	case p.Phase.Up() && p.Ready() < p.Count:
		return "degraded"
	case p.Phase == Starting && p.Ready() == 0 && len(p.Workers) > 0:
		for _, w := range p.Workers {
			if w.Process.Phase != Backoff {
				return "start"
			}
		}
		return "auto-restart"
	}
	return sub(p.Phase, StepStart, p.FailedSub)
}

func sub(phase Phase, at Step, failed string) string {
	switch phase {
	case Starting:
		if at == StepPreStart || at == StepPrepare {
			return "pre-start"
		}
		return "start"
	case Active, Reloading:
		return "running"
	case Backoff:
		return "auto-restart"
	case Draining, Stopping:
		return "stop"
	case Killing:
		return "kill"
	case Failed:
		if failed == "" {
			return "exit"
		}
		return failed
	case Abandoned:
		return "abandoned"
	}
	return "dead"
}
