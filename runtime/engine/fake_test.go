package engine

import (
	"container/heap"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// fake is an executor with no kernel behind it: it answers each action after a while, as seeded chance has it.
// Answers wait in its queue until whoever drives the test posts them, so that a run can be repeated.
type fake struct {
	mu     sync.Mutex
	chance *rand.Rand
	faults bool // chance may let things fail; else all goes well until the test says otherwise
	queue  answers
	more   chan struct{} // tells whoever sleeps until the next answer that there is another one
	seq    int64
	trees  map[uint64]*tree
	checks map[string]int // by unit and worker: which watch is the present one
	// script decides about a spawn instead of chance; nil: chance.
	script  func(id units.ID, a lifecycle.Action) fate
	broken  []string // laws that were broken
	holds   map[units.ID]bool
	slots   map[units.ID]int // how many sockets of a pool are open
	moved   []string
	hear    func(done func())
	started []string         // what was spawned, in order
	gone    map[uint64]*tree // trees of which nothing is left
}

// tree is one process tree.
type tree struct {
	unit    units.ID
	worker  int
	run     uint64
	hook    lifecycle.HookKind
	exited  bool
	exit    lifecycle.Exit // then
	spawned bool
	deaf    bool // to signals
	stuck   bool // does not end by SIGKILL for a while
	dying   bool
	refused bool // it is about to be found out that it cannot be spawned
}

// fate is what becomes of a program.
type fate struct {
	refused string        // it cannot be spawned
	full    bool          // for now
	lives   time.Duration // 0: until it is told to end
	exit    lifecycle.Exit
	deaf    bool
	mute    bool // it never says that it is ready, and passes no check
}

// answer is an event on its way to the engine.
type answer struct {
	at   time.Time
	seq  int64
	unit units.ID
	ev   lifecycle.Event
	// still says whether it happens after all.
	still func() bool
	// then is what it changes in the world.
	then func()
	lost bool            // it happens, and nobody is told
	told []time.Duration // after which it is told as well
}

type answers []answer

func (q answers) Len() int { return len(q) }
func (q answers) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].seq < q[j].seq
}
func (q answers) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is for package heap.
func (q *answers) Push(x any) { *q = append(*q, x.(answer)) }

// Pop is for package heap.
func (q *answers) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

func newFake(seed uint64, faults bool) *fake {
	return &fake{
		chance: rand.New(rand.NewPCG(seed, 1)), faults: faults, trees: map[uint64]*tree{},
		more: make(chan struct{}, 1), checks: map[string]int{}, holds: map[units.ID]bool{}, slots: map[units.ID]int{}, gone: map[uint64]*tree{},
	}
}

// in posts an event later, sometimes much later, or never, or twice. No two of them fall on one instant, so that their
// order is certain.
func (f *fake) in(d time.Duration, unit units.ID, ev lifecycle.Event, still func() bool, then func()) {
	a := answer{unit: unit, ev: ev, still: still, then: then, lost: f.one(60) && mayBeLost[ev.Kind]}
	if f.one(50) {
		a.told, a.lost = append(a.told, f.about([]time.Duration{time.Millisecond, time.Second, 40 * time.Second}[f.chance.IntN(3)])), true
	}
	if f.one(50) {
		a.told = append(a.told, f.about([]time.Duration{time.Millisecond, time.Second, 40 * time.Second}[f.chance.IntN(3)]))
	}
	f.at(d, a)
}

// mayBeLost are events that a unit must live without. That a process has ended is not among them: it is told until it is
// heard, since the kernel keeps it.
var mayBeLost = map[lifecycle.EventKind]bool{
	lifecycle.Prepared: true, lifecycle.NotPrepared: true, lifecycle.Spawned: true, lifecycle.Left: true, lifecycle.Released: true,
	lifecycle.Notified: true, lifecycle.Checked: true, lifecycle.Listens: true, lifecycle.Drained: true, lifecycle.Diverted: true,
}

