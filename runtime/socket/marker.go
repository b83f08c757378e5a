package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// ErrNoMarker says that this host does not let a marker be placed or seen.
var ErrNoMarker = errors.New("this host does not show whether a connection was accepted")

// Marker is a connection of the manager's own that waits in the accept queue of one slot as those of clients do.
// Accept is first in, first out: when it has been accepted, everything that waited before it has been. A worker
// that has not accepted it for a long time is hung, however deep or shallow its queue; a saturated one gets there.
type Marker struct {
	conn           net.Conn
	server, client netip.AddrPort
}

// room is how much longer a full queue is made for a marker: others come in by that door too.
const room = 16

// Mark places a marker in the queue of slot, whatever Steer said. Where the queue is full it is made longer until
// the marker is in, up to the host's net.core.somaxconn. It returns ctx's error when it does not get in by then,
// and ErrNoMarker where the host cannot tell what becomes of it.
func (g *Group) Mark(ctx context.Context, slot int) (*Marker, error) {
	if !g.CanProbe() {
		return nil, fmt.Errorf("mark slot %d of %s: %w", slot, g.address, ErrNoMarker)
	}
	waiting, backlog, err := g.Queue(slot)
	if err != nil {
		return nil, err
	}
	if waiting >= backlog {
		if err := g.listen(slot, waiting+room); err != nil {
			return nil, err
		}
		defer g.listen(slot, backlog) //nolint:errcheck // fails only with the slot
	}
	conn, err := g.Dial(ctx, slot)
	if err != nil {
		return nil, err
	}
	m := &Marker{conn: conn, server: endOf(conn.RemoteAddr()), client: endOf(conn.LocalAddr())}
	if own, err := lookUp(m.client, m.server); err != nil || own.inode == 0 {
		return nil, errors.Join(fmt.Errorf("mark slot %d of %s: %w", slot, g.address, ErrNoMarker), err, m.Close())
	}
	// A worker that serves one connection after the other shall not wait for a request.
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil { //nolint:forcetypeassert // groups are TCP
		return nil, errors.Join(fmt.Errorf("mark slot %d of %s: %w", slot, g.address, err), m.Close())
	}
	return m, nil
}

// listen sets the length of slot's queue.
func (g *Group) listen(slot, backlog int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	fd, err := g.fd(slot)
	if err != nil {
		return err
	}
	return os.NewSyscallError("listen", unix.Listen(fd, backlog))
}

func endOf(a net.Addr) netip.AddrPort {
	end := a.(*net.TCPAddr).AddrPort() //nolint:forcetypeassert // groups are TCP
	return netip.AddrPortFrom(end.Addr().Unmap().WithZone(""), end.Port())
}

// Waits tells whether the marker is in the queue still: whole, its end known, and without an inode, since no process
// has accepted it (sock_diag(7)); what is closed after that is never in CLOSE_WAIT again. What is in doubt, as a
// handshake that the listener has not finished, does not wait.
func (m *Marker) Waits() (bool, error) {
	c, err := lookUp(m.server, m.client)
	return err == nil && (c.state == tcpCloseWait || c.state == tcpEstablished) && c.inode == 0, err
}

// Close takes the marker back. Who accepts it later finds it closed.
func (m *Marker) Close() error { return m.conn.Close() }
