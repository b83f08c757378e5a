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

func TestSupervisorRestartsItsMembers(t *testing.T) {
	web := supervisor("web", func(u *units.Unit, _ *units.Process) { u.Group.Burst, u.Group.Interval = 1, time.Minute })
	quiet(t, []*units.Unit{
		web, app("db", in("supervisor.web")), app("cache", in("supervisor.web")), app("other", requires("app.db")),
	}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.submit(job.Stop, "app.cache")
		b.pass(time.Second)
		b.crash("app.db", 3)
		b.pass(3 * time.Second)
		b.want("active (running)", "app.db", "supervisor.web")
		b.crash("app.db", 3)
		b.pass(5 * time.Second)
		b.want("activating (auto-restart)", "supervisor.web")
		b.want("inactive (dead)", "app.db", "app.other")
		b.pass(20 * time.Second)
		b.want("active (running)", "supervisor.web", "app.db", "app.other")
		b.want("inactive (dead)", "app.cache") // somebody stopped it
	})
}

func TestStrategies(t *testing.T) {
	for strategy, want := range map[units.Strategy][]string{
		units.OneForOne:  {"app.b"},
		units.OneForAll:  {"app.a", "app.b", "app.c"},
		units.RestForOne: {"app.b", "app.c"},
	} {
		t.Run(string(strategy), func(t *testing.T) {
			s := supervisor("s", func(u *units.Unit, _ *units.Process) { u.Group.Strategy = strategy })
			quiet(t, []*units.Unit{
				s, app("a", in("supervisor.s")), app("b", in("supervisor.s"), after("app.a")), app("c", in("supervisor.s"), after("app.b")),
			}, func(b *bench) {
				b.boot()
				b.pass(time.Second)
				b.fake.started = nil
				b.crash("app.b", 3)
				b.pass(5 * time.Second)
				slices.Sort(b.fake.started)
				if !slices.Equal(b.fake.started, want) {
					b.fail("restarted %v, want %v", b.fake.started, want)
				}
			})
		})
	}
}

// strategy is a supervisor with members a, b after a, and c after b.
func strategy(s units.Strategy, change ...more) []*units.Unit {
	group := supervisor("s", append(change, func(u *units.Unit, _ *units.Process) { u.Group.Strategy = s })...)
	return []*units.Unit{
		group, app("a", in("supervisor.s")), app("b", in("supervisor.s"), after("app.a")), app("c", in("supervisor.s"), after("app.b")),
	}
}

// TestStrategyWaitsForTheFailedOne: the others are stopped at once, and start in order when it is up again.
func TestStrategyWaitsForTheFailedOne(t *testing.T) {
	quiet(t, strategy(units.OneForAll), func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.started = nil
		b.fake.script = fails("b")
		b.crash("app.b", 3)
		b.pass(900 * time.Millisecond)
		b.want("active (running)", "app.a")
		b.want("activating (auto-restart)", "app.b")
		b.want("inactive (dead)", "app.c")
		b.call(func(m *Model) {
			if _, waits, ok := m.Job("app.c"); !ok || !slices.Equal(waits, []units.ID{"app.b"}) {
				b.broke("app.c waits for %v (%v)", waits, ok)
			}
		})
		// It fails again and again: each time the others restart or wait on, and its own delay grows.
		b.pass(20 * time.Second)
		b.want("inactive (dead)", "app.c")
		if n := count(b.fake.started, "app.b"); n != 4 { // after 1, 2, 4 and 8 s
			b.fail("app.b was tried %d times: %v", n, b.fake.started)
		}
		b.fake.script, b.fake.started = nil, nil
		b.pass(30 * time.Second)
		b.want("active (running)", "app.a", "app.b", "app.c")
		if want := []string{"app.b", "app.c"}; !slices.Equal(b.fake.started, want) {
			b.fail("started %v, want %v", b.fake.started, want)
		}
	})
}

// TestStrategyKeepsTheOrder: the failed one waits for what it is ordered after, even where it has no delay.
func TestStrategyKeepsTheOrder(t *testing.T) {
	for _, dependency := range []more{after("app.a"), requires("app.a")} {
		list := strategy(units.OneForAll)
		slow := func(_ *units.Unit, p *units.Process) { p.Type = units.TypeNotify }
		list[1], list[2] = app("a", in("supervisor.s"), slow), app("b", in("supervisor.s"), dependency)
		quiet(t, list, func(b *bench) {
			b.boot()
			b.pass(time.Second)
			b.fake.started = nil
			for _, run := range b.fake.lives("app.b") {
				b.fake.mu.Lock()
				b.fake.kill(b.fake.trees[run])
				b.fake.mu.Unlock()
			}
			b.pass(5 * time.Second)
			b.want("active (running)", "app.a", "app.b", "app.c")
			if want := []string{"app.a", "app.b", "app.c"}; !slices.Equal(b.fake.started, want) {
				b.fail("started %v, want %v", b.fake.started, want)
			}
		})
	}
}

