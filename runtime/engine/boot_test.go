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

// quiet plays without faults.
func quiet(t *testing.T, list []*units.Unit, f func(*bench)) {
	t.Helper()
	play(t, 1, false, units.NewSet(list...), Overrides{}, f)
}

func TestBootStartsInOrder(t *testing.T) {
	settle := &units.Unit{ID: "delay.settle", Enabled: true, Delay: &units.Delay{Duration: 5 * time.Second, SinceBoot: true}}
	quiet(t, []*units.Unit{
		settle, supervisor("web", after("delay.settle")), app("db", in("supervisor.web")),
		pool("api", in("supervisor.web"), requires("app.db")), app("extra", in("supervisor.web"), disabled),
	}, func(b *bench) {
		b.boot()
		b.pass(4 * time.Second)
		b.want("activating (delay)", "delay.settle")
		b.want("inactive (dead)", "app.db", "pool.api", "supervisor.web")
		b.pass(2 * time.Second)
		b.want("active (running)", "app.db", "pool.api", "supervisor.web")
		b.want("inactive (dead)", "app.extra")
		if want := []string{"app.db", "pool.api", "pool.api"}; !slices.Equal(b.fake.started, want) {
			b.fail("started %v, want %v", b.fake.started, want)
		}
	})
}

// TestBootIsPatient has a requirement whose first attempts fail: what depends on it starts all the same.
func TestBootIsPatient(t *testing.T) {
	quiet(t, []*units.Unit{app("db"), app("web", requires("app.db"))}, func(b *bench) {
		b.fake.script = fails("db")
		b.boot()
		b.pass(2 * time.Second)
		b.want("activating (auto-restart)", "app.db")
		b.want("inactive (dead)", "app.web")
		b.fake.script = nil
		b.pass(5 * time.Second)
		b.want("active (running)", "app.db", "app.web")
	})
}

// TestBlockedUnitsRecover has one that fails for longer than a start may take.
func TestBlockedUnitsRecover(t *testing.T) {
	quiet(t, []*units.Unit{app("db"), app("web", requires("app.db")), app("calm", wants("app.db"))}, func(b *bench) {
		b.fake.script = fails("db")
		b.boot()
		b.pass(2 * time.Minute)
		b.want("failed (dependency)", "app.web")
		b.want("active (running)", "app.calm")
		b.fake.script = nil
		b.pass(2 * time.Minute)
		b.want("active (running)", "app.db", "app.web")
	})
}

// TestAskedStartFailsAtOnce: who asks waits for the answer.
func TestAskedStartFailsAtOnce(t *testing.T) {
	quiet(t, []*units.Unit{app("db"), app("web", requires("app.db"))}, func(b *bench) {
		b.fake.script = fails("db")
		tx := b.submit(job.Start, "app.web")
		b.pass(time.Second / 2)
		if got := b.result(tx); !strings.HasPrefix(got, "dependency: app.web: requires app.db, which failed: exec db") {
			b.fail("result %q", got)
		}
	})
}

// crash lets the main process of a unit end.
func (b *bench) crash(id units.ID, code int) {
	b.t.Helper()
	for _, run := range b.fake.lives(id) {
		b.fake.mu.Lock()
		tree := b.fake.trees[run]
		b.fake.exit(tree, time.Microsecond, lifecycle.Exit{Code: code})
		b.fake.mu.Unlock()
	}
}

func count(list []string, what string) int {
	n := 0
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}

// TestAbandonedUnitStaysDown: once its process is gone at last it may start again by itself, unless somebody has
// stopped it, or the manager ends.
func TestAbandonedUnitStaysDown(t *testing.T) {
	quiet(t, []*units.Unit{app("a"), app("b")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		for _, id := range []units.ID{"app.a", "app.b"} {
			b.abandon(id)
		}
		b.pass(15 * time.Second)
		b.want("failed (abandoned)", "app.a", "app.b")
		b.submit(job.Stop, "app.a")
		b.pass(time.Minute)
		b.want("inactive (dead)", "app.a")
		b.want("active (running)", "app.b")
	})
}

// abandon crashes a unit and leaves a process that SIGKILL does not end for a while.
func (b *bench) abandon(id units.ID) {
	for _, run := range b.fake.lives(id) {
		b.fake.mu.Lock()
		tree := b.fake.trees[run]
		tree.exited, tree.dying, tree.stuck = true, true, true
		b.fake.in(0, id, lifecycle.Event{Kind: lifecycle.Exited, Run: run, Exit: lifecycle.Exit{Code: 3}}, nil, nil)
		b.fake.empty(tree, 30*time.Second)
		b.fake.mu.Unlock()
	}
}
