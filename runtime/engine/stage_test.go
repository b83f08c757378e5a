package engine

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"unitd/policy/alert"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// bench is an engine with a fake executor in a bubble of its own time. One goroutine drives it.
type bench struct {
	t           *testing.T
	engine      *Engine
	fake        *fake
	began       time.Time
	story       []string
	saved       Overrides
	luck        float64  // the chance that the engine has
	deaths      int      // of managers
	states      [][]byte // what the engine has recorded
	invocations int
	set         time.Duration // by how much the clock of the host was set
	memories    map[units.ID]lifecycle.Memory
	ended       bool
	watch       func(Transition)
	observed    []string // as alerts see it; the loop writes it
	forgotten   []units.ID
	stop        context.CancelFunc
}

// play runs f with an engine that has not started anything yet; what is left is drained afterwards.
func play(t *testing.T, seed uint64, faults bool, set *units.Set, overrides Overrides, f func(*bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, fake: newFake(seed, faults), began: time.Now(), saved: overrides, luck: 0.5}
		b.bear(set)
		b.live()
		defer func() {
			if !b.ended { // the test has failed: the loop ends where it stands
				b.engine.calls <- call{func(*Model) { runtime.Goexit() }, make(chan struct{})}
			}
		}()
		f(b)
		b.drain()
	})
}

// bear makes an engine that has not begun to run.
func (b *bench) bear(set *units.Set) {
	b.engine = New(set, b.saved, Config{
		Executor: b.fake, Boot: b.began, Logger: slog.New(complains{b}),
		Chance:     func() float64 { return b.luck },
		Invocation: func() string { b.invocations++; return fmt.Sprintf("%032x", b.invocations) },
		Record:     b.record,
		Observe: func(def *units.Unit, o alert.Observation) {
			b.observed = append(b.observed, fmt.Sprintf("%s %d %s %d %v", def.ID, len(def.Alerts), o.Active, o.InARow, o.Past))
		},
		Forget:   func(id units.ID) { b.forgotten = append(b.forgotten, id) },
		Persist:  func(o Overrides, _ *units.Set) { b.saved = o },
		Memories: b.memories,
		Remember: func(all map[units.ID]lifecycle.Memory) { b.memories = all },
		Wall:     func() time.Time { return time.Now().Add(b.set) },
		Save:     b.write,
		Up:       func() time.Duration { return time.Since(b.began) },
	})
}

// live lets the engine run.
func (b *bench) live() {
	ctx, cancel := context.WithCancel(b.t.Context())
	b.stop = cancel
	engine := b.engine
	go func() {
		if err := engine.Run(ctx); err != nil {
			b.t.Error(err)
		}
	}()
}

// complains is a log in which no error may stand.
type complains struct{ b *bench }

// Enabled is for slog.
func (c complains) Enabled(context.Context, slog.Level) bool { return true }

// Handle is for slog.
func (c complains) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	c.b.tell("%s: %s", r.Level, line)
	if r.Level >= slog.LevelError {
		c.b.broke("the log says: %s", line)
	}
	return nil
}

// WithAttrs is for slog.
func (c complains) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup is for slog.
func (c complains) WithGroup(string) slog.Handler { return c }

func (b *bench) tell(format string, args ...any) {
	b.story = append(b.story, fmt.Sprintf("%12s  ", time.Since(b.began))+fmt.Sprintf(format, args...))
}

func (b *bench) record(t Transition) {
	name := string(t.Unit)
	if t.Worker != 0 {
		name += fmt.Sprintf("/%d", t.Worker)
	}
	b.tell("%s is %s (%s) %s", name, t.Active, t.Sub, t.Reason)
	if t.Reason == "" {
		b.fail("%s went from %v to %v for no reason", name, t.From, t.State)
	}
	if b.watch != nil {
		b.watch(t)
	}
}

// fail ends the test with the story that led there.
func (b *bench) fail(format string, args ...any) {
	b.t.Helper()
	for _, line := range b.story {
		b.t.Log(line)
	}
	b.t.Fatalf(format, args...)
}

// call runs f in the loop and lets all that follows happen.
func (b *bench) call(f func(*Model)) {
	b.t.Helper()
	if err := b.engine.Call(b.t.Context(), f); err != nil {
		b.fail("call: %v", err)
	}
	b.settle()
}

func (b *bench) settle() {
	synctest.Wait()
	if len(b.fake.broken) > 0 {
		b.fail("%s", strings.Join(b.fake.broken, "\n"))
	}
}