// TestStrategyAndPeople: a person who starts the failed one, or what waits for it, gets an answer.
func TestStrategyAndPeople(t *testing.T) {
	quiet(t, strategy(units.RestForOne), func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.fake.script = fails("b")
		b.crash("app.b", 3)
		b.pass(20 * time.Second)
		b.want("activating (auto-restart)", "app.b")
		b.fake.started = nil
		tx := b.submit(job.Start, "app.b")
		b.pass(100 * time.Millisecond)
		if got := b.result(tx); !strings.HasPrefix(got, "failed: app.b: exec b") || count(b.fake.started, "app.b") != 1 {
			b.fail("result %q after %v", got, b.fake.started)
		}
		b.want("inactive (dead)", "app.c")
		tx = b.submit(job.Start, "app.c")
		b.fake.script = nil
		b.pass(5 * time.Second)
		if got := b.result(tx); got != "done" {
			b.fail("result %q", got)
		}
		b.want("active (running)", "app.a", "app.b", "app.c")
		b.crash("app.b", 3)
		b.pass(500 * time.Millisecond)
		b.want("inactive (dead)", "app.c")
		b.submit(job.Stop, "app.b")
		b.pass(time.Second)
		b.want("inactive (dead)", "app.b")
		b.want("active (running)", "app.a", "app.c")
	})
}

// TestStrategyWithoutAJob: a failed member that no job tells any more starts by itself. One that was to be reloaded may have
// had a job until now, which was no start.
func TestStrategyWithoutAJob(t *testing.T) {
	quiet(t, strategy(units.OneForAll), func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.crash("app.b", 3)
		b.pass(10 * time.Millisecond)
		b.want("activating (auto-restart)", "app.b")
		b.call(func(m *Model) {
			if j, _, ok := m.Job("app.b"); !ok || j.State != job.Waiting {
				b.broke("app.b has the job %+v (%v)", j, ok)
			}
			m.e.jobs.GiveUp(m.e.view(), "app.b", "")
			m.e.follow(job.Changes{Jobs: []job.Job{{Unit: "app.b", Kind: job.Reload, Now: job.Reload, Result: job.Failed}}})
		})
		b.pass(2 * time.Second)
		b.want("active (running)", "app.b")
	})
}

// TestStrategyOfWhatGivesUp: what does not start again takes nobody with it, and lets go who waits for it.
func TestStrategyOfWhatGivesUp(t *testing.T) {
	list := strategy(units.RestForOne)
	list[2] = app("b", in("supervisor.s"), after("app.a"), burst(1))
	list = append(list, app("d", in("supervisor.s"), requires("app.b")))
	quiet(t, list, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		b.crash("app.b", 3)
		b.pass(500 * time.Millisecond)
		b.want("inactive (dead)", "app.c", "app.d")
		b.pass(5 * time.Second)
		b.want("active (running)", "app.b", "app.c", "app.d")
		b.fake.started = nil
		b.crash("app.b", 3)
		b.pass(5 * time.Second)
		b.want("failed (start-limit)", "app.b")
		b.want("active (running)", "app.a", "app.c", "app.d")
		if len(b.fake.started) != 0 {
			b.fail("started %v", b.fake.started)
		}
		b.pass(2 * time.Minute)
		b.submit(job.Start, "app.b")
		b.pass(time.Second)
		b.fake.script = fails("b")
		b.crash("app.b", 3)
		b.pass(5 * time.Second)
		b.want("failed (start-limit)", "app.b")
		b.want("active (running)", "app.a", "app.c")
		b.want("failed (dependency)", "app.d")
	})
}

// TestIntensityOfStart counts what fails while the supervisor starts, at boot too.
func TestIntensityOfStart(t *testing.T) {
	for _, s := range []units.Strategy{units.OneForOne, units.RestForOne} {
		list := strategy(s, func(u *units.Unit, _ *units.Process) { u.Group.Burst, u.Group.Interval = 2, time.Minute })
		list = append(list, app("after", requires("supervisor.s")))
		quiet(t, list, func(b *bench) {
			b.fake.script = fails("b")
			b.boot()
			b.pass(2 * time.Second)
			b.want("inactive (dead)", "app.c", "app.after")
			b.pass(3 * time.Second)
			b.want("activating (auto-restart)", "supervisor.s")
			b.want("inactive (dead)", "app.a", "app.b", "app.c")
			b.want("failed (dependency)", "app.after")
			b.call(func(m *Model) {
				if want := "more than 2 member failures within 1 min, the last of app.b: exec b"; !strings.HasPrefix(m.Unit("supervisor.s").Note(), want) {
					b.broke("note %q", m.Unit("supervisor.s").Note())
				}
			})
			b.fake.script = nil
			b.pass(15 * time.Second)
			b.want("active (running)", "supervisor.s", "app.a", "app.b", "app.c", "app.after")
			// Who starts it waits for an answer.
			b.submit(job.Stop, "supervisor.s")
			b.pass(5 * time.Second)
			b.fake.script = func(id units.ID, _ lifecycle.Action) fate {
				return fate{refused: "exec " + string(id) + ": no such file or directory"}
			}
			tx := b.submit(job.Start, "supervisor.s")
			b.pass(time.Second)
			if got := b.result(tx); !strings.HasPrefix(got, "failed: supervisor.s: more than 2 member failures") {
				b.fail("result %q", got)
			}
			b.fake.script = nil
		})
	}
}
