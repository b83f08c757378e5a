package executor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/probe"
	"unitd/runtime/process"
)

// The command of a health check is a process tree of its own, which policy does not know. It belongs to the unit all
// the same: the run that it asks about is told to be gone only when nothing of such a command is left.

// runCheck runs a command that answers by its exit status, about the run `of`, or for a delay (0). Its process tree
// ends with ctx. Its output is dropped.
func (x *Executor) runCheck(ctx context.Context, r *run, of uint64, spec process.Spec, path string) error {
	return x.runCommand(ctx, r, of, spec, func(spec process.Spec) error { return x.startCheck(spec, path, r) })
}

// runCommand is runCheck with another way to start it.
func (x *Executor) runCommand(ctx context.Context, r *run, of uint64, spec process.Spec, start func(process.Spec) error) error {
	ended := make(chan error, 1)
	answer := func(err error) {
		select {
		case ended <- err:
		default:
		}
	}
	r.empty = make(chan struct{})
	r.done = func(ev process.Event) {
		switch ev := ev.(type) {
		case process.ExecFailed:
			answer(noRoom(ev.Err))
		case process.Exited:
			if ev.Main {
				answer(exitError(ev.Status))
			}
		case process.Empty:
			answer(errors.New("its init was killed"))
			x.leave(r, of)
		}
	}
	if !x.join(r, of) {
		return errors.New("the program has ended")
	}
	spec.Token = r.token
	if err := start(spec); err != nil {
		x.leave(r, of)
		return noRoom(err)
	}
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = ctx.Err()
	}
	killing, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime)
	defer cancel()
	x.kills(spec.Token)
	if left, killErr := x.trees.Kill(killing, spec.Token); killErr != nil && !errors.Is(killErr, process.ErrGone) {
		x.config.Logger.Error("end check", "check", spec.Name, "left", left, "error", killErr)
		return err
	}
	select {
	case <-r.empty:
	case <-killing.Done():
	}
	return err
}

// join enters the command of a check beside the run that it asks about, unless that is gone already.
func (x *Executor) join(r *run, of uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if of != 0 && x.runs[of] == nil {
		return false
	}
	x.private++
	r.token = x.private
	if of != 0 {
		x.commands[of] = append(x.commands[of], r)
	}
	return true
}

// leave says that nothing of a command is left.
func (x *Executor) leave(r *run, of uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	close(r.empty)
	x.commands[of] = slices.DeleteFunc(x.commands[of], func(other *run) bool { return other == r })
	if len(x.commands[of]) == 0 {
		delete(x.commands, of)
	}
}

// afterCommands ends the commands of checks that ask about a run which is gone, and tells that once they are gone
// too. Those that SIGKILL does not end leave the unit abandoned until then.
func (x *Executor) afterCommands(h *holding, r *run, commands []*run, gone lifecycle.Event) {
	x.endChecks(h, r.worker) // which kills them
	patience := time.NewTimer(killTime)
	defer patience.Stop()
	for _, c := range commands {
		select {
		case <-c.empty:
			continue
		case <-x.ctx.Done():
			return
		case <-patience.C:
		}
		left := lifecycle.Event{Kind: lifecycle.Left, Worker: gone.Worker, Run: gone.Run}
		for _, c := range commands {
			if tree, err := x.trees.Tree(c.token); err == nil { // else that one is gone
				left.PIDs = append(left.PIDs, tree.PIDs()...)
			}
		}
		x.report(r.unit, left)
		select {
		case <-c.empty:
		case <-x.ctx.Done():
			return
		}
	}
	x.report(r.unit, gone)
}

// startCheck starts one command after the other: each holds a thread until it has begun.
func (x *Executor) startCheck(spec process.Spec, path string, r *run) error {
	x.starting.Lock()
	defer x.starting.Unlock()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	spec.Stdout, spec.Stderr = null, null
	if spec.Path, err = process.LookPath(spec.Args[0], path, spec.Dir); err != nil {
		return err
	}
	return x.start(spec, r)
}

// noRoom marks what the host has refused for want of room.
func noRoom(err error) error {
	if full(err) {
		return fmt.Errorf("%w: %w", probe.ErrNoRoom, err)
	}
	return err
}

func exitError(status process.ExitStatus) error {
	if code, ok := status.Exited(); ok && code == 0 {
		return nil
	}
	return errors.New(status.String())
}
