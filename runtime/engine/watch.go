package engine

import (
	"strings"

	"unitd/policy/alert"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// glance is what is compared before and after a step to see what changed.
type glance struct {
	up bool
	stand
	workers   map[int]stand // by key
	diverting int           // of a pool: changes of where clients go that have not come about
}

// stand is where a unit or a worker stands.
type stand struct {
	State
	worker     int // its index
	invocation string
	words      string
	pid        int
	unhealthy  string              // the checks that count as failed
	clients    string              // of a pool: what becomes of them
	last       *lifecycle.LastExit // how the last run ended
}

// nowhere is where a worker stands that is not there yet, or not any more.
var nowhere = State{Active: lifecycle.Inactive.ActiveState(), Sub: "dead"}

func (e *Engine) look(u *lifecycle.Unit) glance {
	if u.Process != nil && u.Pipeline == nil {
		return glance{up: u.Phase().Up(), stand: standOf(u.Process)}
	}
	g := glance{up: u.Phase().Up(), stand: stand{
		State: State{u.Phase().ActiveState(), u.Sub()}, words: u.Note(), invocation: u.Invocation(), pid: u.MainPID(),
	}}
	if u.Pipeline != nil {
		g.words = u.Pipeline.Reason()
	}
	if u.Pool != nil {
		g.clients, g.diverting = u.Pool.Clients(), u.Pool.Diverting
		g.workers = make(map[int]stand, len(u.Pool.Workers))
		for _, w := range u.Pool.Workers {
			s := standOf(&w.Process)
			s.worker = w.Index
			g.workers[w.Key] = s
		}
	}
	return g
}

func standOf(p *lifecycle.Process) stand {
	s := stand{
		State: State{p.Phase.ActiveState(), p.Sub()}, invocation: p.Invocation, words: p.Words(),
		unhealthy: strings.Join(p.Unhealthy(), ", "), last: p.LastExit,
	}
	if !p.MainGone {
		s.pid = p.MainPID
	}
	return s
}

// compare records what a step has changed.
func (e *Engine) compare(u *lifecycle.Unit, before glance) {
	after := e.look(u)
	e.moved(u.ID, before.stand, after.stand)
	for _, key := range sorted(before.workers) {
		was := before.workers[key]
		now, there := after.workers[key]
		if !there {
			now = was
			now.State, now.words, now.unhealthy = nowhere, "", ""
		}
		e.moved(u.ID, was, now)
	}
	for _, key := range sorted(after.workers) {
		if _, known := before.workers[key]; !known {
			e.moved(u.ID, stand{State: nowhere}, after.workers[key])
		}
	}
	e.changed = e.changed || len(before.workers) != len(after.workers) || before.diverting != after.diverting
}

// moved records one unit's or worker's change of state, or of what its health checks say.
func (e *Engine) moved(unit units.ID, was, now stand) {
	same := was.State == now.State
	if same && was.unhealthy == now.unhealthy && was.clients == now.clients {
		e.changed = e.changed || was.words != now.words
		return
	}
	t := Transition{
		At: e.now(), Unit: unit, Worker: now.worker, From: was.State, State: now.State,
		Reason: now.words, Invocation: now.invocation, PID: now.pid,
	}
	if t.PID == 0 {
		t.PID = was.pid
	}
	if now.last != was.last && now.last != nil {
		t.Ended = now.last.Reason
	}
	switch {
	case t.Reason != "":
	case same && was.clients != now.clients:
		t.Reason = "its clients go to workers again"
	case same:
		t.Reason = "all health checks pass"
	default:
		t.Reason = e.reason(t)
	}
	e.reasons.keep(t)
	e.changed = true
	e.config.Record(t)
	if t.Worker == 0 && !same {
		e.observe(unit, alert.Observation{Active: t.Active, Sub: t.Sub, Ended: t.Ended, Reason: t.Reason})
	}
}

// Watch tells of changes: the channel gets a value after one or more of them. It is for a caller that then
// looks by Call. cancel must be called in the end.
func (m *Model) Watch() (changes <-chan struct{}, cancel func(*Model)) {
	w := make(chan struct{}, 1)
	m.e.watchers[w] = true
	return w, func(m *Model) { delete(m.e.watchers, w) }
}
