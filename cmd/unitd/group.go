package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/oklog/run"

	"unitd/internal/dirs"
	"unitd/runtime/engine"
	"unitd/runtime/state"
)

// serverGrace is how long requests that are under way at the end may take.
const serverGrace = 2 * time.Second

// manage is the life of the manager: lock, load, construct, run until something ends, drain, release. Nothing is read before
// the lock is had: another manager that is just dying, or just beginning, may change it still.
// h is what a manager in this process has left, which had the lock; nil: there was none.
func manage(o options, d dirs.Dirs, g guarded, h *handover, stderr io.Writer) error {
	var lock *state.Lock
	if h == nil {
		var err error
		if lock, err = state.TakeLock(d.Runtime, d.State); err != nil {
			return err
		}
	}
	log, err := openLog(d, stderr)
	if err != nil {
		return err
	}
	loaded, err := load(o, d, g, h, stderr, log)
	if err != nil {
		return err
	}
	app, p := wire(d, loaded, *g.guard.Core, log)
	if err := app.Err(); err != nil {
		return fmt.Errorf("wire the manager: %w", err)
	}
	p.lock = lock
	if err := app.Start(context.Background()); err != nil {
		return err
	}
	p.tellStarted(len(loaded.set.Units))
	err = p.run()
	p.ended = true
	p.executor.Unguard()
	if err != nil {
		log.Error("ended", "error", err)
	} else {
		log.Info("ended")
	}
	return errors.Join(err, app.Stop(context.Background()))
}

// errSignal is the deliberate end.
var errSignal = errors.New("asked to end")

// run runs every part until the first ends. The interrupts come in the order of the actors: the engine is
// first, and its interrupt returns when all units have stopped, for which it needs the others.
func (p *parts) run() error {
	var group run.Group
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	drain, cancelEngine := context.WithCancel(ctx)
	group.Add(func() error { return p.engine.Run(drain) }, func(error) { cancelEngine(); <-p.engine.Done() })
	group.Add(p.signals(ctx))
	group.Add(p.watchEssential(ctx))
	group.Add(p.keepParentPosted(ctx))
	group.Add(p.rest(ctx))
	group.Add(until(ctx, p.calm))
	group.Add(until(ctx, p.reexecutes))
	group.Add(until(ctx, func(ctx context.Context) error { return p.loaded.save(ctx, p.log) }))
	group.Add(until(ctx, p.loaded.jobs.run))
	group.Add(until(ctx, p.recorder.run))
	group.Add(until(ctx, p.scribe.run))
	group.Add(until(ctx, p.triggers.poller.Run))
	group.Add(untilEnded(ctx, p.keepPremises)) // or it would put back what the end removes
	group.Add(func() error { return p.serve(ctx) }, func(error) {
		grace, done := context.WithTimeout(context.Background(), serverGrace)
		defer done()
		if err := p.server.Shutdown(grace); err != nil {
			p.log.Debug("cut requests at the end", "error", err)
		}
	})
	group.Add(untilEnded(ctx, p.alert))
	group.Add(untilEnded(ctx, p.keeper.Run))
	group.Add(until(ctx, p.notify.Run))
	group.Add(untilEnded(ctx, p.executor.Check)) // what it has started is still reaped
	group.Add(until(ctx, p.executor.Reap))
	err := group.Run()
	if errors.Is(err, errSignal) {
		return nil
	}
	return err
}

// until makes an actor of a function that ends with its context.
func until(ctx context.Context, f func(context.Context) error) (func() error, func(error)) {
	ctx, cancel := context.WithCancel(ctx)
	return func() error { return f(ctx) }, func(error) { cancel() }
}

// untilEnded is until, for an actor that must have ended before those behind it are interrupted.
func untilEnded(ctx context.Context, f func(context.Context) error) (func() error, func(error)) {
	ended := make(chan struct{})
	run, interrupt := until(ctx, f)
	return func() error { defer close(ended); return run() }, func(err error) { interrupt(err); <-ended }
}

