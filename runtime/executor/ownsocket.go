package executor

import (
	"encoding/json"
	"fmt"
	"strings"

	"unitd/runtime/socket"
)

// The manager itself listens where requests for it come that nobody sends twice, as webhooks do. Those sockets are kept and
// handed over as those of units are, so that who waits in their queues is answered by the next manager.

// ownKey is what the names of such sockets begin with among those that are kept.
const ownKey = "manager "

// ownSockets are those of the manager itself. Its lock is that of keeping.
type ownSockets struct {
	open []*socket.Listener
	// before are those that a manager before this one had, by address, until somebody asks for them.
	before map[string]savedOwn
}

// savedOwn is what the name of one says beside the key.
type savedOwn struct {
	Address string               `json:"address"`
	Saved   socket.SavedListener `json:"saved"`
	fd      int
}

// ListenOwn opens a socket for the manager itself, or goes on with the one that a manager before this one had there.
func (x *Executor) ListenOwn(a socket.Address, o socket.Options) (*socket.Listener, error) {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	l, err := x.own.adopt(a, o)
	if l == nil {
		if err != nil {
			x.config.Logger.Warn("go on with a socket of the manager before; another is opened in its place", "error", err)
		}
		if l, err = socket.Listen(a, o); err != nil {
			return nil, err
		}
	}
	x.own.open = append(x.own.open, l)
	x.keepSoon()
	return l, nil
}

// adopt goes on with a socket; nil: there is none.
func (own *ownSockets) adopt(a socket.Address, o socket.Options) (*socket.Listener, error) {
	before, ok := own.before[a.String()]
	if !ok {
		return nil, nil
	}
	delete(own.before, a.String())
	l, err := socket.AdoptListener(a, o, before.Saved, before.fd)
	if err != nil {
		return nil, err
	}
	if _, err := l.Repair(); err != nil { // where somebody has replaced its file
		return nil, fmt.Errorf("%w; %w", err, l.Close())
	}
	return l, nil
}

// CloseOwn closes a socket of the manager itself.
func (x *Executor) CloseOwn(l *socket.Listener) error {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	for i, other := range x.own.open {
		if other == l {
			x.own.open = append(x.own.open[:i:i], x.own.open[i+1:]...)
			x.keep(nil)
			break
		}
	}
	return l.Close()
}

// ForgetOwn closes what a manager before this one had and nobody has asked for.
func (x *Executor) ForgetOwn() {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	for _, before := range x.own.before {
		closeSocket(before.fd)
	}
	x.own.before = nil
	x.keep(nil)
}

// sockets lists what is to be kept. A socket that is being changed just now comes with the next look.
func (own *ownSockets) sockets() []socketRef {
	var refs []socketRef
	add := func(s savedOwn) {
		name, err := json.Marshal(s)
		inode := inodeOf(s.fd)
		if err == nil && inode != 0 {
			refs = append(refs, socketRef{ownKey + string(name), s.fd, inode})
		}
	}
	for _, l := range own.open {
		if saved, ok := l.Save(); ok {
			add(savedOwn{Address: l.Address().String(), Saved: saved, fd: int(l.File().Fd())})
		}
	}
	for _, s := range own.before {
		add(s)
	}
	return refs
}

// restoreOwn takes those of the manager itself out of what was kept.
func (x *Executor) restoreOwn(kept map[string]int) {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	x.own.before = map[string]savedOwn{}
	for name, fd := range kept {
		text, ok := strings.CutPrefix(name, ownKey)
		if !ok {
			continue
		}
		var s savedOwn
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			continue // it is closed with what nobody wants
		}
		delete(kept, name)
		s.fd = fd
		x.own.before[s.Address] = s
	}
}
