package lifecycle

import (
	"time"

	"unitd/units"
)

// Delay is the state of a delay: it waits, then it has passed until it is stopped.
type Delay struct {
	Phase     Phase     `json:"phase"`
	Since     time.Time `json:"since"`
	Deadline  time.Time `json:"deadline,omitzero"`
	Run       uint64    `json:"run,omitempty"` // of the condition's checks
	Note      string    `json:"note,omitempty"`
	LastError string    `json:"last_error,omitempty"`
	// Blocked says that it failed because of another unit.
	Blocked bool `json:"blocked,omitempty"`
}

// Step moves the delay on by one event.
func (d *Delay) Step(def *units.Delay, ev Event, in In) []Action {
	s := &step{ev: ev, in: in}
	if ev.Run != 0 && ev.Run != d.Run {
		return nil
	}
	switch ev.Kind {
	case StartWanted:
		d.start(s, def)
	case StopWanted:
		if d.Phase == Starting {
			s.do(Action{Do: Settled, Asked: AskedStart, Reason: "it was stopped meanwhile"})
		}
		d.leave(s, Inactive)
		d.Note = ""
		s.do(Action{Do: Settled, Asked: AskedStop, OK: true})
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "a delay has nothing to reload"})
	case ResetWanted:
		if d.Phase == Failed {
			d.leave(s, Inactive)
			d.Note = ""
		}
	case Blocked:
		d.leave(s, Failed)
		d.Blocked, d.Note = true, ev.Err
	case Checked:
		switch {
		case d.Phase != Starting:
		case ev.OK:
			d.pass(s, "after "+DurationText(in.Now.Sub(d.Since).Round(time.Millisecond)))
		default:
			d.LastError = ev.Err
		}
	case Expired:
		if d.Phase == Starting {
			d.expire(s, def)
		}
	}
	return s.out
}

func (d *Delay) start(s *step, def *units.Delay) {
	if d.Phase == Active {
		s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
		return
	}
	if d.Phase == Starting {
		return
	}
	from := s.in.Now
	if def.SinceBoot && def.Until == nil {
		from = s.in.Boot
	}
	d.Phase, d.Since, d.LastError, d.Blocked = Starting, s.in.Now, "", false
	d.Deadline = from.Add(def.Duration)
	if def.Until != nil {
		d.Run = s.in.Run
		d.Note = "waits for " + def.Until.String()
		s.do(Action{Do: WatchChecks, Run: d.Run})
		return
	}
	if !d.Deadline.After(s.in.Now) {
		d.pass(s, d.passed(def))
		return
	}
	d.Note = "until " + d.Deadline.Format(time.TimeOnly)
}

func (d *Delay) passed(def *units.Delay) string {
	if def.SinceBoot {
		return DurationText(def.Duration) + " after host boot"
	}
	return "after " + DurationText(def.Duration)
}

// expire is the end of the time: the delay has passed, or its condition never held.
func (d *Delay) expire(s *step, def *units.Delay) {
	if def.Until == nil {
		d.pass(s, d.passed(def))
		return
	}
	note := def.Until.String() + " did not come within " + DurationText(def.Duration)
	if d.LastError != "" {
		note += ": " + d.LastError
	}
	if def.ContinueOnTimeout {
		d.pass(s, note+"; went on")
		return
	}
	d.leave(s, Failed)
	d.Note = note
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: note})
	s.do(Action{Do: Ended, Reason: note})
}

func (d *Delay) pass(s *step, note string) {
	d.leave(s, Active)
	d.Note = note
	s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
}

// leave ends the wait.
func (d *Delay) leave(s *step, to Phase) {
	if d.Run != 0 {
		s.do(Action{Do: EndChecks})
	}
	d.Phase, d.Since, d.Deadline, d.Run = to, s.in.Now, time.Time{}, 0
}
