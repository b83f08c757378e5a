package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// What the attributes of every unit say of others (docs/units.md, "What every unit has"), one test for each.

func onFailure(ids ...units.ID) more {
	return func(u *units.Unit, _ *units.Process) { u.OnFailure = ids }
}
func onSuccess(ids ...units.ID) more {
	return func(u *units.Unit, _ *units.Process) { u.OnSuccess = ids }
}
func conflicts(ids ...units.ID) more {
	return func(u *units.Unit, _ *units.Process) { u.Conflicts = ids }
}
func essential(u *units.Unit, _ *units.Process) { u.Essential = true }
func remains(_ *units.Unit, p *units.Process)   { p.Remain = true }

// causes collects why each unit was started by the end of another one.
func (b *bench) causes(script func(units.ID, lifecycle.Action) fate) map[units.ID][]lifecycle.Cause {
	seen := map[units.ID][]lifecycle.Cause{}
	b.fake.script = func(id units.ID, a lifecycle.Action) fate {
		if c := a.Launch.Cause; c != nil {
			seen[id] = append(seen[id], *c)
		}
		return script(id, a)
	}
	return seen
}

// TestOnFailure: whatever kind of unit ends up failed, and for whatever reason, its on_failure units start, once, and
// are told of it.
func TestOnFailure(t *testing.T) {
	settle := &units.Unit{ID: "delay.never", Enabled: true, OnFailure: []units.ID{"app.after-delay"}, Delay: &units.Delay{
		Duration: time.Millisecond, Until: &units.Until{Address: "127.0.0.1:1"},
	}}
	broken := supervisor("broken", onFailure("app.after-supervisor"), func(u *units.Unit, _ *units.Process) {
		u.Group.Burst, u.Group.Interval, u.Group.Restart.Policy = 1, time.Minute, units.RestartNo
	})
	list := []*units.Unit{
		settle, broken, app("member", in("supervisor.broken")),
		app("exits", policy(units.RestartNo), onFailure("app.after-exits")),
		app("missing", policy(units.RestartNo), onFailure("app.after-missing")),
		app("limited", burst(2), onFailure("app.after-limited")),
		app("needy", requires("app.missing"), onFailure("app.after-needy")),
		pool("gone", policy(units.RestartNo), onFailure("app.after-gone")),
	}
	var alarms []units.ID
	for _, u := range list {
		alarms = append(alarms, u.OnFailure...)
	}
	for _, id := range alarms {
		list = append(list, app(id.Name(), oneshot, disabled))
	}
	quiet(t, list, func(b *bench) {
		starts := fails("missing")
		seen := b.causes(func(id units.ID, a lifecycle.Action) fate {
			switch id {
			case "app.exits", "app.limited", "pool.gone", "app.member":
				return fate{lives: time.Millisecond, exit: lifecycle.Exit{Code: 3}}
			}
			return starts(id, a)
		})
		b.boot()
		b.pass(2 * time.Minute)
		b.want("failed (exit)", "app.exits", "pool.gone", "supervisor.broken")
		b.want("failed (start)", "app.missing")
		b.want("failed (start-limit)", "app.limited")
		b.want("failed (dependency)", "app.needy")
		b.want("failed (timeout)", "delay.never")
		for _, id := range alarms {
			cause := seen[id]
			if len(cause) != 1 || cause[0].Unit.Name() != strings.TrimPrefix(id.Name(), "after-") && !strings.HasSuffix(string(id), "supervisor") && !strings.HasSuffix(string(id), "delay") {
				b.fail("%s was started for %+v", id, cause)
			}
			ran := cause[0].Unit == "app.exits" || cause[0].Unit == "app.limited"
			if cause[0].Result != units.ReasonExit || ran != (cause[0].Exit != nil) || ran && cause[0].Exit.Code != 3 {
				b.fail("%s was told %+v", id, cause[0])
			}
		}
	})
}

