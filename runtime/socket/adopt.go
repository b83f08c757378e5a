package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// Sockets outlive a manager that dies where another process keeps them open meanwhile. Nothing about them changes then:
// not who waits in their queues, not the order of a group, nor where its program sends new connections. What only the
// manager knew is recorded, and put together with the open sockets again.

// SavedListener is what is recorded of a Listener.
type SavedListener struct {
	Device  uint64 `json:"device,omitempty"` // of the file of a Unix socket
	Number  uint64 `json:"number,omitempty"`
	Refuses bool   `json:"refuses,omitempty"`
}

// Save is what is to be recorded of l. Not ok says that it is being changed just now.
func (l *Listener) Save() (saved SavedListener, ok bool) {
	if !l.mu.TryLock() {
		return saved, false
	}
	defer l.mu.Unlock()
	return SavedListener{Device: l.inode.device, Number: l.inode.number, Refuses: l.refuses}, true
}

// AdoptListener makes a Listener of an open socket and what was recorded of it. The descriptor belongs to it from then
// on, also after an error. A socket that was diverted gets its path back.
func AdoptListener(a Address, o Options, saved SavedListener, fd int) (*Listener, error) {
	file, err := adoptFile(a, fd)
	if err != nil {
		return nil, err
	}
	l := &Listener{address: a, options: o, file: file, inode: inode{saved.Device, saved.Number}, refuses: saved.Refuses}
	if a.IsUnix() {
		if l.inode.isAt(aside(a.path)) {
			if err := os.Rename(aside(a.path), a.path); err != nil {
				return nil, errors.Join(fmt.Errorf("take %s over: %w", a, err), file.Close())
			}
		}
		_ = clearPath(coming(a.path)) // it is in nobody's way
	}
	return l, nil
}

// adoptFile makes sure that an open file is a socket that is bound to an address.
func adoptFile(a Address, fd int) (*os.File, error) {
	name, err := unix.Getsockname(fd)
	if err == nil && !a.isName(name) {
		err = errors.New("it is bound to another address")
	}
	var file *os.File
	if err == nil {
		file, err = unpolled(fd, a)
	}
	unix.Close(fd) //nolint:errcheck // nothing was written to it
	if err != nil {
		return nil, fmt.Errorf("take %s over: %w", a, err)
	}
	return file, nil
}

// unpolled wraps a duplicate of an open socket as newFile does a new one. Whether that blocks is for all who share it to
// decide: a worker with an event loop has made it non-blocking, and would stand still in accept(2) if it were not any
// more, while the poller would wake the manager for each of its connections. So os is shown another file, which blocks.
func unpolled(fd int, a Address) (*os.File, error) {
	place, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	file := newFile(place, a)
	if err := unix.Dup3(fd, place, unix.O_CLOEXEC); err != nil {
		return nil, errors.Join(os.NewSyscallError("dup3", err), file.Close())
	}
	return file, nil
}

// isName reports that a socket of this name is bound to the address.
func (a Address) isName(name unix.Sockaddr) bool {
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return !a.IsUnix() && int(a.tcp.Port()) == name.Port
	case *unix.SockaddrInet6:
		return !a.IsUnix() && int(a.tcp.Port()) == name.Port
	case *unix.SockaddrUnix:
		return a.IsUnix()
	}
	return false
}

// SavedGroup is what is recorded of a Group.
type SavedGroup struct {
	Prefix  [2]byte `json:"prefix"`
	Class   uint8   `json:"class"`
	Order   []int   `json:"order"`
	Unsure  bool    `json:"unsure,omitempty"`
	Targets []int   `json:"targets,omitempty"`
	Refuses bool    `json:"refuses,omitempty"`
	Before  []int   `json:"before,omitempty"`
}

// Save is what is to be recorded of g. Not ok says that it is being changed just now.
func (g *Group) Save() (saved SavedGroup, ok bool) {
	if !g.mu.TryLock() {
		return saved, false
	}
	defer g.mu.Unlock()
	return SavedGroup{
		Prefix: g.mark.prefix, Class: g.mark.class, Order: slices.Clone(g.order), Unsure: g.unsure,
		Targets: slices.Clone(g.targets), Refuses: g.refuses, Before: slices.Clone(g.before),
	}, true
}

// AdoptGroup makes a Group of its open sockets, the manager's own first, and what was recorded of it. The descriptors
// belong to it from then on, also after an error. Where the record is of another moment than the sockets, it is found
// out in which order they stand before they are steered to again. Where that fails the group is returned with the error: it
// serves, but its slots cannot be told apart.
func AdoptGroup(a Address, o Options, saved SavedGroup, own int, slots []int) (*Group, error) {
	g := &Group{
		address: a, options: o, mark: mark{prefix: saved.Prefix, class: saved.Class}, order: saved.Order, unsure: saved.Unsure,
		targets: saved.Targets, refuses: saved.Refuses, before: saved.Before,
	}
	var errs []error
	for _, fd := range slots {
		file, err := adoptFile(a, fd)
		errs = append(errs, err)
		if err == nil {
			g.sockets = append(g.sockets, file)
		}
	}
	ownFile, err := adoptFile(a, own)
	if err == nil {
		defer ownFile.Close()
		var listener net.Listener
		if listener, err = net.FileListener(ownFile); err == nil {
			g.own = listener.(*net.TCPListener) //nolint:forcetypeassert // adoptFile has made sure
		}
	}
	if err = errors.Join(append(errs, err)...); err != nil {
		for _, file := range g.sockets {
			file.Close()
		}
		return nil, err
	}
	err = g.reconcile()
	return g, err
}

// reconcile makes the order one of the sockets that there are.
func (g *Group) reconcile() error {
	there := func(slot int) bool { return slot >= 0 && slot < len(g.sockets) }
	known := slices.DeleteFunc(slices.Clone(g.order), func(slot int) bool { return !there(slot) })
	g.unsure = g.unsure || len(known) != len(g.order) || len(known) != len(g.sockets)
	for slot := range g.sockets {
		if !slices.Contains(known, slot) {
			known = append(known, slot)
		}
	}
	g.order = known
	g.targets = slices.DeleteFunc(g.targets, func(slot int) bool { return !there(slot) })
	_, err := g.repair()
	return errors.Join(err, g.attach())
}

// Descriptors are those of the sockets, for somebody who keeps them open too: the manager's own, and that of each slot.
// They are good until a socket is closed.
func (g *Group) Descriptors() (own int, slots []int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	own = -1
	_ = g.onOwn(func(fd int) error { own = fd; return nil }) // fails only where it is closed
	for _, socket := range g.sockets {
		slots = append(slots, int(socket.Fd()))
	}
	return own, slots
}
