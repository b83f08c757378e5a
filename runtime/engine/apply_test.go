package engine

import (
	"errors"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

func TestApplyChangesWhatChanged(t *testing.T) {
	same, old := app("same"), app("old")
	quiet(t, []*units.Unit{same, old, app("changed"), app("down"), pool("api")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.submit(job.Stop, "app.down")
		b.pass(time.Second)
		b.fake.started = nil
		tx := b.apply(same, app("changed", command("new")), app("down", command("new")), app("added"), app("off", disabled), pool("api", command("new")))
		b.pass(10 * time.Second)
		if got := b.result(tx); got != "done" {
			b.fail("result %q", got)
		}
		b.want("active (running)", "app.same", "app.changed", "app.added", "pool.api")
		b.want("inactive (dead)", "app.down", "app.off")
		b.want("", "app.old")
		for name, n := range map[string]int{"app.same": 0, "app.changed": 1, "app.added": 1, "app.down": 0, "pool.api": 2} {
			if got := count(b.fake.started, name); got != n {
				b.fail("%s was started %d times, want %d", name, got, n)
			}
		}
	})
}

// TestApplyGoesBack has a new definition that does not start: the old one is in force again, and runs.
func TestApplyGoesBack(t *testing.T) {
	quiet(t, []*units.Unit{app("a"), pool("api")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.script = fails("broken")
		before := b.inForce()
		tx := b.apply(app("a", command("broken")), pool("api", command("broken")))
		if now := b.inForce(); !now.Applying || now.Revision == before.Revision {
			b.fail("while it is applied: %+v, before: %+v", now, before)
		}
		b.pass(10 * time.Second)
		if now := b.inForce(); now.Applying || !now.AppliedAt.Equal(before.AppliedAt) || now.Revision <= before.Revision+1 {
			b.fail("after it has gone back: %+v, before: %+v", now, before)
		}
		if got := b.result(tx); !strings.HasPrefix(got, "failed: ") {
			b.fail("result %q", got)
		}
		b.want("active (running)", "app.a", "pool.api")
		b.call(func(m *Model) {
			if p, err := m.Definition("app.a").App.Program.Program(units.Scope{}); err != nil || p.Command[0] != "a" {
				b.broke("app.a would start %v, %v", p.Command, err)
			}
			plan := m.Plan(units.NewSet(app("a", command("broken")), pool("api", command("broken"))))
			if len(plan) != 2 {
				b.broke("the plan has forgotten that: %v", plan)
			}
		})
		b.crash("app.a", 3)
		b.pass(5 * time.Second)
		b.want("active (running)", "app.a")
	})
}

// TestApplyGoesBackInPart: what did start is applied.
func TestApplyGoesBackInPart(t *testing.T) {
	quiet(t, []*units.Unit{app("a"), app("b")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.script = fails("broken")
		before := b.inForce()
		b.apply(app("a", command("broken")), app("b", command("good")))
		b.pass(10 * time.Second)
		if now := b.inForce(); now.Applying || !now.AppliedAt.After(before.AppliedAt) {
			b.fail("%+v, before: %+v", now, before)
		}
	})
}

// TestApplyThatIsRefused would have to start and stop a unit at once: nothing of it comes in force.
func TestApplyThatIsRefused(t *testing.T) {
	quiet(t, []*units.Unit{app("a"), app("calm"), app("gone")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.call(func(m *Model) { m.SetEnabled([]units.ID{"app.calm"}, false) })
		before, started := b.inForce(), len(b.fake.started)
		rival := app("b", func(u *units.Unit, _ *units.Process) { u.Conflicts = []units.ID{"app.a"} })
		next := units.NewSet(app("a", command("new")), app("calm", disabled, burst(3)), rival)
		b.call(func(m *Model) {
			_, tx, err := m.Apply(next, false)
			if err == nil || tx.ID != 0 {
				b.broke("transaction %d, %v", tx.ID, err)
			}
			if len(m.Plan(next)) != 4 || len(m.Overrides().Enabled) != 1 {
				b.broke("plan %v, overrides %v", m.Plan(next), m.Overrides())
			}
		})
		b.pass(5 * time.Second)
		if now := b.inForce(); now != before {
			b.fail("%+v, before: %+v", now, before)
		}
		b.want("active (running)", "app.a", "app.calm", "app.gone")
		b.want("", "app.b")
		if len(b.fake.started) != started {
			b.fail("started %v", b.fake.started)
		}
	})
}

// TestApplyAgainBeforeItFailed: what a later apply said is not taken back with the first one.
func TestApplyAgainBeforeItFailed(t *testing.T) {
	quiet(t, []*units.Unit{app("a", func(_ *units.Unit, p *units.Process) { p.Type = units.TypeNotify })}, func(b *bench) {
		notify := func(_ *units.Unit, p *units.Process) { p.Type = units.TypeNotify }
		b.boot()
		b.pass(time.Second)
		b.fake.script = func(_ units.ID, a lifecycle.Action) fate { return fate{mute: a.Launch.Program.Command[0] == "broken"} }
		b.apply(app("a", notify, command("broken")))
		b.pass(5 * time.Second)
		b.want("activating (start)", "app.a")
		b.apply(app("a", notify, command("good")))
		b.pass(60 * time.Second)
		b.want("active (running)", "app.a")
		b.call(func(m *Model) {
			if p, _ := m.Definition("app.a").App.Program.Program(units.Scope{}); p.Command[0] != "good" {
				b.broke("app.a would start %v", p.Command)
			}
		})
	})
}

func TestApplyLiveAndScaled(t *testing.T) {
	quiet(t, []*units.Unit{app("a"), pool("api")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.started = nil
		tx := b.apply(app("a", burst(3)), pool("api", func(u *units.Unit, _ *units.Process) { u.Pool.Workers = 3 }))
		b.pass(time.Second)
		if tx != 0 {
			b.fail("it made transaction %d", tx)
		}
		if len(b.fake.started) != 1 {
			b.fail("started %v", b.fake.started)
		}
		b.call(func(m *Model) {
			if got := m.Unit("pool.api").Pool.Ready(); got != 3 {
				b.broke("%d workers are ready", got)
			}
		})
	})
}

// TestApplyKeepsWhatRuns is `apply --no-restart`; what is removed runs on until the end.
func TestApplyKeepsWhatRuns(t *testing.T) {
	quiet(t, []*units.Unit{app("a"), app("gone", requires("app.lost")), app("lost"), pool("api")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.started = nil
		b.call(func(m *Model) {
			more := pool("api", func(u *units.Unit, _ *units.Process) { u.Pool.Workers = 3 })
			if _, tx, err := m.Apply(units.NewSet(app("a", command("new")), app("added"), more), true); err != nil || tx.ID != 0 {
				b.broke("transaction %d, %v", tx.ID, err)
			}
		})
		b.pass(5 * time.Second)
		b.want("active (running)", "app.a", "app.gone", "app.lost")
		b.want("inactive (dead)", "app.added")
		if len(b.fake.started) != 0 {
			b.fail("started %v", b.fake.started)
		}
	})
}

// TestApplyRemovesWhatWaits: a unit that is removed while it waits to start does not start because what it waits for is
// removed with it.
func TestApplyRemovesWhatWaits(t *testing.T) {
	mute := func(_ *units.Unit, p *units.Process) { p.Type = units.TypeNotify }
	quiet(t, []*units.Unit{app("slow", mute), app("web", after("app.slow")), app("stays")}, func(b *bench) {
		b.fake.script = func(id units.ID, _ lifecycle.Action) fate { return fate{mute: id == "app.slow"} }
		b.boot()
		b.pass(time.Second)
		b.want("activating (start)", "app.slow")
		b.want("active (running)", "app.stays")
		b.fake.started = nil
		tx := b.apply(app("stays"))
		b.pass(5 * time.Second)
		b.want("", "app.slow", "app.web")
		if got := b.result(tx); got != "done" || len(b.fake.started) > 0 {
			b.fail("%s, started %v", got, b.fake.started)
		}
	})
}

// TestAppBecomesTemplate: the app ends, the pool runs it.
func TestAppBecomesTemplate(t *testing.T) {
	quiet(t, []*units.Unit{app("api")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		template := app("api")
		template.TemplateOf = "pool.api"
		p := pool("api")
		p.Pool.AppID = "app.api"
		b.apply(template, p)
		b.pass(5 * time.Second)
		b.want("active (running)", "pool.api")
		b.want("", "app.api")
		b.call(func(m *Model) {
			if u := m.Set().Units["app.api"]; u == nil || u.TemplateOf != "pool.api" {
				b.broke("the template is %+v", u)
			}
		})
	})
}

// TestRemovedUnitThatHangs is forgotten when its deadlines have ended it.
func TestRemovedUnitThatHangs(t *testing.T) {
	quiet(t, []*units.Unit{app("a"), app("b", func(_ *units.Unit, p *units.Process) {
		p.Program = units.Fixed(units.Program{Command: []string{"b"}, PostStop: [][]string{{"hang"}}})
	})}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{} } // its hook never ends by itself
		b.apply(app("a"))
		b.pass(20 * time.Second)
		b.want("", "app.b")
		b.want("active (running)", "app.a")
	})
}

