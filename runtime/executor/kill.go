package executor

import (
	"context"
	"errors"
	"syscall"
	"time"

	"unitd/internal/procfs"
	"unitd/policy/lifecycle"
	"unitd/runtime/process"
	"unitd/units"
)

// killTime is how long a tree is killed again and again until what is left of it is reported.
const killTime = 8 * time.Second

// signalTime is how long a signal is tried again that needs an open file, while the account has none left.
const (
	signalTime  = 5 * time.Second
	signalPause = 50 * time.Millisecond
)

// signal sends a signal to the main process or to all.
func (x *Executor) signal(def *units.Unit, a lifecycle.Action, send func(uint64, syscall.Signal) error) {
	sig := signalNumber(a.Signal)
	if sig == syscall.SIGKILL {
		x.kills(a.Run)
	}
	err := send(a.Run, sig)
	for begun := time.Now(); full(err) && time.Since(begun) < signalTime && x.ctx.Err() == nil; err = send(a.Run, sig) {
		<-time.After(signalPause)
	}
	if err != nil && !errors.Is(err, process.ErrGone) {
		x.config.Logger.Warn("signal", "unit", def.ID, "signal", a.Signal, "error", err)
	}
}

// kill ends every process of a run, and reports those that SIGKILL did not end.
func (x *Executor) kill(def *units.Unit, a lifecycle.Action) {
	ctx, cancel := context.WithTimeout(x.ctx, killTime)
	defer cancel()
	x.kills(a.Run)
	x.killCgroup(def, a.Run)
	left, err := x.trees.Kill(ctx, a.Run)
	if errors.Is(err, process.ErrGone) {
		return
	}
	if err != nil || len(left) > 0 {
		x.config.Logger.Error("kill", "unit", def.ID, "left", left, "error", err)
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Left, Worker: a.Worker, Run: a.Run, PIDs: left})
	}
}

// killCgroup ends all of a unit or worker at once, with what is beside its program. A hook shares the cgroup, and ends
// alone.
func (x *Executor) killCgroup(def *units.Unit, run uint64) {
	x.mu.Lock()
	r := x.runs[run]
	x.mu.Unlock()
	if r == nil || r.leaf == nil || r.hook {
		return
	}
	if err := r.leaf.Kill(); err != nil {
		x.config.Logger.Warn("kill cgroup", "unit", def.ID, "error", err)
	}
}

// Signal sends a signal to a run for somebody who asked for just that.
func (x *Executor) Signal(run uint64, name units.Signal, all bool) error {
	sig := signalNumber(name)
	if sig == 0 {
		return errors.New("no such signal: " + string(name))
	}
	if sig == syscall.SIGKILL {
		x.kills(run)
	}
	if all {
		return x.trees.SignalAll(run, sig)
	}
	return x.trees.Signal(run, sig)
}

// Processes are those of a run, but for its init, whose 12 KiB nobody has asked for.
func (x *Executor) Processes(run uint64) []procfs.Process { return x.Tree(run).Processes }

// Tree is what lives of a run; empty: nothing does.
func (x *Executor) Tree(run uint64) process.Tree {
	tree, err := x.trees.Tree(run)
	if err != nil {
		return process.Tree{}
	}
	return tree
}

// Foreign reports that a process is certainly none of a unit.
func (x *Executor) Foreign(pid int) bool { return x.trees.Foreign(pid) }

// UnitOf names the unit that a process belongs to.
func (x *Executor) UnitOf(pid int) (units.ID, bool) {
	token, ok := x.trees.Lookup(pid)
	if !ok {
		return "", false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	r := x.runs[token]
	if r == nil {
		return "", false
	}
	return r.unit, true
}
