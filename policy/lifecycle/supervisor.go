package lifecycle

import (
	"fmt"
	"time"

	"unitd/policy/restart"
	"unitd/units"
)

// Supervisor is the state of a fault domain. It runs nothing itself: it counts the failures of its members,
// restarts those that its strategy names, and gives up when there are too many.
type Supervisor struct {
	Phase    Phase          `json:"phase"`
	Since    time.Time      `json:"since"`
	Deadline time.Time      `json:"deadline,omitzero"`
	Window   []time.Time    `json:"window,omitempty"`
	Streak   restart.Streak `json:"streak"`
	Restarts int            `json:"restarts,omitempty"`
	Note     string         `json:"note,omitempty"`
	// FailedSub is the sub state of failed.
	FailedSub string `json:"failed_sub,omitempty"`
}

// Step moves the supervisor on by one event.
func (v *Supervisor) Step(def *units.Supervisor, ev Event, in In) []Action {
	s := &step{ev: ev, in: in}
	switch ev.Kind {
	case StartWanted:
		if v.Phase != Active {
			v.Streak = restart.Streak{}
		}
		v.up(s)
		s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
	case StopWanted:
		v.enter(s, Inactive)
		v.Note, v.FailedSub, v.Window, v.Streak = "", "", nil, restart.Streak{}
		s.do(Action{Do: Settled, Asked: AskedStop, OK: true})
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, OK: true})
	case ResetWanted:
		v.Window, v.Streak, v.Restarts = nil, restart.Streak{}, 0
		if v.Phase == Failed {
			v.enter(s, Inactive)
			v.Note, v.FailedSub = "", ""
		}
	case Blocked:
		v.enter(s, Failed)
		v.FailedSub, v.Note = SubDependency, ev.Err
	case MemberFailed:
		if v.Phase == Active || ev.Starting {
			v.memberFailed(s, def)
		}
	case Expired:
		if v.Phase == Backoff {
			v.Restarts++
			v.up(s)
			s.do(Action{Do: StartMembers})
		}
	}
	return s.out
}

func (v *Supervisor) up(s *step) {
	if v.Phase != Active {
		v.enter(s, Active)
		v.Note, v.FailedSub = "", ""
		v.Streak = v.Streak.Begin(s.in.Now)
	}
}

func (v *Supervisor) enter(s *step, phase Phase) {
	v.Phase, v.Since, v.Deadline = phase, s.in.Now, time.Time{}
}

// memberFailed counts a failure: borne, or one too many.
func (v *Supervisor) memberFailed(s *step, def *units.Supervisor) {
	var exceeded bool
	v.Window, exceeded = restart.Intensity(v.Window, s.in.Now, def.Burst, def.Interval)
	if !exceeded {
		if v.Phase == Active && def.Strategy != units.OneForOne {
			s.do(Action{Do: RestartMembers, Members: []units.ID{s.ev.Unit}, Reason: s.ev.Err})
		}
		return
	}
	v.Window = nil
	v.Note = fmt.Sprintf("more than %s within %s, the last of %s: %s",
		counted(def.Burst, "member failure"), DurationText(def.Interval), s.ev.Unit, s.ev.Err)
	if s.ev.Starting {
		s.do(Action{Do: Settled, Asked: AskedStart, Reason: v.Note})
	}
	s.do(Action{Do: StopMembers, Reason: v.Note})
	var decision restart.Decision
	decision, v.Streak = restart.Verdict(def.Restart, restart.End{Reason: units.ReasonExit, Code: -1}, v.Streak, s.in.Now, s.in.Chance)
	if !decision.Restart {
		v.enter(s, Failed)
		v.FailedSub = "exit"
		if decision.Limit {
			v.FailedSub = "start-limit"
		}
		s.do(Action{Do: Ended, Reason: v.Note})
		return
	}
	v.enter(s, Backoff)
	v.Deadline = s.in.Now.Add(decision.Delay)
}