// at puts an answer into the queue.
func (f *fake) at(d time.Duration, a answer) {
	f.seq++
	at := time.Now().Add(d).Truncate(time.Microsecond).Add(time.Duration(f.seq%997) * time.Nanosecond)
	if !at.After(time.Now()) {
		at = time.Now().Add(time.Nanosecond)
	}
	a.at, a.seq = at, f.seq
	heap.Push(&f.queue, a)
	select {
	case f.more <- struct{}{}:
	default:
	}
}

func (f *fake) about(d time.Duration) time.Duration {
	return time.Duration(f.chance.Int64N(int64(d))) + time.Microsecond
}

// one reports chance of one in n, where there are faults.
func (f *fake) one(n int) bool { return f.chance.IntN(n) == 0 && f.faults }

// next is when the next answer comes.
func (f *fake) next() (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) == 0 {
		return time.Time{}, false
	}
	return f.queue[0].at, true
}

// take removes the first answer that is due; what does not happen any more is dropped.
func (f *fake) take() (units.ID, lifecycle.Event, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.queue) > 0 && !f.queue[0].at.After(time.Now()) {
		a := heap.Pop(&f.queue).(answer)
		if a.still != nil && !a.still() {
			continue
		}
		if a.then != nil {
			a.then()
		}
		for _, late := range a.told {
			f.at(late, answer{unit: a.unit, ev: a.ev})
		}
		if a.lost {
			continue
		}
		return a.unit, a.ev, true
	}
	return "", lifecycle.Event{}, false
}

// Hear has nothing to post: what programs say is posted when its time has come.
func (f *fake) Hear(done func()) {
	if f.hear != nil {
		f.hear(done)
		return
	}
	done()
}

// Held is nothing.
func (f *fake) Held(units.ID) (json.RawMessage, bool) { return nil, true }

// Move notes who hands a listener to whom.
func (f *fake) Move(from, to units.ID, l units.Listen) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.moved = append(f.moved, fmt.Sprintf("%s %s -> %s", l.Address, from, to))
}

// Do is the executor's switch.
func (f *fake) Do(def *units.Unit, actions []lifecycle.Action) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range actions {
		f.do(def, a)
	}
}

func (f *fake) do(def *units.Unit, a lifecycle.Action) {
	switch a.Do {
	case lifecycle.Prepare:
		f.prepare(def, a)
	case lifecycle.Spawn:
		f.spawn(def, a)
	case lifecycle.SignalMain, lifecycle.SignalAll:
		t := f.trees[a.Run]
		if t != nil && a.Signal != "SIGHUP" && !t.deaf {
			f.exit(t, f.about(500*time.Millisecond), lifecycle.Exit{Signal: a.Signal})
		}
	case lifecycle.Kill:
		if t := f.trees[a.Run]; t != nil {
			f.kill(t)
		}
	case lifecycle.AwaitListener:
		f.listen(def, a)
	case lifecycle.WatchChecks:
		f.watch(def, a)
	case lifecycle.EndChecks:
		f.checks[watchKey(def.ID, a.Worker)]++
	case lifecycle.Drain:
		if !f.one(5) {
			f.in(f.about(time.Second), def.ID, lifecycle.Event{Kind: lifecycle.Drained, Worker: a.Worker}, nil, nil)
		}
	case lifecycle.Answer, lifecycle.Admit:
		ev := lifecycle.Event{Kind: lifecycle.Diverted, OK: a.Do == lifecycle.Answer}
		if f.one(10) {
			ev.OK, ev.Err = !ev.OK, "no room"
		}
		f.in(f.about(3*time.Millisecond), def.ID, ev, nil, nil)
	case lifecycle.Trim:
		f.slots[def.ID] = min(f.slots[def.ID], len(a.Slots))
		f.in(f.about(2*time.Millisecond), def.ID, lifecycle.Event{Kind: lifecycle.Released, Run: a.Run}, nil, nil)
	case lifecycle.Release:
		delete(f.slots, def.ID)
		f.in(f.about(2*time.Millisecond), def.ID, lifecycle.Event{Kind: lifecycle.Released, Run: a.Run}, nil, func() {
			delete(f.holds, def.ID)
		})
	}
}

