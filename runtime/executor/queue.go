package executor

import (
	"maps"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// maxWorkers bounds the queues that are worked off at once. What is done there are short system calls, each of
// which may hold a thread; more of them would not be faster.
const maxWorkers = 2

// Do queues actions of one unit. It never blocks: queues are worked off by maxWorkers goroutines at most, which
// live only while there is something to do.
func (x *Executor) Do(def *units.Unit, actions []lifecycle.Action) {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := x.holdings[def.ID]
	if h == nil {
		h = newHolding(def.ID)
		x.holdings[def.ID] = h
	}
	for _, a := range actions {
		h.queue = append(h.queue, queued{def, a})
	}
	if !h.busy && len(h.queue) > 0 {
		h.busy = true
		x.ready = append(x.ready, h)
		if x.workers < maxWorkers {
			x.workers++
			x.beside.Go(x.work)
		}
	}
}

// work takes one action after the other from the queues, in turn, until all are empty.
func (x *Executor) work() {
	for {
		x.mu.Lock()
		if len(x.ready) == 0 {
			x.ready = nil
			x.workers--
			x.mu.Unlock()
			return
		}
		h := x.ready[0]
		x.ready = x.ready[1:]
		next := h.queue[0]
		h.queue = h.queue[1:]
		x.mu.Unlock()
		x.perform(h, next.def, next.action)
		x.mu.Lock()
		if len(h.queue) > 0 {
			x.ready = append(x.ready, h)
		} else {
			h.queue, h.busy = nil, false
		}
		x.mu.Unlock()
	}
}

// perform is the one switch over all actions.
func (x *Executor) perform(h *holding, def *units.Unit, a lifecycle.Action) {
	switch a.Do {
	case lifecycle.Prepare:
		x.prepare(h, def, a)
	case lifecycle.Spawn:
		x.spawn(h, def, a)
	case lifecycle.SignalMain:
		x.signal(def, a, x.trees.Signal)
	case lifecycle.SignalAll:
		x.signal(def, a, x.trees.SignalAll)
	case lifecycle.Kill:
		x.beside.Go(func() { x.kill(def, a) })
	case lifecycle.WatchChecks:
		x.watch(h, def, a)
	case lifecycle.EndChecks:
		x.endChecks(h, a.Worker)
	case lifecycle.SetLimits:
		x.setLimits(def, a)
	case lifecycle.WatchMemory:
		x.watchMemory(def, a)
	case lifecycle.AwaitListener:
		x.awaitListener(h, def, a)
	case lifecycle.CountRequests:
		x.countRequests(h, def, a)
	case lifecycle.WatchQueue:
		x.watchQueue(h, def, a)
	case lifecycle.Steer, lifecycle.Answer, lifecycle.Admit, lifecycle.Refuse, lifecycle.Drain, lifecycle.Trim:
		x.direct(h, def, a)
	case lifecycle.FindMain:
		x.beside.Go(func() { x.findMain(h, def, a) })
	case lifecycle.Arrange:
		x.beside.Go(func() { x.arrange(def, a) })
	case lifecycle.Pass:
		x.pass(a.Barrier)
	case lifecycle.DropLog:
		x.dropLog(a)
	case lifecycle.Discard:
		x.discard(def, a.Worker)
	case lifecycle.Release:
		x.discardAll(def)
		x.closeOthers(h, nil)
		h.close(x.config.Logger)
		x.part(h)
		x.forgetOutput(def.ID)
		x.mu.Lock()
		maps.DeleteFunc(x.moving, func(_ string, from units.ID) bool { return from == def.ID })
		x.mu.Unlock()
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Released, Run: a.Run})
	}
}

// direct is the part of perform that says where clients go.
func (x *Executor) direct(h *holding, def *units.Unit, a lifecycle.Action) {
	switch a.Do {
	case lifecycle.Steer:
		x.steer(h, def, a)
	case lifecycle.Answer:
		x.answer(h, def, a)
	case lifecycle.Admit:
		x.admit(h, def)
	case lifecycle.Refuse:
		x.refuse(h, def)
	case lifecycle.Drain:
		x.drain(h, def, a)
	case lifecycle.Trim:
		x.trim(h, def, a)
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Released, Run: a.Run})
	}
}