// broke notes a law that was broken; the test fails when the loop has come to rest.
func (b *bench) broke(format string, args ...any) {
	b.fake.broken = append(b.fake.broken, fmt.Sprintf(format, args...))
}

// pass lets time pass, with all answers that come meanwhile.
func (b *bench) pass(d time.Duration) {
	until := time.Now().Add(d)
	for b.one(until) {
	}
}

// one lets the next answer come, or time run until then.
func (b *bench) one(until time.Time) bool {
	for {
		at, ok := b.fake.next()
		if !ok || at.After(until) {
			at = until
		}
		select {
		case <-b.fake.more:
			continue
		case <-time.After(time.Until(at)):
		}
		b.settle() // deadlines of that instant come first, always
		if next, ok := b.fake.next(); ok && !next.After(time.Now()) {
			break
		}
		if !time.Now().Before(until) {
			return false
		}
	}
	if id, ev, ok := b.fake.take(); ok {
		b.tell("-> %s %s worker %d run %d ok %v %s", id, ev.Kind, ev.Worker, ev.Run, ev.OK, ev.Err)
		b.engine.Post(id, ev)
		b.settle()
	}
	return true
}

// drain ends the manager and holds that nothing is left.
func (b *bench) drain() {
	b.tell("drain")
	b.stop()
	b.settle()
	for range 100_000 {
		select {
		case <-b.engine.Done():
			b.ended = true
		default:
		}
		if b.ended {
			break
		}
		b.one(time.Now().Add(time.Second))
		if time.Since(b.began) > 10*24*time.Hour {
			break
		}
	}
	if !b.ended {
		for id, u := range b.engine.units {
			j, ok := b.engine.jobs.Of(id)
			b.tell("left: %s %s (%s) job %v %+v", id, u.Phase(), u.Sub(), ok, j)
		}
		b.fail("the drain does not end")
	}
	b.pass(time.Second) // what is to be closed is closed, though nobody is told any more
	for _, t := range b.fake.trees {
		if !t.stuck {
			b.fail("run %d of %s (worker %d, %s) outlives the drain", t.run, t.unit, t.worker, t.hook)
		}
	}
	for id := range b.fake.holds {
		if u := b.engine.units[id]; u != nil && u.Phase() == lifecycle.Abandoned {
			continue // nobody waits for what it held
		}
		b.fail("listeners are open: %v", b.fake.holds)
	}
	for id, tx := range b.engine.jobs.Transactions {
		if tx.Result == "" {
			b.fail("transaction %d (%s %v) has not ended", id, tx.Kind, tx.Asked)
		}
	}
}

// submit asks for something and gives the transaction's id.
func (b *bench) submit(kind job.Kind, ids ...units.ID) uint64 {
	b.t.Helper()
	b.tell("%s %v", kind, ids)
	var tx job.Transaction
	var err error
	b.call(func(m *Model) { tx, err = m.Submit(kind, ids) })
	if err != nil {
		b.tell("refused: %v", err)
	}
	return tx.ID
}

// result is how a transaction stands.
func (b *bench) result(id uint64) string {
	var text string
	b.call(func(m *Model) {
		tx, _, _ := m.Transaction(id)
		text = strings.TrimSuffix(string(tx.Result)+": "+tx.Reason, ": ")
	})
	return text
}

// state is where a unit stands: "active (running)", "" for no unit.
func (b *bench) state(id units.ID) string {
	var text string
	b.call(func(m *Model) {
		if u := m.Unit(id); u != nil {
			text = u.Phase().ActiveState() + " (" + u.Sub() + ")"
		}
	})
	return text
}

// want holds that units are in a state.
func (b *bench) want(state string, ids ...units.ID) {
	b.t.Helper()
	for _, id := range ids {
		if got := b.state(id); got != state {
			b.fail("%s is %q, want %q", id, got, state)
		}
	}
}

// inForce is how what is in force stands.
func (b *bench) inForce() InForce {
	b.t.Helper()
	var now InForce
	b.call(func(m *Model) { now = m.InForce() })
	return now
}

// boot starts all that is enabled.
func (b *bench) boot() { b.call((*Model).Boot) }

// apply loads other units.
func (b *bench) apply(list ...*units.Unit) uint64 {
	b.t.Helper()
	var tx job.Transaction
	b.call(func(m *Model) {
		changes, t, err := m.Apply(units.NewSet(list...), false)
		if err != nil {
			b.tell("apply: %v", err)
		}
		for _, c := range changes {
			b.tell("apply: %s %s", c.ID, c.Verdict)
		}
		tx = t
	})
	return tx.ID
}
