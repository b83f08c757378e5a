package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path/filepath"

	"go.uber.org/fx"

	"unitd/internal/dirs"
	"unitd/internal/version"
	"unitd/runtime/journal"
	"unitd/runtime/state"
	"unitd/units"
)

// bracket acquires what the parts hold when fx starts, in this order, and releases it in reverse when fx stops, or something
// could not be acquired.
func (p *parts) bracket(lc fx.Lifecycle, d dirs.Dirs, events *journal.Events, set *units.Set) {
	hook := func(start, stop func() error) {
		lc.Append(fx.Hook{
			OnStart: func(context.Context) error { return start() },
			OnStop:  func(context.Context) error { return stop() },
		})
	}
	nothing := func() error { return nil }
	hook(func() error { return p.holdLock(d) }, p.letLockGo)
	hook(func() error { return p.beginEvents(d, events) }, func() error { return p.endEvents(events) })
	hook(func() error { p.alerts.Load(); return nil }, nothing)
	hook(func() error { p.takeOver(); return p.executor.Open() }, p.closeExecutor)
	hook(func() error { return p.beginHearing(d) }, func() error { return p.notify.Close() })
	hook(func() error { return p.beginListening(d, set.Manager) }, p.endListening)
	hook(func() error { p.triggers.begin(set); return nil }, func() error { p.triggers.hooks.end(); return nil })
	hook(func() error { p.settleIn(d); return nil }, p.leavePremises)
}

func (p *parts) holdLock(d dirs.Dirs) (err error) {
	if h := p.loaded.handover; h != nil {
		if p.lock, err = state.KeepLock(h.locks(), d.Runtime, d.State); err != nil {
			return err
		}
	}
	return state.Prepare("directory of exit files", filepath.Join(d.Runtime, "exit"))
}

func (p *parts) letLockGo() error {
	if !p.ended {
		return nil // the process ends, or gives the lock back to the program before
	}
	return p.lock.Release()
}

func (p *parts) beginEvents(d dirs.Dirs, events *journal.Events) error {
	if err := state.Prepare("log directory", d.Log()); err != nil {
		return err
	}
	aboutManager(events, p.beginning(), "unitd "+version.Version)
	return nil
}

func (p *parts) endEvents(events *journal.Events) error {
	if p.ended {
		aboutManager(events, "ended", "")
	}
	return events.Close()
}

func (p *parts) closeExecutor() error {
	if !p.ended {
		return nil // something could not be acquired: what was taken over runs on, for the next manager
	}
	return errors.Join(p.executor.Close(), p.scribe.record.Remove())
}

// beginHearing opens the notify socket, which programs of the manager before may have written to.
func (p *parts) beginHearing(d dirs.Dirs) (err error) {
	if p.notify, err = p.listenToUnits(d); err != nil {
		return err
	}
	p.executor.HearBy(func() {
		if err := p.notify.Poll(); err != nil {
			p.log.Error("read what programs said", "error", err)
		}
	})
	return nil
}

func (p *parts) beginListening(d dirs.Dirs, manager units.Manager) (err error) {
	var given bool
	p.listener, given, err = listenForControl(d, fs.FileMode(manager.ControlMode), p.loaded.handover)
	p.given.Store(given)
	if err == nil {
		p.executor.ShowControlSocket(d.ControlSocket())
		p.sockets.begin(manager, p.loaded.handover)
	}
	return err
}

func (p *parts) endListening() error {
	p.sockets.end()
	if err := p.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close control socket: %w", err)
	}
	return nil
}

// settleIn is the last: from now on there is no way back to the manager before.
func (p *parts) settleIn(d dirs.Dirs) {
	p.premises.open(d)
	p.executor.KeepUnheard(p.notify)
	p.makeGuard()
	if h := p.loaded.handover; h != nil {
		h.close()
	}
}

func (p *parts) leavePremises() error { // Close of the executor lets the guard go
	if p.ended {
		p.premises.end()
	}
	return nil
}