func TestOverrides(t *testing.T) {
	set := []*units.Unit{app("db"), app("web", requires("app.db")), app("off", disabled), pool("api")}
	var saved Overrides
	quiet(t, set, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.submit(job.Stop, "app.db")
		b.call(func(m *Model) {
			m.SetEnabled([]units.ID{"app.off", "app.unknown"}, true)
			if err := m.Scale("pool.api", 3); err != nil {
				b.broke("%v", err)
			}
			for _, n := range []int{-1, units.MaxSlots} {
				if m.Scale("pool.api", n) == nil {
					b.broke("scale to %d was not refused", n)
				}
			}
		})
		b.pass(time.Second)
		saved = b.saved
	})
	play(t, 2, false, units.NewSet(set...), saved, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		// What stopped with it would bring it back, so that stays down too.
		b.want("inactive (dead)", "app.db", "app.web")
		b.want("active (running)", "app.off", "pool.api")
		ready := func(want int) {
			b.call(func(m *Model) {
				if got := m.Unit("pool.api").Pool.Ready(); got != want {
					b.broke("%d workers are ready, want %d", got, want)
				}
			})
		}
		ready(3)
		b.submit(job.Start, "app.web")
		b.pass(time.Second)
		b.want("active (running)", "app.db", "app.web")
		if len(b.saved.Stopped) != 0 {
			b.fail("stopped: %v", b.saved.Stopped)
		}
		// The overrides end when what they override changes in its file.
		b.apply(app("db"), app("web", requires("app.db")), app("off"), pool("api", func(u *units.Unit, _ *units.Process) { u.Pool.Workers = 1 }))
		b.pass(2 * time.Second)
		ready(1)
		if len(b.saved.Enabled)+len(b.saved.Workers) != 0 {
			b.fail("overrides %v", b.saved)
		}
	})
}