// TestOnSuccess: what has finished starts its on_success units.
func TestOnSuccess(t *testing.T) {
	list := []*units.Unit{
		app("clean", policy(units.RestartOnFailure), onSuccess("app.after-clean"), onFailure("app.alarm")),
		app("work", oneshot, onSuccess("app.after-work"), onFailure("app.alarm")),
		app("remain", oneshot, remains, onSuccess("app.after-remain"), onFailure("app.alarm")),
		pool("done", policy(units.RestartOnFailure), onSuccess("app.after-done"), onFailure("app.alarm")),
		app("alarm", oneshot, disabled),
	}
	for _, u := range list[:4] {
		list = append(list, app(u.OnSuccess[0].Name(), oneshot, disabled))
	}
	quiet(t, list, func(b *bench) {
		seen := b.causes(func(units.ID, lifecycle.Action) fate { return fate{lives: time.Millisecond} })
		b.boot()
		b.pass(time.Minute)
		b.want("inactive (dead)", "app.clean", "app.work", "pool.done")
		b.want("active (exited)", "app.remain")
		if len(seen) != 4 || len(seen["app.alarm"]) > 0 {
			b.fail("started: %+v", seen)
		}
		for id, causes := range seen {
			if len(causes) != 1 || causes[0].Result != units.ReasonClean {
				b.fail("%s was started for %+v", id, causes)
			}
		}
	})
}

// TestNeitherFailedNorFinished: what people stop, and what is restarted, starts nothing.
func TestNeitherFailedNorFinished(t *testing.T) {
	both := []more{onFailure("app.next"), onSuccess("app.next")}
	quiet(t, []*units.Unit{app("a", both...), pool("b", both...), app("next", oneshot, disabled)}, func(b *bench) {
		seen := b.causes(fails())
		b.boot()
		b.pass(time.Second)
		b.crash("app.a", 3)
		b.pass(5 * time.Second)
		b.want("active (running)", "app.a")
		b.submit(job.Restart, "app.a", "pool.b")
		b.pass(5 * time.Second)
		b.submit(job.Stop, "app.a", "pool.b")
		b.pass(5 * time.Second)
		b.want("inactive (dead)", "app.a", "pool.b")
		if len(seen) > 0 {
			b.fail("started: %+v", seen)
		}
	})
}

// TestEndlessSuccession has units that start each other when they fail: that has an end.
func TestEndlessSuccession(t *testing.T) {
	quiet(t, []*units.Unit{
		app("a", oneshot, onFailure("app.b")), app("b", oneshot, disabled, onFailure("app.a")),
	}, func(b *bench) {
		b.fake.script = func(units.ID, lifecycle.Action) fate {
			return fate{lives: time.Millisecond, exit: lifecycle.Exit{Code: 3}}
		}
		b.boot()
		b.pass(time.Hour)
		if n := len(b.fake.started); n > 2*successionBurst+1 {
			b.fail("%d were started", n)
		}
		if story := strings.Join(b.story, "\n"); !strings.Contains(story, "not started (on_failure of app.a): more than 5 times within 10 s") &&
			!strings.Contains(story, "not started (on_failure of app.b): more than 5 times within 10 s") {
			b.fail("nobody says why it ended")
		}
		// Later they may again.
		b.fake.started = nil
		b.submit(job.Start, "app.a")
		b.pass(time.Second)
		if count(b.fake.started, "app.b") == 0 {
			b.fail("started %v", b.fake.started)
		}
	})
}

// TestAlarmThatRuns: one that is active already is not started again, and not told of this failure at its next start.
func TestAlarmThatRuns(t *testing.T) {
	quiet(t, []*units.Unit{app("a", policy(units.RestartNo), onFailure("app.alarm")), app("alarm")}, func(b *bench) {
		seen := b.causes(fails())
		b.boot()
		b.pass(time.Second)
		b.crash("app.a", 3)
		b.pass(time.Second)
		b.crash("app.alarm", 3)
		b.pass(5 * time.Second)
		b.want("active (running)", "app.alarm")
		if len(seen) > 0 {
			b.fail("told: %+v", seen)
		}
	})
}

// TestRequires: stopping or restarting what is required stops or restarts what requires it; its crash does not.
func TestRequires(t *testing.T) {
	quiet(t, []*units.Unit{app("db"), app("api", requires("app.db")), app("web", requires("app.api")), app("fan", wants("app.db"))}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.started = nil
		b.crash("app.db", 3)
		b.pass(5 * time.Second)
		b.submit(job.Restart, "app.db")
		b.pass(5 * time.Second)
		if want := []string{"app.db", "app.db", "app.api", "app.web"}; !slices.Equal(b.fake.started, want) {
			b.fail("started %v, want %v", b.fake.started, want)
		}
		b.submit(job.Stop, "app.db")
		b.pass(time.Second)
		b.want("inactive (dead)", "app.db", "app.api", "app.web")
		b.want("active (running)", "app.fan")
	})
}

