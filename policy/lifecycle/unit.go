package lifecycle

import (
	"time"

	"unitd/units"
)

// Unit is all that is kept of one unit: a serialisable value with exactly one machine set; a job has a timer beside its
// process, a pipeline what it does with it.
type Unit struct {
	ID         units.ID    `json:"id"`
	Process    *Process    `json:"process,omitempty"`
	Timer      *Timer      `json:"timer,omitempty"`
	Pipeline   *Pipeline   `json:"pipeline,omitempty"`
	Pool       *Pool       `json:"pool,omitempty"`
	Delay      *Delay      `json:"delay,omitempty"`
	Supervisor *Supervisor `json:"supervisor,omitempty"`
}

// New is a unit that has never been started.
func New(u *units.Unit) *Unit {
	state := &Unit{ID: u.ID}
	switch u.ID.Kind() {
	case units.KindDelay:
		state.Delay = &Delay{Phase: Inactive}
	case units.KindSupervisor:
		state.Supervisor = &Supervisor{Phase: Inactive}
	case units.KindPool:
		state.Pool = &Pool{Phase: Inactive}
	case units.KindJob:
		state.Process, state.Timer = &Process{Phase: Inactive}, &Timer{}
	case units.KindPipeline:
		state.Process, state.Pipeline = &Process{Phase: Inactive}, &Pipeline{Phase: Inactive}
	default:
		state.Process = &Process{Phase: Inactive}
	}
	return state
}

// Step moves the unit on by one event. def is what the unit files say of it now; what runs keeps what it was
// started with.
func (u *Unit) Step(def *units.Unit, ev Event, in In) []Action {
	if ev.Kind == Barrier { // what came before it has been taken in
		return []Action{{Do: Pass, Worker: ev.Worker, Run: ev.Run, Barrier: ev.Barrier}}
	}
	switch {
	case u.Delay != nil:
		return u.Delay.Step(def.Delay, ev, in)
	case u.Supervisor != nil:
		return u.Supervisor.Step(def.Group, ev, in)
	case u.Pool != nil:
		return u.Pool.Step(def.Pool, ev, in)
	case u.Timer != nil:
		return u.Timer.step(u.Process, def.Job, ev, in)
	case u.Pipeline != nil:
		return u.Pipeline.step(u.Process, def.Pipeline, ev, in)
	}
	return u.Process.Step(def.Process(), ev, in)
}

// Deadline is when the unit's phase ends by itself; zero: never.
func (u *Unit) Deadline() time.Time {
	switch {
	case u.Delay != nil:
		return u.Delay.Deadline
	case u.Supervisor != nil:
		return u.Supervisor.Deadline
	case u.Pool != nil:
		return u.Pool.Deadline()
	case u.Timer != nil:
		return earlier(u.Process.Deadline, u.Timer.Deadline)
	case u.Pipeline != nil:
		return u.Pipeline.deadline(u.Process)
	}
	return u.Process.Deadline
}

// Phase is where the unit stands.
func (u *Unit) Phase() Phase {
	switch {
	case u.Delay != nil:
		return u.Delay.Phase
	case u.Supervisor != nil:
		return u.Supervisor.Phase
	case u.Pool != nil:
		return u.Pool.Phase
	case u.Pipeline != nil:
		return u.Pipeline.Phase
	}
	return u.Process.Phase
}

// Since is when the unit's active state last changed, but for reloads; zero: never.
func (u *Unit) Since() time.Time {
	switch {
	case u.Delay != nil:
		return u.Delay.Since
	case u.Supervisor != nil:
		return u.Supervisor.Since
	case u.Pool != nil:
		return u.Pool.Since
	case u.Pipeline != nil:
		return u.Pipeline.Since
	}
	return u.Process.Since
}

// Note says in words why the unit stands where it stands, or "".
func (u *Unit) Note() string {
	switch {
	case u.Delay != nil:
		return u.Delay.Note
	case u.Supervisor != nil:
		return u.Supervisor.Note
	case u.Pool != nil:
		return u.Pool.reason()
	case u.Pipeline != nil:
		return u.Pipeline.words()
	}
	return u.Process.Words()
}

// Blocked reports a unit that could not start because of another one.
func (u *Unit) Blocked() bool { return u.Phase() == Failed && u.Sub() == SubDependency }

// Holds reports a unit that is down and keeps listeners open for the start that a restart has promised.
func (u *Unit) Holds() bool {
	switch {
	case u.Pipeline != nil: // it has no listeners
	case u.Process != nil:
		return u.Process.Phase.Down() && u.Process.Holding
	case u.Pool != nil:
		return u.Pool.Phase.Down() && u.Pool.Holding
	}
	return false
}

// MainPID is the pid of a single program, as the host sees it; 0: none.
func (u *Unit) MainPID() int {
	if u.Process == nil || u.Process.MainGone {
		return 0
	}
	return u.Process.MainPID
}

// Invocation is the id of the present activation; "": none.
func (u *Unit) Invocation() string {
	switch {
	case u.Pipeline != nil:
		return u.Pipeline.Invocation
	case u.Process != nil:
		return u.Process.Invocation
	case u.Pool != nil:
		return u.Pool.Invocation
	}
	return ""
}

// Finished reports a oneshot that has done its work and stays active.
func (u *Unit) Finished() bool {
	return u.Process != nil && u.Pipeline == nil && u.Process.Phase == Active && u.Process.oneshotDone()
}

// InARow is how often the unit has failed in a row and is to be started again; of a pool that has no ready worker the least
// of its workers. 0: it is not.
func (u *Unit) InARow() int {
	switch {
	case u.Process != nil && u.Process.Phase == Backoff:
		return u.Process.Streak.Failures
	case u.Supervisor != nil && u.Supervisor.Phase == Backoff:
		return u.Supervisor.Streak.Failures
	case u.Pool != nil && u.Pool.sub() == "auto-restart":
		least := 0
		for i, w := range u.Pool.Workers {
			if i == 0 || w.Process.Streak.Failures < least {
				least = w.Process.Streak.Failures
			}
		}
		return least
	}
	return 0
}