// TestCanceledRestartClosesListeners: the start that they were kept for does not come.
func TestCanceledRestartClosesListeners(t *testing.T) {
	web := app("web", after("app.slow"), func(_ *units.Unit, p *units.Process) {
		p.Listen = []units.Listen{{Name: "http", Address: "127.0.0.1:80"}}
	})
	slow := app("slow", func(_ *units.Unit, p *units.Process) { p.Type = units.TypeNotify })
	quiet(t, []*units.Unit{web, slow}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{mute: true} }
		b.submit(job.Restart, "app.web", "app.slow")
		b.pass(5 * time.Second)
		b.want("inactive (dead)", "app.web")
		if !b.fake.holds["app.web"] {
			b.fail("a restart has closed the listeners")
		}
		b.submit(job.Stop, "app.web")
		b.pass(10 * time.Millisecond)
		if b.fake.holds["app.web"] {
			b.fail("the listeners are still open")
		}
	})
}

func TestNothingIsTakenWhileDraining(t *testing.T) {
	quiet(t, []*units.Unit{app("a")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.call(func(m *Model) {
			m.Drain()
			if _, err := m.Submit(job.Start, []units.ID{"app.a"}); !errors.Is(err, ErrDraining) {
				b.broke("submit: %v", err)
			}
			if _, _, err := m.Apply(units.NewSet(), false); !errors.Is(err, ErrDraining) {
				b.broke("apply: %v", err)
			}
		})
	})
}
