package executor

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/namespace"
	"unitd/runtime/process"
	"unitd/units"
)

// Inheritance is what a manager has recorded that has died, as far as the executor needs it to take over what is left.
type Inheritance struct {
	Salt  uint64 // of its process table
	Kept  Kept
	Units map[units.ID]Inherited
	// FDs are set where this process has it all open already: those of Kept, in its order. Ready is as in Handed.
	FDs   []int
	Ready map[uint64]int
}

// Inherited is what there was of one unit.
type Inherited struct {
	Definition *units.Unit
	Trees      []lifecycle.Tree
	Held       json.RawMessage
	Stores     []int // for whom the state says that files are stored, as lifecycle.Unit.Stores has it
}

// Inherit has Open take over what is left of a manager that has died. Without it Open ends whatever is left.
func (x *Executor) Inherit(from *Inheritance) { x.inheritance = from }

// inherited is an event that has happened before this manager lived.
type inherited struct {
	unit units.ID
	ev   lifecycle.Event
	raw  process.Event // of a tree that lives; nil: it is gone
}

// takeOver takes over what the inheritance names, ends everything else that was left, and opens sockets again that were
// kept. It starts nothing.
func (x *Executor) takeOver() {
	from := x.inheritance
	if from == nil {
		from = &Inheritance{Salt: x.trees.Salt()}
	}
	x.inheritance = nil
	x.trees.Continue(from.Salt)
	found := map[uint64]process.Found{}
	for _, f := range x.trees.Find() {
		found[x.trees.Token(f)] = f
	}
	fds := x.takeBack(from)
	cutOff := x.cutOff(from, found, fds != nil || from.FDs != nil)
	strays := maps.Clone(found)
	for id, unit := range from.Units {
		for _, tree := range unit.Trees {
			if found[tree.Run].Settled && !cutOff[id] {
				delete(strays, tree.Run)
			}
		}
	}
	x.endStrays(strays) // first: of no other tree anything is told meanwhile
	var gone []uint64
	taken := 0
	for _, id := range slices.Sorted(maps.Keys(from.Units)) {
		unit := from.Units[id]
		for _, tree := range unit.Trees {
			if f := found[tree.Run]; f.Settled && !cutOff[id] && x.adopt(from, unit.Definition, tree, f) {
				taken++
			} else {
				gone = append(gone, tree.Run)
			}
		}
	}
	x.restoreSockets(from, fds)
	x.tellStores(from)
	x.tellGone(from, gone)
	if taken > 0 || len(gone) > 0 || len(strays) > 0 {
		x.config.Logger.Info("took over from the manager before", "running", taken, "ended meanwhile", len(gone), "strays ended", len(strays))
	}
}

// adopt takes over a tree that lives, and reports whether it still does.
func (x *Executor) adopt(from *Inheritance, def *units.Unit, tree lifecycle.Tree, f process.Found) bool {
	events, err := x.trees.Adopt(tree.Run, f, x.joining(tree))
	if err != nil {
		return false
	}
	now, err := x.trees.Tree(tree.Run)
	if err != nil {
		return false
	}
	r := &run{unit: def.ID, worker: tree.Worker, slot: noSlot, hook: tree.Hook, contained: now.Contained}
	r.command, r.value = def.Pipeline != nil, tree.Launch != nil && tree.Launch.Value
	r.exit, _ = strconv.Atoi(filepath.Base(f.ExitFile)) // 0, which no tree has, where it has none
	if launch := tree.Launch; launch != nil {
		r.mayStore, r.speaks = launch.Process.FDStoreMax, speaks(launch.Process)
		if launch.Credentials != "" && !r.contained {
			r.credentials = filepath.Base(launch.Credentials)
			x.credentials.Keep(r.credentials)
		}
	}
	if def.Pool != nil && !tree.Hook {
		r.slot = tree.Slot
	}
	x.rejoinCgroup(r, tree, now)
	x.mu.Lock()
	x.exits.reserve(r.exit)
	x.runs[tree.Run] = r
	x.mu.Unlock()
	x.goOnWaiting(from, tree, r)
	if r.value {
		x.beside.Go(func() { x.watchValue(x.ctx, def.ID, tree.Run) })
	}
	if tree.PID != 0 && !tree.Ended && tree.PID != now.Main {
		// It had moved its main process; where that has ended, so is told by what comes.
		_ = x.trees.SetMain(tree.Run, tree.PID)
	}
	if launch := tree.Launch; launch != nil && !tree.Hook && launch.Process.Limits.Memory > 0 && !x.controls("memory") {
		x.limitMemory(tree.Run, def.ID, tree.Worker, launch.Process.Limits.Memory)
	}
	for _, ev := range events {
		if x.isNews(tree, ev) {
			x.news = append(x.news, inherited{unit: def.ID, raw: ev})
		}
	}
	return true
}

// isNews reports something of a tree that its unit's state does not know yet.
func (x *Executor) isNews(tree lifecycle.Tree, ev process.Event) bool {
	switch ev := ev.(type) {
	case process.Started:
		return !tree.Started
	case process.Exited:
		return ev.Main && !tree.Ended && (tree.PID == 0 || tree.PID == ev.PID || !tree.Started)
	}
	return true
}

