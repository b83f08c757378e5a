package engine

import (
	"testing"
	"time"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// No deadline is told before what programs have said up to then, however long that takes to come.
func TestDeadlinesWaitForWhatWasSaid(t *testing.T) {
	watched := func(_ *units.Unit, p *units.Process) { p.Watchdog = 10 * time.Second }
	waiting := func(_ *units.Unit, p *units.Process) { p.Type, p.StartTimeout = units.TypeNotify, 10*time.Second }
	ready, alive := &lifecycle.Notice{Ready: true}, &lifecycle.Notice{Alive: true}
	for name, c := range map[string]struct {
		unit   more
		says   *lifecycle.Notice
		within time.Duration // 0: never
		want   string
	}{
		"alive in time":           {watched, alive, 500 * time.Millisecond, "active (running)"},
		"not alive":               {watched, nil, 500 * time.Millisecond, "failed (watchdog)"},
		"ready in time":           {waiting, ready, 500 * time.Millisecond, "active (running)"},
		"not ready":               {waiting, nil, 500 * time.Millisecond, "failed (timeout)"},
		"nobody can be heard":     {waiting, nil, 0, "failed (timeout)"},
		"nor the watchdog be fed": {watched, nil, 0, "active (running)"},
	} {
		t.Run(name, func(t *testing.T) {
			once := func(_ *units.Unit, p *units.Process) { p.Restart.Policy = units.RestartNo }
			quiet(t, []*units.Unit{app("a", c.unit, once)}, func(b *bench) {
				b.fake.hear = func(done func()) {
					if c.within == 0 {
						return
					}
					go func() {
						time.Sleep(c.within)
						if c.says != nil {
							run := b.engine.units["app.a"].Process.Main // the loop waits for this
							b.engine.Post("app.a", lifecycle.Event{Kind: lifecycle.Notified, Run: run, Notice: c.says})
						}
						done()
					}()
				}
				b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{mute: true} }
				b.boot()
				b.pass(13 * time.Second)
				b.want(c.want, "app.a")
				b.fake.hear = nil
			})
		})
	}
}
