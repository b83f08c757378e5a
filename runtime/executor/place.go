package executor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/probe"
	"unitd/runtime/proxy"
	"unitd/runtime/socket"
	"unitd/units"
)

// A worker that is no longer in its first tries to listen is looked at less often.
const (
	eagerListener = 5 * time.Millisecond
	laterListener = 250 * time.Millisecond
)

// place is where the worker in a slot listens, chosen for one start.
type place struct {
	port   int
	socket string
	// at is where it was seen to listen on its port: programs that are told a port only choose the address.
	at     netip.AddrPort
	run    uint64        // that listens
	worker *proxy.Worker // of that run
}

// choose finds a place for the next worker of a slot: the port that the slot had, where nobody else has taken it, or
// another.
func (x *Executor) choose(h *holding, def *units.Unit, slot int) (*place, error) {
	h.mu.Lock()
	p := h.passing
	h.mu.Unlock()
	if p == nil {
		return nil, errors.New("choose a place for the worker: the pool does not listen")
	}
	next := &place{}
	if def.Pool.Sockets {
		next.socket = units.SocketPath(x.config.Runtime, def.ID, slot)
		if err := clearSocket(next.socket); err != nil {
			return nil, err
		}
	} else {
		var had int
		if last := p.place(h, slot); last != nil {
			had = last.port
		}
		var err error
		if next.port, err = x.choosePort(had); err != nil {
			return nil, err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p.places[slot] = next
	return next, nil
}

// place is that of a slot; nil: it has none yet.
func (p *passing) place(h *holding, slot int) *place {
	h.mu.Lock()
	defer h.mu.Unlock()
	return p.places[slot]
}

// clearSocket makes room for a worker's socket, which the one before it may have left.
func clearSocket(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !isMissing(err) {
		return err
	}
	return nil
}

// choosePort gives a slot a port that no other slot has.
func (x *Executor) choosePort(had int) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if had != 0 && socket.IsFree(had) {
		return had, nil
	}
	port, err := socket.FreePort(func(port int) bool { return x.ports[port] })
	if err != nil {
		return 0, err
	}
	delete(x.ports, had)
	x.ports[port] = true
	return port, nil
}

// forget gives up a place for good.
func (x *Executor) forget(p *place) {
	if p.worker != nil {
		p.worker.Close()
	}
	if p.socket != "" {
		x.removeSocket(p.socket)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.ports, p.port)
}

// removeSocket removes a worker's socket, its directory and what has shown that to it. What is not there, or holds what
// the worker has left, stays.
func (x *Executor) removeSocket(path string) {
	dir := filepath.Dir(path)
	os.Remove(path)
	os.Remove(dir)
	if below, inside := cutDir(dir, x.config.Runtime); inside {
		os.Remove(filepath.Join(x.containment.front.sockets, below))
		os.Remove(filepath.Join(x.containment.trusted.sockets, below))
	}
}

// awaitListener reports when a worker listens where it was told to.
func (x *Executor) awaitListener(h *holding, def *units.Unit, a lifecycle.Action) {
	x.mu.Lock()
	x.ports[a.Launch.Port] = true
	x.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.passing == nil {
		return
	}
	if h.passing.places[a.Slot] == nil { // the worker was taken over, and listens already as a rule
		p := &place{port: a.Launch.Port, socket: a.Launch.Socket}
		h.passing.places[a.Slot] = p
		if p.find() == nil {
			p.run, p.worker = a.Run, h.passing.proxy.NewWorker(p.dial)
			x.beside.Go(func() {
				x.report(def.ID, lifecycle.Event{Kind: lifecycle.Listens, Worker: a.Worker, Run: a.Run})
			})
			return
		}
	}
	to, p := h.passing.proxy, h.passing.places[a.Slot]
	key := fmt.Sprintf("%s/%d listens", def.ID, a.Worker)
	h.checks[a.Worker] = append(h.checks[a.Worker], key)
	spec := probe.Spec{Interval: laterListener, Eager: eagerListener}
	inTheWay := ""
	x.checks.Start(key, spec, probe.Func(func(context.Context) error { return p.find() }), func(result probe.Result) {
		if !result.OK {
			if err := result.Err; err != nil && !errors.Is(err, errNotListening) && err.Error() != inTheWay {
				inTheWay = err.Error()
				x.report(def.ID, lifecycle.Event{Kind: lifecycle.Listens, Worker: a.Worker, Run: a.Run, Err: inTheWay})
			}
			return
		}
		x.checks.Stop(key)
		h.mu.Lock()
		p.run, p.worker = a.Run, to.NewWorker(p.dial)
		h.mu.Unlock()
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Listens, Worker: a.Worker, Run: a.Run})
	})
}

var errNotListening = errors.New("it does not listen there")

// find looks whether a program of this account listens in the place.
func (p *place) find() error {
	if p.socket != "" { // in a directory of this account
		if !socket.IsServed(p.socket) {
			return errNotListening
		}
		return nil
	}
	for _, ip := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
		at := netip.AddrPortFrom(ip, uint16(p.port))
		if err := ownListener(at); err == nil {
			p.at = at
			return nil
		} else if !errors.Is(err, errNotListening) {
			return err
		}
	}
	return errNotListening
}

// ownListener makes sure that a connection to an address reaches a program of this account.
func ownListener(at netip.AddrPort) error {
	uid, listens, err := socket.ListenerOf(at)
	switch {
	case err != nil:
		return err
	case !listens:
		return errNotListening
	case uid != os.Geteuid():
		return fmt.Errorf("another account (uid %d) listens at %s", uid, at)
	}
	return nil
}

// dial connects to the worker, or to nobody: on a port that the worker has left, somebody else may listen.
func (p *place) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{KeepAlive: -1} // both ends are on this host
	if p.socket != "" {
		return dialer.DialContext(ctx, "unix", p.socket)
	}
	conn, err := dialer.DialContext(ctx, "tcp", p.at.String())
	if err != nil {
		return nil, err
	}
	// It is looked at after the fact: who listens now has listened then, or nobody has.
	if err := ownListener(p.at); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// target is the worker's address as people write it: "127.0.0.1:61001", or "localhost" on a socket.
func (p *place) target() string {
	if p.socket != "" {
		return "localhost"
	}
	return p.at.String()
}
