package executor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"unitd/policy/lifecycle"
	"unitd/runtime/socket"
	"unitd/units"
)

// prepare pins the directory of the generation and opens the listeners that are not open yet.
func (x *Executor) prepare(h *holding, def *units.Unit, a lifecycle.Action) {
	ev := lifecycle.Event{Kind: lifecycle.Prepared, Worker: a.Worker}
	if err := x.prepared(h, def, a); err != nil {
		ev.Kind, ev.Err, ev.Again = lifecycle.NotPrepared, err.Error(), full(err)
	}
	x.report(def.ID, ev)
}

func (x *Executor) prepared(h *holding, def *units.Unit, a lifecycle.Action) error {
	if a.Launch != nil {
		if err := h.pin(def, a); err != nil {
			return err
		}
	}
	if a.Worker != 0 {
		return nil // the pool holds the listeners
	}
	return x.open(h, def, a.Listen, len(a.Slots))
}

// pin resolves the directory of a generation, symlinks too, so that a replacement starts where its
// generation started, whatever `current` points to by then.
func (h *holding) pin(def *units.Unit, a lifecycle.Action) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, pinned := h.directories[a.Generation]; pinned && (a.Worker != 0 || !a.Fresh) {
		return nil
	}
	written := a.Launch.Process.Directory
	resolved, err := filepath.EvalSymlinks(written)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("start %s: directory %s does not exist; create it or correct `directory`", def.ID, written)
		}
		return fmt.Errorf("start %s: resolve directory: %w", def.ID, err)
	}
	if info, err := os.Stat(resolved); err != nil {
		return fmt.Errorf("start %s: %w", def.ID, err)
	} else if !info.IsDir() {
		return fmt.Errorf("start %s: directory %s is no directory", def.ID, written)
	}
	h.directories[a.Generation] = resolved
	return nil
}

// directory is where a generation was pinned.
func (h *holding) directory(generation int) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.directories[generation]
}

// open opens the listeners that want names and that are not open yet, and gives groups their slots. Those
// that are no longer wanted stay until trim, since a predecessor may still serve them.
func (x *Executor) open(h *holding, def *units.Unit, want []units.Listen, slots int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, spec := range want {
		if l := h.find(spec); l != nil {
			if l.group != nil && l.group.Slots() < slots {
				if err := l.group.Resize(slots); err != nil {
					return err
				}
			}
			continue
		}
		l, err := x.listen(def, spec, slots)
		if err != nil {
			return err
		}
		h.listeners = append(h.listeners, l)
	}
	return nil
}

// find is the open listener for a block; mode and the like must be the same too.
func (h *holding) find(spec units.Listen) *listener {
	for i, l := range h.listeners {
		if l.spec == spec {
			return &h.listeners[i]
		}
	}
	return nil
}

func (x *Executor) listen(def *units.Unit, spec units.Listen, slots int) (listener, error) {
	address, err := socket.Parse(spec.Address, x.config.Account.Home, x.config.Account.Home)
	if err != nil {
		return listener{}, fmt.Errorf("listen %q of %s: %w", spec.Name, def.ID, err)
	}
	options := socket.Options{
		Unit: string(def.ID), Backlog: spec.Backlog, Mode: fs.FileMode(spec.Mode), Group: spec.Group,
	}
	l := listener{spec: spec}
	if spec.PerWorker && slots > 0 {
		l.group, err = socket.OpenGroup(address, slots, options)
	} else {
		l.single, err = socket.Listen(address, options)
	}
	return l, err
}

// trim closes listeners that are no longer wanted and takes back slots that nobody serves. Connections that
// still wait in such a slot are relayed to one that is steered to.
func (x *Executor) trim(h *holding, def *units.Unit, a lifecycle.Action) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := h.listeners[:0]
	for _, l := range h.listeners {
		wanted := false
		for _, spec := range a.Listen {
			wanted = wanted || l.spec == spec
		}
		if !wanted {
			if err := l.close(); err != nil {
				x.config.Logger.Warn("close listener", "unit", def.ID, "address", l.spec.Address, "error", err)
			}
			continue
		}
		kept = append(kept, l)
		if l.group == nil || l.group.Slots() <= len(a.Slots) {
			continue
		}
		x.relayRest(l.group, len(a.Slots))
		if err := l.group.Resize(len(a.Slots)); err != nil {
			x.config.Logger.Warn("give back slots", "unit", def.ID, "error", err)
		}
	}
	h.listeners = kept
}

// full reports an error that says that the host or account has no room just now; such an error is no
// failure of the unit.
func full(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EAGAIN, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