// joining is how hooks join the namespaces of a tree, if it has any.
func (x *Executor) joining(tree lifecycle.Tree) *process.Namespaces {
	if tree.Launch == nil {
		return nil
	}
	s := &tree.Launch.Process.Sandbox
	plan := namespace.Plan{
		UID: os.Getuid(), GID: os.Getgid(), SharedIPC: !s.PrivateIPC, SharedProc: !s.HideProcesses, PrivateNetwork: s.PrivateNetwork,
	}
	return &process.Namespaces{Join: plan.Join}
}

// endStrays ends trees that no state names: of a start that was under way, of a check, of a unit that was removed.
func (x *Executor) endStrays(found map[uint64]process.Found) {
	ctx, cancel := context.WithTimeout(x.ctx, killTime)
	defer cancel()
	var ended sync.WaitGroup
	reaping, stop := context.WithCancel(ctx)
	defer stop()
	for _, f := range found {
		token := x.privateToken()
		if _, err := x.trees.Adopt(token, f, &process.Namespaces{}); err != nil {
			continue
		}
		x.mu.Lock()
		x.runs[token] = &run{done: func(process.Event) {}}
		x.mu.Unlock()
		x.config.Logger.Info("end what a manager before this one has left half-done", "name", f.Name, "init", f.Init)
		ended.Go(func() {
			if left, err := x.trees.Kill(ctx, token); err != nil {
				x.config.Logger.Error("end a stray", "name", f.Name, "left", left, "error", err)
			}
		})
	}
	if len(found) == 0 {
		return
	}
	reaped := make(chan struct{})
	go func() {
		defer close(reaped)
		x.trees.CollectUntil(reaping)
	}()
	ended.Wait()
	stop()
	<-reaped
}

// tellGone notes what became of trees that have ended while no manager lived, and of slots in which they served.
func (x *Executor) tellGone(from *Inheritance, gone []uint64) {
	ends := x.trees.Ends(x.exitDirectory(), gone)
	for id, unit := range from.Units {
		h := x.holdingOf(id)
		for _, tree := range unit.Trees {
			inPool := unit.Definition.Pool != nil && !tree.Hook && tree.Launch != nil
			if inPool {
				h.occupy(tree.Slot, tree.Launch.Listen)
			}
			if !slices.Contains(gone, tree.Run) {
				x.writesOn(h, unit.Definition, tree)
				continue
			}
			if inPool {
				x.vacate(h, tree.Slot)
			}
			for _, ev := range endOf(tree, ends[tree.Run]) {
				ev.Worker, ev.Run = tree.Worker, tree.Run
				if unit.Definition.Pipeline != nil && ev.Kind == lifecycle.Emptied {
					x.concludes(id, &ev, tree.Launch != nil && tree.Launch.Value)
				}
				x.news = append(x.news, inherited{unit: id, ev: ev})
			}
		}
		x.vacateRest(h)
	}
}

// writesOn says that a program which was taken over goes on writing to its logs.
func (x *Executor) writesOn(h *holding, def *units.Unit, tree lifecycle.Tree) {
	if tree.Launch == nil {
		return
	}
	logs := tree.Launch.Process.Log
	for _, path := range x.logPaths(def, tree.Launch.WorkerIndex, h.directory(tree.Generation), logs) {
		x.config.Writes(def.ID, path, logs)
	}
}

// endOf is what policy is told of a tree that is gone, by what its exit file says.
func endOf(tree lifecycle.Tree, told []process.Event) []lifecycle.Event {
	var events []lifecycle.Event
	started, ended := tree.Started, tree.Ended
	for _, ev := range told {
		switch ev := ev.(type) {
		case process.Started:
			if !started {
				events = append(events, lifecycle.Event{Kind: lifecycle.Spawned, PID: ev.PID})
			}
			started = true
		case process.ExecFailed:
			return append(events, lifecycle.Event{Kind: lifecycle.NotSpawned, Err: ev.Err.Error()}, lifecycle.Event{Kind: lifecycle.Emptied})
		case process.Exited:
			if ev.Main && !ended {
				ended = true
				events = append(events, lifecycle.Event{Kind: lifecycle.Exited, PID: ev.PID, Exit: exitOf(ev.Status)})
			}
		}
	}
	if !started && !tree.Hook || tree.Hook && len(told) == 0 {
		events = []lifecycle.Event{{Kind: lifecycle.NotSpawned, Err: "the manager ended before it was started", Again: true, Full: true}}
	}
	return append(events, lifecycle.Event{Kind: lifecycle.Emptied})
}

// tellNews delivers what has happened before this manager lived, before anything that happens now.
func (x *Executor) tellNews() {
	news := x.news
	x.news = nil
	for _, n := range news {
		if n.raw != nil {
			x.deliver(n.raw)
		} else {
			x.report(n.unit, n.ev)
		}
	}
	close(x.told)
}

// closeSocket closes a socket that nobody has any more.
func closeSocket(fd int) { _ = unix.Close(fd) }
