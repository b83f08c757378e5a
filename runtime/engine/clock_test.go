package engine

import (
	"fmt"
	"log/slog"
	"testing"
	"time"
	"unsafe"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// clock is one that people set. What it says has the second reading of package time, which nobody sets.
type clock struct{ ahead time.Duration } // whole seconds

// now is what time.Now gives where the clock has been set. No function of package time makes such a time: its layout is
// that of time.Time.wall, a flag, 33 bits of seconds and 30 of nanoseconds.
func (c *clock) now() time.Time {
	now := time.Now()
	*(*uint64)(unsafe.Pointer(&now)) += uint64(c.ahead/time.Second) << 30
	return now
}

func TestClock(t *testing.T) {
	c := clock{}
	before := c.now()
	c.ahead = 365 * 24 * time.Hour
	after := c.now()
	if read := after.Round(0).Sub(before.Round(0)); read < c.ahead || after.Sub(before) > time.Minute {
		t.Fatalf("a clock that is set by a year goes by %v in %v", read, after.Sub(before))
	}
}

// A clock that is set by a year, back or ahead, moves no deadline: neither of a manager that lives nor of the one that
// follows it, whether or not anything has changed in between.
func TestClockIsSet(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, by := range []time.Duration{year, -year} {
		for _, busy := range []bool{true, false} {
			t.Run(fmt.Sprintf("by %v, busy %t", by, busy), func(t *testing.T) { clockIsSet(t, by, busy) })
		}
	}
}

func clockIsSet(t *testing.T, by time.Duration, busy bool) {
	c := &clock{}
	began := time.Now()
	b := &bench{t: t, fake: newFake(1, false), began: began, saved: Overrides{}, luck: 0.5}
	patient := func(_ *units.Unit, p *units.Process) { p.Restart.Delay, p.Restart.MaxDelay = time.Hour, time.Hour }
	bear := func() *Engine {
		e := New(units.NewSet(app("waits", patient), app("other")), Overrides{}, Config{
			Executor: b.fake, Boot: began, Logger: slog.New(complains{b}), Chance: func() float64 { return 0.5 },
			Invocation: func() string { return "1" }, Record: func(Transition) {}, Persist: func(Overrides, *units.Set) {},
			Save: b.write, Up: func() time.Duration { return time.Since(began) + time.Hour }, Now: c.now,
		})
		return e
	}
	e := bear()
	step := func(id units.ID, ev lifecycle.Event) {
		e.step(id, ev)
		e.save()
	}
	for _, id := range []units.ID{"app.waits", "app.other"} {
		step(id, lifecycle.Event{Kind: lifecycle.StartWanted})
		step(id, lifecycle.Event{Kind: lifecycle.Prepared})
		run := e.units[id].Process.Main
		step(id, lifecycle.Event{Kind: lifecycle.Spawned, Run: run, PID: 7})
	}
	run := e.units["app.waits"].Process.Main
	step("app.waits", lifecycle.Event{Kind: lifecycle.Exited, Run: run, Exit: lifecycle.Exit{Code: 1}})
	step("app.waits", lifecycle.Event{Kind: lifecycle.Emptied, Run: run})
	inAnHour := func(when string) {
		t.Helper()
		u := e.units["app.waits"]
		left := u.Deadline().Sub(e.now())
		if u.Phase() != lifecycle.Backoff || left > time.Hour || left < 59*time.Minute {
			t.Fatalf("%s: it is %s and starts again in %v", when, u.Phase(), left)
		}
		if id, due := e.deadlines.due(e.now()); due {
			t.Fatalf("%s: the deadline of %s has passed", when, id)
		}
	}
	inAnHour("before")
	c.ahead = by
	inAnHour("the clock is set")
	if busy {
		step("app.other", lifecycle.Event{Kind: lifecycle.StopWanted, For: lifecycle.ForStop})
		inAnHour("something is recorded")
	}
	for i := range 3 {
		saved := b.recorded()
		e = bear()
		e.Resume(saved)
		inAnHour(fmt.Sprintf("manager %d after it", i+1))
		e.saving.whole = true
		e.save()
		c.ahead -= by / 2 // while the next one is not there yet
	}
}
