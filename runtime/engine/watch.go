package engine

import (
	"unitd/policy/lifecycle"
)

// glance is what is compared before and after a step to see what changed.
type glance struct {
	up      bool
	active  string
	sub     string
	note    string
	clients string               // of a pool: what becomes of them
	workers map[int]workerGlance // by key
}

type workerGlance struct {
	active, sub, note string
}

func (e *Engine) look(u *lifecycle.Unit) glance {
	g := glance{up: u.Phase().Up(), active: u.Phase().ActiveState(), sub: u.Sub(), note: u.Note()}
	if u.Pool != nil {
		g.clients = u.Pool.Clients()
		g.workers = make(map[int]workerGlance, len(u.Pool.Workers))
		for _, w := range u.Pool.Workers {
			g.workers[w.Key] = workerGlance{w.Process.Phase.ActiveState(), w.Process.Sub(), w.Process.Note}
		}
	}
	return g
}

// compare records what a step has changed.
func (e *Engine) compare(u *lifecycle.Unit, before glance) {
	after := e.look(u)
	if after.active != before.active || after.sub != before.sub || after.clients != before.clients {
		e.changed = true
		e.record(Transition{Unit: u.ID, Active: after.active, Sub: after.sub, Reason: after.note,
			Invocation: u.Invocation(), PID: u.MainPID()})
	} else if after.note != before.note {
		e.changed = true
	}
	if u.Pool == nil {
		return
	}
	for _, w := range u.Pool.Workers {
		now := after.workers[w.Key]
		if was := before.workers[w.Key]; was.active == now.active && was.sub == now.sub {
			continue
		}
		e.changed = true
		e.record(Transition{Unit: u.ID, Worker: w.Index, Active: now.active, Sub: now.sub, Reason: now.note,
			Invocation: w.Process.Invocation, PID: w.Process.MainPID})
	}
	e.changed = e.changed || len(before.workers) != len(after.workers)
}

func (e *Engine) record(t Transition) {
	t.At = e.now()
	e.config.Record(t)
}

// Watch tells of changes: the channel gets a value after one or more of them. It is for a caller that then
// looks by Call. cancel must be called in the end.
func (m *Model) Watch() (changes <-chan struct{}, cancel func(*Model)) {
	w := make(chan struct{}, 1)
	m.e.watchers[w] = true
	return w, func(m *Model) { delete(m.e.watchers, w) }
}
