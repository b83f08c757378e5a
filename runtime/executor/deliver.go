package executor

import (
	"slices"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/process"
	"unitd/units"
)

// report sends an event of a unit.
func (x *Executor) report(unit units.ID, ev lifecycle.Event) {
	x.oom.look(time.Now())
	x.config.Report(unit, ev)
}

// deliver takes an event of the process table to the unit whose run it is.
func (x *Executor) deliver(ev process.Event) {
	switch ev := ev.(type) {
	case process.Started:
		x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.Spawned, PID: ev.PID})
	case process.ExecFailed:
		again := full(ev.Err) || x.reconsider(ev)
		x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.NotSpawned, Err: ev.Err.Error(), Again: again, Full: full(ev.Err)})
	case process.Exited:
		oom, perhaps := x.outOfMemory(ev)
		if ev.Main {
			exit := exitOf(ev.Status)
			exit.OOM = oom
			x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.Exited, PID: ev.PID, Exit: exit, Err: perhaps})
		}
	case process.Empty:
		x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.Emptied})
	}
}

func (x *Executor) arrived(token uint64, raw process.Event, ev lifecycle.Event) {
	x.mu.Lock()
	r := x.runs[token]
	var commands []*run
	if ev.Kind == lifecycle.Emptied {
		if r != nil {
			x.exits.release(r.exit)
		}
		commands = slices.Clone(x.commands[token])
		delete(x.runs, token)
		delete(x.watches, token)
		delete(x.queues, token)
		delete(x.wears, token)
	}
	x.mu.Unlock()
	if r == nil {
		return
	}
	if ev.Kind == lifecycle.Emptied {
		x.leaveCgroup(r)
		x.takeAway(r)
	}
	if r.done != nil {
		r.done(raw)
		return
	}
	x.tellHeldOf(r)
	if ev.Kind == lifecycle.Emptied {
		x.passAll(func(_ uint64, b barrier) bool { return b.token == token })
	}
	h := x.holdingOf(r.unit)
	if h != nil && r.slot != noSlot {
		switch ev.Kind {
		case lifecycle.Exited:
			h.goes(r.slot, token, false)
		case lifecycle.Emptied:
			h.goes(r.slot, token, true)
			x.vacate(h, r.slot)
		}
	}
	ev.Worker, ev.Run = r.worker, token
	if ev.Kind == lifecycle.Spawned && !r.command {
		ev.Read = r.read
	}
	if r.command && ev.Kind == lifecycle.Emptied {
		x.concludes(r.unit, &ev, r.value)
	}
	if len(commands) > 0 {
		x.beside.Go(func() { x.afterCommands(h, r, commands, ev) })
		return
	}
	x.report(r.unit, ev)
}
