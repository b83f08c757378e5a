package engine

import (
	"context"
	"slices"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
)

// Run is the loop. It returns nil when, after Drain or the end of ctx, every unit has stopped.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.done)
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	var armed time.Time
	var now *hearing
	stop := ctx.Done()
	e.resume()
	e.observeAll()
	for {
		e.runJobs()
		for e.lookAtHealth() {
			e.runJobs()
		}
		e.publish()
		if e.saving.now {
			e.save()
		}
		if e.draining && e.jobs.Idle() && e.allDown() {
			return nil
		}
		next, heard := e.deadlines.first(), (chan struct{})(nil)
		if now != nil {
			next, heard = now.atLatest, now.done
		}
		if !next.Equal(armed) {
			armed = next
			if next.IsZero() {
				timer.Stop()
			} else {
				timer.Reset(max(time.Until(next), 0))
			}
		}
		select {
		case m := <-e.inbox:
			e.step(m.unit, m.event)
		case c := <-e.calls:
			c.run(&Model{e})
			close(c.done)
		case <-heard:
			e.expireAfter(now)
			now = nil
		case <-timer.C:
			if armed = (time.Time{}); now == nil {
				now = e.listen()
				continue
			}
			e.expireAfter(now)
			now = nil
		case <-e.saving.timer.C:
			e.save()
		case <-e.clock.timer.C:
			e.lookAtClock()
		case <-stop:
			stop = nil
			e.drain()
		}
	}
}

// overdue is when a unit is told again that did not move its deadline on.
const overdue = time.Second

// expire tells every unit whose deadline has passed.
func (e *Engine) expire(now time.Time) {
	for {
		id, ok := e.deadlines.due(now)
		if !ok {
			return
		}
		e.step(id, lifecycle.Event{Kind: lifecycle.Expired})
		u := e.units[id]
		if u == nil {
			continue // it was on its way out, and that was all it waited for
		}
		// A unit that did not move its deadline on would be told for ever.
		if d := u.Deadline(); !d.IsZero() && !d.After(now) {
			e.config.Logger.Error("deadline not moved on", "unit", id, "phase", u.Phase(), "deadline", d)
			e.deadlines.set(id, now.Add(overdue))
		}
	}
}

// drain begins the end: every unit stops, in the reverse order of starting.
func (e *Engine) drain() {
	if e.draining {
		return
	}
	e.draining = true
	e.changed = true
	e.setTimers()
	e.saveNow() // a manager that is killed now is not to be undone by the next
	for _, id := range sorted(e.units) {
		e.forsake(id)
	}
	request := job.StopAll(e.view())
	for _, id := range sorted(e.units) {
		// What is on its way out may depend on what is gone already, and has no place in the order then.
		if !slices.Contains(request.Units, id) {
			request.Units = append(request.Units, id)
		}
	}
	_, changes, err := e.jobs.Submit(e.view(), request)
	e.follow(changes)
	if err != nil {
		e.config.Logger.Error("stop all units", "error", err)
	}
}

// allDown reports that nothing of any unit is left, but for what cannot be ended.
func (e *Engine) allDown() bool {
	for _, u := range e.units {
		if p := u.Phase(); !p.Down() && p != lifecycle.Abandoned && u.Delay == nil && u.Supervisor == nil {
			return false
		}
	}
	return true
}

// publish tells watchers that something has changed. A watcher that has not looked yet is told once.
func (e *Engine) publish() {
	if !e.changed {
		return
	}
	e.changed = false
	e.saveSoon()
	for w := range e.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}