// TestBindsTo: whoever is bound stops when the other has ended by itself, well or not, but not while that is being
// restarted, and does not come back with it.
func TestBindsTo(t *testing.T) {
	ends := map[string]struct {
		target *units.Unit
		code   int
		stops  bool
	}{
		"fails":    {app("target", policy(units.RestartNo)), 3, true},
		"finishes": {app("target", policy(units.RestartOnFailure)), 0, true},
		"restarts": {app("target"), 3, false},
		"pool":     {pool("target", policy(units.RestartNo)), 3, true},
	}
	for name, c := range ends {
		t.Run(name, func(t *testing.T) {
			id := c.target.ID
			quiet(t, []*units.Unit{
				c.target, app("bound", bindsTo(id)), app("chained", bindsTo("app.bound")), app("calm", requires(id)), app("part", partOf(id)),
			}, func(b *bench) {
				b.boot()
				b.pass(time.Second)
				b.crash(id, c.code)
				b.pass(5 * time.Second)
				b.want("active (running)", "app.calm", "app.part")
				if !c.stops {
					b.want("active (running)", id, "app.bound", "app.chained")
					return
				}
				b.want("inactive (dead)", "app.bound", "app.chained")
				b.submit(job.Start, id)
				b.pass(5 * time.Second)
				b.want("active (running)", id)
				b.want("inactive (dead)", "app.bound")
				b.submit(job.Start, "app.chained")
				b.pass(5 * time.Second)
				b.want("active (running)", "app.bound", "app.chained")
				b.submit(job.Stop, id)
				b.pass(5 * time.Second)
				b.want("inactive (dead)", id, "app.bound", "app.chained", "app.calm", "app.part")
			})
		})
	}
}

// TestPartOf: parts are stopped and restarted with the whole, and nothing else.
func TestPartOf(t *testing.T) {
	quiet(t, []*units.Unit{app("whole"), app("part", partOf("app.whole")), app("idle", partOf("app.whole"), disabled)}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.started = nil
		b.submit(job.Restart, "app.whole")
		b.pass(5 * time.Second)
		slices.Sort(b.fake.started)
		if want := []string{"app.part", "app.whole"}; !slices.Equal(b.fake.started, want) {
			b.fail("restarted %v, want %v", b.fake.started, want)
		}
		b.submit(job.Restart, "app.part")
		b.submit(job.Stop, "app.part")
		b.pass(5 * time.Second)
		b.want("active (running)", "app.whole")
		b.submit(job.Stop, "app.whole")
		b.pass(time.Second)
		b.submit(job.Start, "app.whole")
		b.pass(time.Second)
		b.want("active (running)", "app.whole")
		b.want("inactive (dead)", "app.part", "app.idle")
		b.submit(job.Start, "app.part")
		b.pass(time.Second)
		b.submit(job.Stop, "app.whole")
		b.pass(5 * time.Second)
		b.want("inactive (dead)", "app.whole", "app.part")
	})
}

// TestConflicts: starting one stops the other, whichever of them says so, also one that is about to be restarted, and
// by way of what a unit requires.
func TestConflicts(t *testing.T) {
	quiet(t, []*units.Unit{
		app("blue"), app("green", disabled, conflicts("app.blue")), app("user", disabled, requires("app.green")),
	}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.want("active (running)", "app.blue")
		b.submit(job.Start, "app.green")
		b.pass(2 * time.Second)
		b.want("inactive (dead)", "app.blue")
		b.want("active (running)", "app.green")
		b.submit(job.Start, "app.blue")
		b.pass(2 * time.Second)
		b.want("inactive (dead)", "app.green")
		b.want("active (running)", "app.blue")
		b.crash("app.blue", 3)
		b.pass(500 * time.Millisecond)
		b.want("activating (auto-restart)", "app.blue")
		b.submit(job.Start, "app.user")
		b.pass(time.Minute)
		b.want("inactive (dead)", "app.blue")
		b.want("active (running)", "app.green", "app.user")
		tx := b.submit(job.Start, "app.blue", "app.green")
		if got := b.result(tx); !strings.Contains(got, "app.green would have to stop (conflicts with app.blue, asked for) and to start (asked for) at once") {
			b.fail("result %q", got)
		}
		b.want("active (running)", "app.green", "app.user")
	})
}

