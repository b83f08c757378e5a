package engine

import (
	"container/heap"
	"encoding/json"
	"math"
	"reflect"
	"runtime"
	"slices"
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
func (b *bench) die(files *units.Set, away, set time.Duration, born func()) {
	b.t.Helper()
	b.tell("the manager dies")
	b.engine.calls <- call{func(*Model) { runtime.Goexit() }, make(chan struct{})}
	<-b.engine.Done()
	b.stop()
	saved := b.recorded()
	saved.clockSet(set)
	b.fake.orphan(away, false)
	b.succeed(files, saved, born)
}

// handOver has another manager take over in the same process, with all of the state: what programs say in between is
// heard, what the executor was doing is lost.
func (b *bench) handOver(files *units.Set, born func()) {
	b.t.Helper()
	b.tell("the manager hands over")
	var saved Saved
	b.engine.calls <- call{func(*Model) {
		text, err := b.engine.rest(func() bool { return true }, time.Second)
		if err == nil {
			err = json.Unmarshal(text, &saved)
		}
		if err != nil {
			b.fail("hand over: %v", err)
		}
		runtime.Goexit()
	}, make(chan struct{})}
	<-b.engine.Done()
	b.stop()
	saved.HandedOver = true
	b.fake.orphan(0, true)
	b.succeed(files, saved, born)
}

// succeed has another manager take over what is left.
func (b *bench) succeed(files *units.Set, saved Saved, born func()) {
	b.t.Helper()
	b.bear(files)
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
	b.engine.resume()
	born()
	if b.fake.chance.IntN(2) == 0 { // what happened meanwhile comes after jobs have begun, or before; deadlines wait for it
		var told []func()
		b.fake.hear = func(done func()) { told = append(told, done) }
		b.live()
		b.settle()
		for _, m := range news {
			b.tellNews(m)
			b.engine.Post(m.unit, m.event)
			b.settle()
		}
		b.fake.hear = nil
		for _, done := range told {
			done()
		}
		b.settle()
	} else {
		for _, m := range news {
			b.tellNews(m)
			b.engine.step(m.unit, m.event)
		}
		b.live()
		b.settle()
	}
	if saved.Units == nil || saved.Draining {
		b.boot()
	} else {
		b.call((*Model).Rejoin)
	}
}

// clockSet is what a manager has recorded whose clock was ahead by that much of the one of the next: somebody has set it
// back between the two.
func (s *Saved) clockSet(ahead time.Duration) {
	s.At = s.At.Add(ahead)
	walk(reflect.ValueOf(s.Units), func(at time.Time) time.Time {
		if at.IsZero() {
			return at
		}
		return at.Add(ahead)
	})
}

func (b *bench) tellNews(m message) {
	b.tell("-> %s %s worker %d run %d %s", m.unit, m.event.Kind, m.event.Worker, m.event.Run, m.event.Err)
}

func holding(u *lifecycle.Unit) bool {
	return u.Process != nil && u.Process.Holding || u.Pool != nil && u.Pool.Holding
}

// orphan lets time pass without a manager: what happens to processes happens, what a manager would have done or, but for
// what waits to be heard, would have heard does not.
func (f *fake) orphan(away time.Duration, heard bool) {
	f.mu.Lock()
	kept := answers{}
	for _, a := range f.queue {
		switch a.ev.Kind {
		case lifecycle.Spawned, lifecycle.NotSpawned, lifecycle.Exited, lifecycle.Emptied, lifecycle.Left:
			kept = append(kept, a)
		case lifecycle.Notified:
			if heard {
				kept = append(kept, a)
			}
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
