package executor

import (
	"context"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/process"
)

// A manager that executes another program in its own process hands over what is open by its number.

// Handed is what an executor hands over beside the state.
type Handed struct {
	Salt uint64
	Kept // its keeper goes on until the next one has another
	// FDs are those of Kept, in its order; Ready the pipes of programs that have yet to say that they are ready, by run.
	FDs   []int
	Ready map[uint64]int
}

// Idle reports that no action waits or is being carried out, and nothing that programs have said is held back.
func (x *Executor) Idle() bool {
	x.mu.Lock()
	working := x.workers > 0
	x.mu.Unlock()
	x.telling.Lock()
	defer x.telling.Unlock()
	return !working && len(x.saying) == 0 && len(x.changed) == 0
}

// Flush reports what is held back of what programs say and store.
func (x *Executor) Flush() { x.tellHeld() }

// FinishRequests takes no more requests for pools with dispatch "proxy", and returns when those under way are answered;
// those that are not when ctx ends are cut. New clients wait in the sockets.
func (x *Executor) FinishRequests(ctx context.Context) {
	var finished sync.WaitGroup
	for _, h := range x.allHoldings() {
		h.mu.Lock()
		p := h.passing
		h.mu.Unlock()
		if p != nil {
			finished.Go(func() {
				if err := p.proxy.Finish(ctx); err != nil {
					x.config.Logger.Warn("cut requests for the sake of a new program of the manager", "unit", h.unit, "error", err)
				}
			})
		}
	}
	finished.Wait()
}

// forwardLast is how long lines that are on their way to the host's logs are waited for: programs whose FIFO is full wait too.
const forwardLast = 100 * time.Millisecond

// HandOver lists what is open and goes on, and has the keeper keep it, should the next program fail. Nothing may be
// opened or closed from then on: the locks for that are not given back.
func (x *Executor) HandOver() Handed {
	x.capture.Freeze()
	x.forward.Close(forwardLast)
	x.keepLock.Lock()
	x.keep(nil)
	all, fds, _, _ := x.keepable(nil)
	handed := Handed{Salt: x.trees.Salt(), Kept: all, FDs: fds, Ready: map[uint64]int{}}
	handed.Keeper = x.keeping.now.Keeper
	x.mu.Lock()
	defer x.mu.Unlock()
	for run, pipe := range x.readying {
		handed.Ready[run] = int(pipe.Fd())
	}
	return handed
}

// inheritOpen takes over what a manager in this process had open.
func (x *Executor) inheritOpen(from *Inheritance) map[string]int {
	open := map[string]int{}
	for i, name := range from.Kept.Names {
		open[name] = from.FDs[i]
	}
	x.restoreStored(from, from.FDs[len(from.Kept.Names):])
	return open
}

// goOnWaiting waits on for a program that has yet to say that it is ready.
func (x *Executor) goOnWaiting(from *Inheritance, tree lifecycle.Tree, r *run) {
	fd, waits := from.Ready[tree.Run]
	if !waits {
		return
	}
	delete(from.Ready, tree.Run)
	_ = unix.SetNonblock(fd, true) // it waits in a thread else
	pipe := &readiness{read: os.NewFile(uintptr(fd), "ready")}
	x.beside.Go(func() { x.awaitNewline(pipe, r, tree.Run) })
}

// Ask runs a program beside units that answers by its exit status, with files from 3 on. It is ended with ctx.
func (x *Executor) Ask(ctx context.Context, name string, args, env []string, output *os.File, files ...*os.File) error {
	r := &run{}
	spec := process.Spec{Name: name, Path: args[0], Args: args, Env: env, Dir: "/", Umask: 0o077, Stdout: output, Stderr: output, Files: files}
	return x.runCommand(ctx, r, 0, spec, func(spec process.Spec) error { return x.start(spec, r) })
}