func (f *fake) prepare(def *units.Unit, a lifecycle.Action) {
	if a.Worker == 0 && len(a.Listen) > 0 {
		f.holds[def.ID] = true
	}
	ev := lifecycle.Event{Kind: lifecycle.Prepared, Worker: a.Worker, Port: 61000 + a.Slot}
	slots := f.slots[def.ID]
	if a.Worker == 0 {
		f.slots[def.ID] = max(slots, len(a.Slots))
	}
	if f.one(40) {
		ev.Kind, ev.Err = lifecycle.NotPrepared, "refused"
		ev.Again = f.one(2)
		ev.Full = ev.Again && f.one(2)
		f.slots[def.ID] = slots
	}
	f.in(f.about(3*time.Millisecond), def.ID, ev, nil, nil)
}

func (f *fake) spawn(def *units.Unit, a lifecycle.Action) {
	for _, t := range f.trees {
		if t.unit == def.ID && t.worker == a.Worker && t.hook == lifecycle.NoHook && a.Hook == lifecycle.NoHook {
			f.broken = append(f.broken, fmt.Sprintf("%s (worker %d) is spawned as run %d while run %d lives", def.ID, a.Worker, a.Run, t.run))
		}
	}
	if p := def.Pool; p != nil && a.Hook == lifecycle.NoHook && a.Slot >= f.slots[def.ID] {
		f.broken = append(f.broken, fmt.Sprintf("%s (worker %d) is spawned for slot %d of %d", def.ID, a.Worker, a.Slot, f.slots[def.ID]))
	}
	if f.trees[a.Run] != nil {
		f.broken = append(f.broken, fmt.Sprintf("run %d of %s is taken", a.Run, def.ID))
	}
	if a.Hook == lifecycle.NoHook {
		f.started = append(f.started, string(def.ID))
	}
	t := &tree{unit: def.ID, worker: a.Worker, run: a.Run, hook: a.Hook}
	f.trees[a.Run] = t
	future := f.fate(def, a)
	took := f.about(3 * time.Millisecond)
	if future.refused != "" {
		f.in(took, def.ID, lifecycle.Event{
			Kind: lifecycle.NotSpawned, Worker: a.Worker, Run: a.Run, Err: future.refused, Again: future.full, Full: future.full,
		}, nil, func() { delete(f.trees, a.Run) })
		t.refused = true
		return
	}
	t.deaf = future.deaf
	f.in(took, def.ID, lifecycle.Event{Kind: lifecycle.Spawned, Worker: a.Worker, Run: a.Run, PID: int(a.Run % 100000)}, nil, func() { t.spawned = true })
	if a.Launch.Process.Type == units.TypeNotify && a.Hook == lifecycle.NoHook && !future.mute {
		f.in(took+f.about(200*time.Millisecond), def.ID, lifecycle.Event{Kind: lifecycle.Notified, Worker: a.Worker, Run: a.Run, Notice: &lifecycle.Notice{Ready: true}}, f.alive(t), nil)
	}
	if future.lives > 0 {
		f.exit(t, took+future.lives, future.exit)
	}
}

// fate draws what becomes of a program.
func (f *fake) fate(def *units.Unit, a lifecycle.Action) fate {
	if f.script != nil {
		return f.script(def.ID, a)
	}
	ends := a.Hook != lifecycle.NoHook || a.Launch.Process.Type == units.TypeOneshot
	var d fate
	switch {
	case f.one(30):
		d.refused, d.full = "fork: resource temporarily unavailable", true
	case f.one(40):
		d.refused = "exec: no such file or directory"
	case ends:
		d.lives = f.about(time.Second)
		if f.one(8) {
			d.exit.Code = 1
		}
		if f.one(30) {
			d.lives = 0 // it hangs
		}
	case f.one(3):
		d.lives = f.about([]time.Duration{20 * time.Millisecond, 2 * time.Second, 2 * time.Minute}[f.chance.IntN(3)])
		d.exit = []lifecycle.Exit{{}, {Code: 3}, {Signal: "SIGKILL"}, {Signal: "SIGTERM"}}[f.chance.IntN(4)]
	}
	d.deaf, d.mute = f.one(12), f.one(12)
	return d
}

