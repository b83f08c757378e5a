package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

// Signal sends a signal to the main process of a tree. Before the program has started the signal is kept for
// it. ErrGone when it has ended.
func (t *Table) Signal(token uint64, sig syscall.Signal) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.trees[token]
	if tr == nil {
		return ErrGone
	}
	if tr.wait(sig, false) {
		return nil
	}
	if t.inits[tr.main] != nil || tr.moved && !t.holds(tr, tr.main) {
		return ErrGone // its pid is another's by now
	}
	return tr.signalMain(sig)
}

// SignalAll sends a signal once to every process of a tree but its init; the same holds for it before the program
// has started. It looks until it finds nobody new, yet what is forked all the time may escape it.
func (t *Table) SignalAll(token uint64, sig syscall.Signal) error {
	t.mu.Lock()
	tr := t.trees[token]
	if tr == nil {
		t.mu.Unlock()
		return ErrGone
	}
	waits, roots := tr.wait(sig, true), tr.roots(t.orphans)
	t.mu.Unlock()
	if waits {
		return nil
	}
	return roots.signal(sig)
}

// signal walks more than once, since a list of children may leave one out while another ends
// (proc_pid_task_tid_children(5)).
func (r roots) signal(sig syscall.Signal) error {
	const most, quiet = 16, 3
	var errs []error
	seen := make(map[int]bool)
	for walks, idle := 0, 0; walks < most && idle < quiet; walks++ {
		idle++
		for _, p := range r.walk() {
			if seen[p.PID] {
				continue
			}
			seen[p.PID], idle = true, 0
			if err := unix.Kill(p.PID, sig); err != nil && !errors.Is(err, unix.ESRCH) {
				errs = append(errs, signalError(sig, p.PID, err))
			}
		}
	}
	return errors.Join(errs...)
}

// wait keeps a signal for a program that is not known to have started.
func (tr *tree) wait(sig syscall.Signal, all bool) bool {
	const most = 16
	if tr.phase != starting {
		return false
	}
	if len(tr.pending) < most {
		tr.pending = append(tr.pending, pending{sig, all})
	}
	return true
}

// signalMain is safe against a pid that was given to another process since: a pidfd holds on to one process,
// and the parent of that shows whether it is ours. An init that was killed leaves it to the manager, and that may
// show before the end of the init has been collected.
func (tr *tree) signalMain(sig syscall.Signal) error {
	if tr.phase != running {
		return ErrGone
	}
	pidfd, err := unix.PidfdOpen(tr.main, 0)
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	p, err := procfs.Stat(tr.main)
	if full(err) && pidfd >= 0 { // it was the last file that there was room for
		closeFD(pidfd)
		pidfd = -1
		p, err = procfs.Stat(tr.main)
	}
	if pidfd >= 0 {
		defer closeFD(pidfd)
	}
	if full(err) {
		return signalError(sig, tr.main, err)
	}
	if err != nil { // it is gone, or /proc hides it
		if !slices.Contains(children(tr.init, 1), tr.main) {
			return ErrGone
		}
	} else if !tr.moved && p.Parent != tr.init && p.Parent != os.Getpid() {
		return ErrGone
	}
	// Without a pidfd (before Linux 5.3, or too many files) the moment between look and signal is at risk.
	if pidfd >= 0 {
		err = unix.PidfdSendSignal(pidfd, sig, nil, 0)
	} else {
		err = unix.Kill(tr.main, sig)
	}
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	return signalError(sig, tr.main, err)
}

// full reports that there is no room for one more open file.
func full(err error) bool { return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) }

func signalError(sig syscall.Signal, pid int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("send %s to process %d: %w", signalName(sig), pid, err)
}

// Kill sends SIGKILL to all processes of a tree, again and again, until the tree is empty or ctx is over: then
// it returns the pids that are left, and the error of ctx. It needs Run to run, and must not be called from
// where events are delivered. For a tree that is gone there is nothing to do. Where the tree has namespaces of its own
// the kernel does it: all there end with the init.
func (t *Table) Kill(ctx context.Context, token uint64) (left []int, err error) {
	const shortest, longest = time.Millisecond, 50 * time.Millisecond
	if t.endsAlone(token, shortest) {
		return nil, nil
	}
	pause := time.NewTimer(0)
	defer pause.Stop()
	for wait := shortest; ; wait = min(2*wait, longest) {
		t.mu.Lock()
		tr := t.trees[token]
		if tr == nil {
			t.mu.Unlock()
			return nil, nil
		}
		if tr.done == nil {
			tr.done = make(chan struct{})
		}
		done, roots := tr.done, tr.roots(t.orphans)
		if tr.namespaces != nil && tr.init != 0 {
			t.killInit(tr)
		}
		t.mu.Unlock()

		if tr.namespaces == nil || len(roots.orphans) > 0 {
			roots.kill(ctx)
		}
		pause.Reset(wait)
		select {
		case <-done:
			return nil, nil
		case <-ctx.Done():
			select {
			case <-done: // just now
				return nil, nil
			default:
			}
			for _, p := range roots.walk() {
				left = append(left, p.PID)
			}
			return left, fmt.Errorf("kill process tree: %w", ctx.Err())
		case <-pause.C:
		}
	}
}

// endsAlone waits a moment for a tree whose main process has ended: most have no other, and then its init is
// about to be collected, which costs less than a look at /proc.
func (t *Table) endsAlone(token uint64, moment time.Duration) bool {
	t.mu.Lock()
	tr := t.trees[token]
	if tr == nil || tr.phase != ended {
		t.mu.Unlock()
		return tr == nil
	}
	if tr.done == nil {
		tr.done = make(chan struct{})
	}
	done := tr.done
	t.mu.Unlock()
	select {
	case <-done:
		return true
	case <-time.After(moment):
		return false
	}
}

// kill is one pass over a tree, repeated as long as that finds processes which the last one did not, and ctx is not over.
// Each is killed when it is come across, not when all are known: among many processes, on a busy host, a pass takes a
// while, in which those that fork would get more. A process group dies at once, faster than its members could fork; all
// groups in a tree are its own, since each program begins a session. The init is told to go on, in case someone has
// stopped it.
func (r roots) kill(ctx context.Context) {
	const most = 64
	seen := make(map[int]bool)
	for range most {
		fresh := false
		r.visit(func(p procfs.Process) {
			if p.Group > 1 && p.Group != r.init && p.Group != unix.Getpgrp() && !seen[-p.Group] {
				seen[-p.Group] = true
				_ = unix.Kill(-p.Group, unix.SIGKILL) // the members are killed one by one below
			}
			fresh = fresh || !seen[p.PID]
			seen[p.PID] = true
			_ = unix.Kill(p.PID, unix.SIGKILL) // what cannot be killed is found left
		})
		if !fresh || ctx.Err() != nil {
			break
		}
	}
	if r.init != 0 {
		_ = unix.Kill(r.init, unix.SIGCONT)
	}
}
