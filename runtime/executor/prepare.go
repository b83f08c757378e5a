package executor

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"unitd/policy/lifecycle"
	"unitd/runtime/socket"
	"unitd/units"
)

// prepare pins the directory of the generation and opens the listeners that are not open yet.
func (x *Executor) prepare(h *holding, def *units.Unit, a lifecycle.Action) {
	ev := lifecycle.Event{Kind: lifecycle.Prepared, Worker: a.Worker}
	moving := x.onTheMove() // as it is before: an address may be let go while the error comes about
	if err := x.prepared(h, def, a, &ev); err != nil {
		ev.Kind, ev.Err, ev.Full = lifecycle.NotPrepared, err.Error(), full(err)
		ev.Again = ev.Full || x.ours(err, moving)
	}
	x.report(def.ID, ev)
}

func (x *Executor) prepared(h *holding, def *units.Unit, a lifecycle.Action, ev *lifecycle.Event) error {
	if a.Launch != nil {
		if err := h.pin(a); err != nil {
			return err
		}
	}
	if a.Worker != 0 { // the pool holds the listeners
		if !def.Pool.Proxy {
			return nil
		}
		place, err := x.choose(h, def, a.Slot)
		if err == nil {
			ev.Port, ev.Socket = place.port, place.socket
		}
		return err
	}
	if def.Pool == nil || !h.works() {
		// Nothing of the unit runs, so what it no longer listens on is served by nobody.
		x.closeOthers(h, a.Listen)
	}
	proxied := def.Pool != nil && def.Pool.Proxy
	if !proxied {
		x.part(h)
	}
	err := x.open(h, def, a.Listen, len(a.Slots))
	if err == nil && proxied {
		err = x.serve(h, def)
	}
	ev.Blind = h.blind()
	switch {
	case !h.listens():
	case h.works(): // before a worker of a new slot is recorded: without its socket the next manager could not take it over
		x.keepNow()
	default:
		x.keepSoon()
	}
	return err
}

// listens reports a unit that has a listener.
func (h *holding) listens() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.listeners) > 0
}

// closeOthers closes the listeners of a unit that are not among those kept.
func (x *Executor) closeOthers(h *holding, kept []units.Listen) {
	unwanted := func(l listener) bool { return !units.HasSocket(kept, l.spec) }
	h.mu.Lock()
	any := slices.ContainsFunc(h.listeners, unwanted)
	h.mu.Unlock()
	if !any {
		return
	}
	defer x.letGo(h.unit, func(l listener, _ int) bool { return unwanted(l) })()
	h.closeOthers(x.config.Logger, kept)
}

// works reports a pool of which a worker lives.
func (h *holding) works() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.workers > 0
}

// onTheMove are the addresses that units on their way out still have.
func (x *Executor) onTheMove() map[string]units.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	return maps.Clone(x.moving)
}

// ours reports an address that Move could not hand over: the unit that has it is on its way out, so that it is
// free in a moment.
func (x *Executor) ours(err error, moving map[string]units.ID) bool {
	inUse := (*socket.InUseError)(nil)
	if !errors.As(err, &inUse) {
		return false
	}
	from, ok := moving[inUse.Address.String()]
	if !ok {
		return false
	}
	if inUse.Holder.PID == 0 { // it was let go while its holder was looked up
		return inUse.Holder.UID < 0 || inUse.Holder.UID == os.Getuid()
	}
	holder, _ := x.UnitOf(inUse.Holder.PID)
	return inUse.Holder.PID == os.Getpid() || holder == from
}

// pin resolves the directory of a generation, symlinks too, so that a replacement starts where its
// generation started, whatever `current` points to by then.
func (h *holding) pin(a lifecycle.Action) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, pinned := h.directories[a.Generation]; pinned && (a.Worker != 0 || !a.Fresh) {
		return nil
	}
	written := a.Launch.Process.Directory
	resolved, err := filepath.EvalSymlinks(written)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("find directory %s: it does not exist; create it or correct `directory`", written)
		}
		return fmt.Errorf("find directory %s: %w", written, err)
	}
	if info, err := os.Stat(resolved); err != nil {
		return fmt.Errorf("find directory %s: %w", written, err)
	} else if !info.IsDir() {
		return fmt.Errorf("find directory %s: it is no directory", written)
	}
	h.directories[a.Generation] = resolved
	forgetOldest(h.directories, maxGenerations)
	return nil
}

// unpin forgets the directories of other generations than those given: nothing starts there any more.
func (h *holding) unpin(others []int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.directories, func(generation int, _ string) bool { return !slices.Contains(others, generation) })
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
	if err := h.readmit(); err != nil {
		return err
	}
	for _, spec := range want {
		if l := h.find(spec); l != nil {
			if err := l.become(def, spec); err != nil {
				return err
			}
			if !l.shared() && l.group.Slots() < slots {
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

// find is the open listener for a block.
func (h *holding) find(spec units.Listen) *listener {
	for i, l := range h.listeners {
		if l.spec.SameSocket(spec) {
			return &h.listeners[i]
		}
	}
	return nil
}

// address is that of a listener.
func (x *Executor) address(def *units.Unit, spec units.Listen) (socket.Address, error) {
	address, err := socket.Parse(spec.Address, x.config.Account.Home, x.config.Account.Home)
	if err != nil {
		return address, fmt.Errorf("listen %q of %s: %w", spec.Name, def.ID, err)
	}
	return address, nil
}

// trim closes listeners that are no longer wanted and takes back slots that nobody serves. Connections that
// still wait in such a slot are relayed to one that is steered to.
func (x *Executor) trim(h *holding, def *units.Unit, a lifecycle.Action) {
	h.unpin(a.Generations)
	x.giveUp(h, def, a.Listen)
	for _, g := range h.groups() {
		if g.Slots() <= len(a.Slots) {
			continue
		}
		x.handOnRest(h, g, len(a.Slots))
		done := x.letGo(h.unit, func(l listener, slot int) bool { return l.group == g && slot >= len(a.Slots) })
		if err := g.Resize(len(a.Slots)); err != nil {
			x.config.Logger.Warn("give back slots", "unit", def.ID, "error", err)
		}
		done()
	}
}

// Move gives the listener at an address to another unit, open as it is, so that nobody is refused while one
// takes the place of the other. Where the other wants it in another form (one socket instead of one for each
// worker, another mode) nothing moves, and the address is opened anew once the first has closed it.
func (x *Executor) Move(from, to units.ID, wanted units.Listen) {
	x.mu.Lock()
	source := x.holdings[from]
	target := x.holdings[to]
	if target == nil {
		target = newHolding(to)
		x.holdings[to] = target
	}
	x.mu.Unlock()
	if source == nil {
		return
	}
	if l, ok := source.take(wanted); ok {
		target.mu.Lock()
		target.listeners = append(target.listeners, l)
		target.mu.Unlock()
		x.keepSoon()
		return
	}
	x.mu.Lock()
	x.moving[wanted.Address] = from
	x.mu.Unlock()
}

// take removes the listener that serves as wanted, whatever its name.
func (h *holding) take(wanted units.Listen) (listener, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, l := range h.listeners {
		spec := l.spec
		spec.Name = wanted.Name
		if spec == wanted {
			h.withdraw(l)
			h.listeners = slices.Delete(h.listeners, i, i+1)
			l.spec = wanted
			h.forgetAnswer(l)
			return l, true
		}
	}
	return listener{}, false
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