func (f *fake) alive(t *tree) func() bool {
	return func() bool { return f.trees[t.run] == t && !t.exited }
}

// exit lets the main process of a tree end, and mostly the tree with it.
func (f *fake) exit(t *tree, d time.Duration, exit lifecycle.Exit) {
	lost, alone := f.one(50), !f.one(4)
	kind := lifecycle.Exited
	if lost {
		kind = lifecycle.Emptied
	}
	f.in(d, t.unit, lifecycle.Event{Kind: kind, Worker: t.worker, Run: t.run, Exit: exit}, f.alive(t), func() {
		t.exited, t.exit = true, exit
		switch {
		case lost:
			t.exited = false // nobody knows
			f.bury(t)
		case alone:
			f.empty(t, f.about(time.Millisecond))
		}
	})
}

func (f *fake) empty(t *tree, d time.Duration) {
	f.in(d, t.unit, lifecycle.Event{Kind: lifecycle.Emptied, Worker: t.worker, Run: t.run},
		func() bool { return f.trees[t.run] == t }, func() { f.bury(t) })
}

func (f *fake) bury(t *tree) {
	delete(f.trees, t.run)
	f.gone[t.run] = t
}

// kill ends a tree; now and then something in it does not end.
func (f *fake) kill(t *tree) {
	if t.dying {
		return
	}
	t.dying = true
	d := f.about(5 * time.Millisecond)
	if f.one(60) {
		t.stuck = true
		f.in(8*time.Second, t.unit, lifecycle.Event{Kind: lifecycle.Left, Worker: t.worker, Run: t.run, PIDs: []int{int(t.run % 100000)}},
			func() bool { return f.trees[t.run] == t }, nil)
		d += 8*time.Second + f.about(time.Minute)
	}
	if !t.exited {
		f.exit(t, d, lifecycle.Exit{Signal: "SIGKILL"})
	}
	f.empty(t, d+2*time.Millisecond)
}

// listen lets a worker listen where it was told to, unless it never does.
func (f *fake) listen(def *units.Unit, a lifecycle.Action) {
	t := f.trees[a.Run]
	if t == nil || f.one(10) {
		return
	}
	f.in(f.about(100*time.Millisecond), def.ID, lifecycle.Event{Kind: lifecycle.Listens, Worker: a.Worker, Run: a.Run}, f.alive(t), nil)
}

func watchKey(id units.ID, worker int) string { return fmt.Sprintf("%s/%d", id, worker) }

// watch lets each check pass soon, and now and then fail later, or never pass.
func (f *fake) watch(def *units.Unit, a lifecycle.Action) {
	key := watchKey(def.ID, a.Worker)
	f.checks[key]++
	watch := f.checks[key]
	still := func() bool { return f.checks[key] == watch }
	names := []string{"until"}
	if a.Launch != nil {
		names = nil
		for _, h := range a.Launch.Program.Health {
			names = append(names, h.Name)
		}
	}
	for _, name := range names {
		ev := lifecycle.Event{Kind: lifecycle.Checked, Worker: a.Worker, Run: a.Run, Name: name, OK: true}
		if !f.one(10) {
			f.in(f.about(100*time.Millisecond), def.ID, ev, still, nil)
		}
		if f.one(10) {
			ev.OK, ev.Err = false, "status 500"
			ill := f.about(time.Minute)
			f.in(ill, def.ID, ev, still, nil)
			f.in(ill+2*time.Second, def.ID, ev, still, nil)
		}
	}
}

// open reports a unit whose listeners are open.
func (f *fake) open(id units.ID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.holds[id]
}

// lives lists what lives of a unit.
func (f *fake) lives(id units.ID) []uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []uint64
	for run, t := range f.trees {
		if t.unit == id && !t.stuck {
			list = append(list, run)
		}
	}
	return list
}
