package executor

import (
	"fmt"
	"io/fs"
	"os"
	"slices"

	"unitd/runtime/socket"
	"unitd/runtime/unavailable"
	"unitd/units"
)

// listener is one `listen` block, open. A pool has a group at each TCP address, with a socket for each slot or, for
// per_worker = false, one that all workers share; all others have a single socket.
type listener struct {
	spec   units.Listen
	single *socket.Listener
	group  *socket.Group
}

// listen opens a listener; slots is how many a pool has, 0 for others.
func (x *Executor) listen(def *units.Unit, spec units.Listen, slots int) (listener, error) {
	address, err := x.address(def, spec)
	if err != nil {
		return listener{}, err
	}
	options := optionsOf(def, spec)
	l := listener{spec: spec}
	switch {
	case slots == 0 || address.IsUnix() || def.Pool != nil && def.Pool.Proxy:
		l.single, err = socket.Listen(address, options)
	case spec.PerWorker:
		l.group, err = socket.OpenGroup(address, slots, options)
	default:
		l.group, err = socket.OpenGroup(address, 1, options)
	}
	return l, err
}

func optionsOf(def *units.Unit, spec units.Listen) socket.Options {
	return socket.Options{
		Unit: string(def.ID), Backlog: spec.Backlog, Mode: fs.FileMode(spec.Mode), Group: spec.Group,
	}
}

// become makes an open listener what a block for the same sockets says.
func (l *listener) become(def *units.Unit, spec units.Listen) error {
	if l.spec == spec {
		return nil
	}
	alter := l.single.Alter
	if l.group != nil {
		alter = l.group.Alter
	}
	if err := alter(optionsOf(def, spec)); err != nil {
		return fmt.Errorf("change listen %q of %s: %w", spec.Name, def.ID, err)
	}
	l.spec = spec
	return nil
}

func (l listener) close() error {
	if l.group != nil {
		return l.group.Close()
	}
	return l.single.Close()
}

// shared reports a socket that all workers of a pool accept on.
func (l listener) shared() bool { return l.group == nil || !l.spec.PerWorker }

// slot is that of the socket that a worker in a slot of the pool serves.
func (l listener) slot(ofWorker int) int {
	if l.shared() {
		return 0
	}
	return ofWorker
}

// socketFor is the socket that a program in a slot gets, nil where there is none. What the program before it has
// shut down is opened again first.
func (l *listener) socketFor(slot int) (*os.File, error) {
	switch {
	case l == nil:
		return nil, nil
	case l.group != nil:
		_, err := l.group.Repair()
		return l.group.File(l.slot(slot)), err
	}
	_, err := l.single.Repair()
	return l.single.File(), err
}

// divert keeps new connections from workers: they come to what it returns.
func (l listener) divert() (unavailable.Source, error) {
	if l.group == nil {
		return l.single.Divert()
	}
	if err := l.group.Steer(nil); err != nil {
		return nil, err
	}
	return l.group.Own(), nil
}

// admit lets new connections go to workers again. Where each has a socket of its own this is done by steering.
func (l listener) admit() error {
	switch {
	case l.group == nil:
		return l.single.Restore()
	case l.shared():
		return l.group.Steer([]int{0})
	}
	return nil
}

// blind reports a pool at one of whose addresses a connection cannot be made to reach one worker.
func (h *holding) blind() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.listeners, func(l listener) bool { return l.group != nil && !l.group.CanProbe() })
}

// groups are those of the listeners that have a socket for each slot.
func (h *holding) groups() []*socket.Group {
	h.mu.Lock()
	defer h.mu.Unlock()
	var groups []*socket.Group
	for _, l := range h.listeners {
		if !l.shared() {
			groups = append(groups, l.group)
		}
	}
	return groups
}
