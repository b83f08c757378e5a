package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/version"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
)

// Bounds of a live re-exec. Nothing of it is noticed by units; what clients of the manager wait for is finishTime for
// their own requests, requestsTime at most for requests of pools with dispatch "proxy", and settleTime at most.
const (
	jobsTime     = 10 * time.Second // for jobs that cannot be handed over
	checkTime    = 10 * time.Second // for the program to say that it can take over
	finishTime   = 2 * time.Second
	requestsTime = 5 * time.Second
	settleTime   = time.Second
)

// errEnding says that the manager was asked to end before another program could be executed.
var errEnding = errors.New("the manager is ending")

// canTakeOver is what a program answers that can.
const canTakeOver = "can take over: unitd "

// reexec is a re-exec that is prepared: program can take over.
type reexec struct{ program string }

// prepareReexec finds out whether a program can take over, puts it in place where it is to be installed, and has it done.
func (p *parts) prepareReexec(ctx context.Context, request protocol.ReexecRequest) (protocol.ReexecResult, error) {
	result := protocol.ReexecResult{From: version.Version, Program: p.loaded.program}
	if !p.reexecLock.TryLock() {
		return result, protocol.Conflict("the manager executes another program already")
	}
	defer p.reexecLock.Unlock()
	if result.Program == "" {
		return result, protocol.Conflict("it is not known where the program of the manager is")
	}
	if err := p.awaitJobs(ctx); err != nil {
		return result, err
	}
	if request.Install == "" {
		var err error
		if result.To, err = p.ask(ctx, result.Program, result.Program); err == nil {
			p.reexecs <- reexec{result.Program}
		}
		return result, err
	}
	next, err := stage(request.Install, result.Program)
	if err != nil {
		return result, protocol.Conflict("%v", err)
	}
	defer next.remove()
	if result.To, err = p.ask(ctx, next.path, request.Install); err != nil {
		return result, err
	}
	if result.Kept, err = next.install(); err != nil {
		return result, protocol.Conflict("%v", err)
	}
	p.reexecs <- reexec{result.Program}
	return result, nil
}

// reexecBySignal is prepareReexec where nobody waits for an answer.
func (p *parts) reexecBySignal(ctx context.Context) {
	if _, err := p.prepareReexec(ctx, protocol.ReexecRequest{}); err != nil {
		p.log.Error("go on without executing the program anew", "error", err)
	}
}

// awaitJobs waits for what cannot be handed over: an apply, and jobs that are no transaction.
func (p *parts) awaitJobs(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, jobsTime)
	defer cancel()
	for poll := time.NewTicker(20 * time.Millisecond); ; {
		waits, err := p.control.Unsettled(ctx)
		if err != nil || waits == "" {
			poll.Stop()
			return err
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			poll.Stop()
			return protocol.Conflict("%s is under way: try again when it has ended", waits)
		}
	}
}

// ask has a program read a handover as it would be now, and returns its version. Everything goes on meanwhile. People know it
// by name.
func (p *parts) ask(ctx context.Context, program, name string) (to string, err error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	h, err := p.newHandover(ctx)
	if err != nil {
		return "", err
	}
	err = p.engine.HandOver(ctx, func() bool { return true }, settleTime, func(saved []byte) error { h.State = saved; return nil })
	if err != nil {
		return "", fmt.Errorf("hand over: %w", err)
	}
	file, err := h.write()
	if err != nil {
		return "", err
	}
	defer file.Close()
	output, err := memory("answer")
	if err != nil {
		return "", err
	}
	defer output.Close()
	args := append([]string{program}, p.loaded.guarded.guard.Args[1:]...)
	err = p.executor.Ask(ctx, "check of "+name, append(args, "--check-handover"), os.Environ(), output, file)
	var text [1024]byte
	n, _ := output.ReadAt(text[:], 0) // what is there
	answer := strings.TrimSpace(string(text[:n]))
	to, ok := strings.CutPrefix(answer, canTakeOver)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "", protocol.Conflict("%s cannot take over: it does not answer within %v", name, checkTime)
	case err != nil && answer != "":
		return "", protocol.Conflict("%s cannot take over (%v): %s", name, err, lastLine(answer))
	case err != nil:
		return "", protocol.Conflict("%s cannot take over: %v", name, err)
	case !ok:
		return "", protocol.Conflict("%s is no unitd that can take over: it said %q", name, lastLine(answer))
	}
	return to, nil
}