// told is what an essential unit has to say by now; "": nothing.
func (b *bench) told() string {
	select {
	case why := <-b.engine.Essential():
		return why
	default:
		return ""
	}
}

// TestEssential: whatever kind it is, the manager is told once an essential unit has failed for good, and not before.
func TestEssential(t *testing.T) {
	group := supervisor("vital", essential, func(u *units.Unit, _ *units.Process) {
		u.Group.Burst, u.Group.Interval, u.Group.Restart.Policy = 1, time.Minute, units.RestartNo
	})
	for name, c := range map[string]struct {
		list []*units.Unit
		ends units.ID // whose processes end twice
		want string
	}{
		"app":        {[]*units.Unit{app("vital", essential, burst(1))}, "app.vital", "app.vital: exit 3; gave up after 1 restart within 1 min"},
		"pool":       {[]*units.Unit{pool("vital", essential, burst(1))}, "pool.vital", "pool.vital: worker 2: exit 3; gave up after 1 restart within 1 min"},
		"supervisor": {[]*units.Unit{group, app("member", in("supervisor.vital"))}, "app.member", "supervisor.vital: more than 1 member failure within 1 min, the last of app.member: exit 3, 2nd in a row"},
	} {
		t.Run(name, func(t *testing.T) {
			quiet(t, c.list, func(b *bench) {
				b.boot()
				for range 2 {
					b.pass(5 * time.Second)
					if why := b.told(); why != "" {
						b.fail("too early: %s", why)
					}
					b.crash(c.ends, 3)
				}
				b.pass(5 * time.Second)
				if why := b.told(); why != c.want {
					b.fail("told %q, want %q", why, c.want)
				}
			})
		})
	}
}

// TestEssentialThatCannotStart: one that needs what has failed for good has failed for good itself; one whose
// requirement goes on trying has not.
func TestEssentialThatCannotStart(t *testing.T) {
	list := func(change ...more) []*units.Unit {
		return []*units.Unit{app("db", change...), app("between", bindsTo("app.db")), app("vital", essential, requires("app.between"))}
	}
	quiet(t, list(), func(b *bench) {
		b.fake.script = fails("db")
		b.boot()
		b.pass(10 * time.Minute)
		b.want("failed (dependency)", "app.between", "app.vital")
		b.want("activating (auto-restart)", "app.db")
		if why := b.told(); why != "" {
			b.fail("told %q", why)
		}
		b.fake.script = nil
		b.pass(2 * time.Minute)
		b.want("active (running)", "app.vital")
	})
	for name, change := range map[string]more{"at once": policy(units.RestartNo), "later": burst(8)} {
		t.Run(name, func(t *testing.T) {
			quiet(t, list(change, func(_ *units.Unit, p *units.Process) { p.Restart.Interval = time.Hour }), func(b *bench) {
				b.fake.script = fails("db")
				b.boot()
				b.pass(10 * time.Minute)
				b.want("failed (dependency)", "app.vital")
				if why := b.told(); !strings.HasPrefix(why, "app.vital: requires app.between, and app.db failed: exec db") {
					b.fail("told %q", why)
				}
			})
		})
	}
}

// TestEssentialThatEnds: neither a clean end nor a stop by hand is a failure.
func TestEssentialThatEnds(t *testing.T) {
	quiet(t, []*units.Unit{app("work", essential, oneshot), app("stopped", essential), app("clean", essential, policy(units.RestartOnFailure))}, func(b *bench) {
		b.fake.script = fails()
		b.boot()
		b.pass(5 * time.Second)
		b.submit(job.Stop, "app.stopped")
		b.crash("app.clean", 0)
		b.pass(time.Minute)
		b.want("inactive (dead)", "app.work", "app.stopped", "app.clean")
		if why := b.told(); why != "" {
			b.fail("told %q", why)
		}
	})
}