// signals is the one owner of signals. It also begins the boot, once everything else is about to run. The
// signals stay caught to the end: a second Ctrl-C must not kill a manager that is stopping its units.
func (p *parts) signals(ctx context.Context) (func() error, func(error)) {
	var received chan os.Signal
	if h := p.loaded.handover; h != nil {
		received = h.received
	} else {
		received = catch()
	}
	signal.Ignore(syscall.SIGPIPE)
	return until(ctx, func(ctx context.Context) error {
		if p.loaded.guarded.ends {
			p.log.Info("the manager before was stopping all units: go on with that")
			return errSignal
		}
		if err := p.begin(ctx); err != nil {
			return fmt.Errorf("boot: %w", err)
		}
		if err := p.control.KeepLogs(ctx); err != nil {
			return fmt.Errorf("boot: %w", err)
		}
		p.tellParent(daemon.SdNotifyReady)
		defer p.tellParent(daemon.SdNotifyStopping)
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-p.control.Ending():
				p.ending.Store(true)
				return errSignal
			case s := <-received:
				p.log.Info("received", "signal", s)
				if p.handle(ctx, s) {
					p.ending.Store(true)
					return errSignal
				}
			}
		}
	})
}

// serve answers requests until the end, or until another program is about to.
func (p *parts) serve(ctx context.Context) error {
	err := p.server.Serve(p.listener)
	if p.replacing.Load() {
		<-ctx.Done()
	}
	return err
}

// alert tells what the manager before has left to be told, and sees to it that what is on its way at the end is told, or left
// for the next manager.
func (p *parts) alert(ctx context.Context) error {
	if p.engine.Call(ctx, func(*engine.Model) {}) == nil { // it has told where all units stand
		p.alerts.Begin()
	}
	<-ctx.Done()
	p.alerts.Close(context.WithoutCancel(ctx))
	p.alerts.Save()
	return ctx.Err()
}

// handle acts on a signal and reports whether it ends the manager.
func (p *parts) handle(ctx context.Context, s os.Signal) bool {
	switch s {
	case syscall.SIGHUP:
		defer p.reloadParent()()
		if _, err := p.control.ApplyFiles(ctx); err != nil {
			p.log.Error("apply", "error", err)
		}
		return false
	case syscall.SIGUSR2:
		go p.reexecBySignal(ctx)
		return false
	case syscall.SIGINT:
		p.control.MarkShutdown()
	}
	return true
}

// watchEssential ends the manager once a unit that it is essential to has failed for good.
func (p *parts) watchEssential(ctx context.Context) (func() error, func(error)) {
	return until(ctx, func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case why := <-p.engine.Essential():
			p.ending.Store(true)
			return fmt.Errorf("essential unit failed: %s", why)
		}
	})
}

// settling is how long after the last load of unit files memory is given back: what follows from the load, the
// boot for one, is over by then as a rule.
const settling = 3 * time.Second

// rest gives memory back after unit files have been loaded, or many units were looked at.
func (p *parts) rest(ctx context.Context) (func() error, func(error)) {
	return until(ctx, func(ctx context.Context) error {
		var due <-chan time.Time
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-p.loaded.loads:
				due = time.After(settling)
			case <-due:
				due = nil
				if err := giveBack(); err != nil {
					p.log.Debug("give memory back", "error", err)
				}
			}
		}
	})
}

// openLog opens the manager's own log. In the foreground it is shown as well, unless it is where standard
// error goes already.
func openLog(d dirs.Dirs, stderr io.Writer) (*slog.Logger, error) {
	file, err := openOwnLog(d)
	if err != nil {
		return nil, err
	}
	out := io.Writer(file)
	if shown, ok := stderr.(*os.File); ok && !file.Is(shown) {
		out = io.MultiWriter(file, shown)
	}
	return slog.New(slog.NewTextHandler(out, nil)), nil
}
