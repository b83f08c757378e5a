package engine

import (
	"container/heap"
	"encoding/json"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// write keeps what the engine records.
func (b *bench) write(text []byte, whole bool) bool {
	if whole {
		b.states = nil
	}
	b.states = append(b.states, slices.Clone(text))
	return len(b.states) > 20
}

// recorded is the last state that the engine has recorded.
func (b *bench) recorded() Saved {
	var all Saved
	for _, text := range b.states {
		var s Saved
		if err := json.Unmarshal(text, &s); err != nil {
			b.fail("read what was recorded: %v", err)
		}
		all.Add(s)
	}
	return all
}

// die kills the manager, lets time pass without one, and has another take over what is left.
func (b *bench) die(set *units.Set, away time.Duration, born func()) {
	b.t.Helper()
	b.tell("the manager dies")
	b.engine.calls <- call{func(*Model) { runtime.Goexit() }, make(chan struct{})}
	<-b.engine.Done()
	b.stop()
	saved := b.recorded()
	b.fake.orphan(away)
	b.bear(set)
	if saved.Units == nil { // it had recorded nothing yet
		b.engine.saving.whole = true
	}
	b.deaths++ // two that know the same begin other runs
	_, b.luck = math.Modf(float64(b.deaths) * math.Phi)
	b.engine.Resume(saved)
	b.luck = 0.5
	trees := b.engine.Trees()
	known := map[uint64]bool{}
	var news []message
	for _, id := range sorted(trees) {
		for _, tree := range trees[id] {
			known[tree.Run] = true
			news = append(news, b.fake.tellOf(id, tree)...)
		}
	}
	b.fake.endStrays(known)
	for id := range b.fake.holds {
		if u := b.engine.units[id]; u == nil || !holding(u) {
			delete(b.fake.holds, id) // nobody has taken it over, so it closes
		}
	}
	b.tell("another one takes over")
	for _, m := range news {
		b.tell("-> %s %s worker %d run %d %s", m.unit, m.event.Kind, m.event.Worker, m.event.Run, m.event.Err)
	}
	born()
	b.live()
	for _, m := range news {
		b.engine.Post(m.unit, m.event)
	}
	b.settle()
	if saved.Units == nil || saved.Draining {
		b.boot()
	} else {
		b.call((*Model).Rejoin)
	}
}

func holding(u *lifecycle.Unit) bool {
	return u.Process != nil && u.Process.Holding || u.Pool != nil && u.Pool.Holding
}

// orphan lets time pass without a manager: what happens to processes happens, what a manager would have done or heard
// does not.
func (f *fake) orphan(away time.Duration) {
	f.mu.Lock()
	kept := answers{}
	for _, a := range f.queue {
		switch a.ev.Kind {
		case lifecycle.Spawned, lifecycle.NotSpawned, lifecycle.Exited, lifecycle.Emptied, lifecycle.Left:
			kept = append(kept, a)
		}
	}
	f.queue = kept
	heap.Init(&f.queue)
	for key := range f.checks {
		f.checks[key]++
	}
	f.mu.Unlock()
	time.Sleep(away) // of the bubble
	for {
		if _, _, ok := f.take(); !ok {
			return
		}
	}
}

// tellOf is what the executor of another manager finds out about a tree.
func (f *fake) tellOf(id units.ID, tree lifecycle.Tree) (news []message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	say := func(ev lifecycle.Event) {
		ev.Worker, ev.Run = tree.Worker, tree.Run
		news = append(news, message{id, ev})
	}
	t, lives := f.trees[tree.Run]
	if !lives {
		t = f.gone[tree.Run]
	}
	switch {
	case t == nil:
		say(lifecycle.Event{Kind: lifecycle.NotSpawned, Err: "the manager ended before it was started", Again: true, Full: true})
		say(lifecycle.Event{Kind: lifecycle.Emptied})
		return news
	case t.spawned && !tree.Started:
		say(lifecycle.Event{Kind: lifecycle.Spawned, PID: int(tree.Run % 100000)})
	}
	if t.exited && !tree.Ended {
		say(lifecycle.Event{Kind: lifecycle.Exited, Exit: t.exit})
	}
	if !lives {
		say(lifecycle.Event{Kind: lifecycle.Emptied})
	}
	return news
}

// endStrays ends the trees that no state names.
func (f *fake) endStrays(known map[uint64]bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for run := range f.trees {
		if !known[run] {
			delete(f.trees, run)
		}
	}
}

// TestSimulationOfDeaths is TestSimulation with managers that are killed at any time, and succeeded by others that know
// what was recorded. The laws hold as if there had been one all the time: nothing runs that no state names, and nothing
// twice.
func TestSimulationOfDeaths(t *testing.T) {
	if *simSeed != 0 {
		simulate(t, *simSeed, true, 12)
		return
	}
	steps := 0
	for seed := uint64(1); steps < *simSteps; seed++ {
		ok := t.Run("", func(t *testing.T) { steps += simulate(t, seed, false, 12) })
		if !ok {
			t.Fatalf("seed %d: replay it by -run TestSimulationOfDeaths -sim.seed=%d", seed, seed)
		}
	}
}