func lastLine(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

// memory makes a file in memory.
func memory(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// newHandover is what no event changes.
func (p *parts) newHandover(ctx context.Context) (*handover, error) {
	p.loaded.mu.Lock()
	overrides := p.loaded.saved.Clone()
	p.loaded.mu.Unlock()
	h := &handover{
		Format: handoverFormat, From: version.Version, BootID: p.loaded.bootID, Overrides: overrides, Core: *p.loaded.guarded.guard.Core,
		Started: p.loaded.started, Count: p.loaded.count + 1, Given: p.given.Load(),
		Open: executor.Handed{Salt: p.loaded.salt}, Memories: p.loaded.jobs.now(),
	}
	return h, p.engine.Call(ctx, func(m *engine.Model) { h.Sources = m.Set().Keepable() })
}

// reexecutes is the part that executes another program. It ends with the manager, or the manager ends with it.
func (p *parts) reexecutes(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case next := <-p.reexecs:
		err := p.replace(ctx, next)
		if errors.Is(err, errEnding) {
			<-ctx.Done()
			return nil
		}
		p.log.Error("no program could be executed: the guard starts one, which takes over by the record", "error", err)
		os.Exit(exitFailed)
		return err
	}
}

// replace hands over to another program in this process, and where that cannot be executed to the one that runs now: by
// then so much has ended that nothing is taken back. What comes back is why neither could be; the guard starts a manager
// then, which reads the record.
func (p *parts) replace(ctx context.Context, next reexec) error {
	p.log.Info("execute another program in this process", "program", next.program)
	p.reloadParent() // the next program says that it is over
	p.replacing.Store(true)
	p.premises.mu.Lock() // for good
	control, others, err := p.keepControl()
	if err != nil {
		return err
	}
	within(finishTime, func(ctx context.Context) {
		if err := p.server.Move(ctx); err != nil {
			p.log.Warn("cut requests for the sake of a new program", "error", err)
		}
	})
	within(finishTime, p.triggers.hooks.move)
	within(requestsTime, p.executor.FinishRequests)
	p.alerts.Close(ctx)
	h, err := p.newHandover(ctx) // nobody asks for anything any more
	if err != nil {
		return err
	}
	notify, err := p.notify.Hold()
	if err != nil {
		return fmt.Errorf("hand over the notify socket: %w", err)
	}
	own, err := os.Open("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	p.executor.Flush()
	p.recorder.settle()
	locks := p.lock.Files()
	h.Lock, h.MoreLocks = locks[0], locks[1:]
	h.Program, h.Notify, h.Control = int(own.Fd()), int(notify.Fd()), int(control.Fd())
	h.Others, h.Args = others, append([]string{next.program}, p.loaded.guarded.guard.Args[1:]...)
	return p.engine.HandOver(ctx, p.executor.Idle, settleTime, func(saved []byte) error {
		if p.ending.Load() {
			return errEnding
		}
		p.scribe.flush(saved)
		p.alerts.Save()
		h.State, h.Open, h.Memories = saved, p.executor.HandOver(), p.loaded.jobs.now()
		file, err := h.write()
		if err != nil {
			return err
		}
		h.file = int(file.Fd())
		err = h.passOn(next.program, nil)
		failed := fmt.Errorf("execute %s: %w", next.program, err)
		err = errors.Join(failed, h.passOn(h.own(), failed))
		runtime.KeepAlive([]*os.File{control, notify, own, file})
		return err
	})
}

// within runs f with a context that ends after a while.
func within(d time.Duration, f func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	f(ctx)
}
