package socket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// newMark draws the mark of a group, so that groups and neighbours on this host do not meet. It is zero
// where the host cannot bind 127.P.Q.1 and clients may come by IPv4.
func newMark(a Address) mark {
	m := mark{
		prefix: [2]byte{byte(2 + rand.IntN(250)), byte(1 + rand.IntN(254))},
		class:  uint8(1+rand.IntN(62)) << 2,
	}
	if a.hasIPv4() && !canBind(m) {
		return mark{}
	}
	return m
}

// canBind tells whether connections can come from m's addresses. All of 127/8 belongs to a Linux host; some
// sandboxes that pretend to be one have 127.0.0.1 only.
func canBind(m mark) bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return false
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written to it
	return unix.Bind(fd, &unix.SockaddrInet4{Addr: m.source(0).As4()}) == nil
}

// CanProbe tells whether [Group.Dialer] reaches the slot asked for. It is false on hosts whose loopback has
// one address only; check such a pool as a whole.
func (g *Group) CanProbe() bool { return !g.mark.isZero() }

// ProbeAddr is the local address from which a connection to the group goes to slot, whatever Steer said:
// 127.P.Q.SLOT+1, with P and Q drawn for this group. It is nil where clients come by IPv6 only, which has no
// addresses to spare: there the mark is in header fields that [Group.Dialer] sets, and nil where CanProbe is
// false.
func (g *Group) ProbeAddr(slot int) *net.TCPAddr {
	if !g.CanProbe() || !g.address.hasIPv4() {
		return nil
	}
	return &net.TCPAddr{IP: g.mark.source(slot).AsSlice()}
}

// Dialer makes connections that go to slot, whatever Steer said, when they go to the target of the group's
// address ([Address.Target]). Where CanProbe is false they go where Steer says.
func (g *Group) Dialer(slot int) *net.Dialer {
	if from := g.ProbeAddr(slot); from != nil {
		return &net.Dialer{LocalAddr: from}
	}
	if !g.CanProbe() {
		return &net.Dialer{}
	}
	return &net.Dialer{
		// From another address of the host the program would not believe the mark.
		LocalAddr: &net.TCPAddr{IP: g.address.tcp.Addr().AsSlice()},
		Control: func(_, _ string, conn syscall.RawConn) error {
			var err error
			if called := conn.Control(func(fd uintptr) { err = g.mark.set6(int(fd), slot) }); called != nil {
				return called
			}
			return err
		},
	}
}

// Dial connects to slot, whatever Steer said.
func (g *Group) Dial(ctx context.Context, slot int) (net.Conn, error) {
	network, address := g.address.Target()
	conn, err := g.Dialer(slot).DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("dial slot %d: %w", slot, err)
	}
	return conn, nil
}

// set6 marks an IPv6 socket for slot before it connects. An account may set both fields as it likes.
func (m mark) set6(fd, slot int) error {
	if err := setOption(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, int(m.class)); err != nil {
		return err
	}
	return setOption(fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, firstHopLimit+slot)
}

// segmentSize is the largest segment that conn may send, as its listener announced it.
func segmentSize(conn net.Conn) (int, error) {
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return 0, fmt.Errorf("connection of type %T has no descriptor", conn)
	}
	control, err := raw.SyscallConn()
	if err != nil {
		return 0, err
	}
	var size int
	var asked error
	err = control.Control(func(fd uintptr) {
		size, asked = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG)
	})
	if err != nil {
		return 0, err
	}
	return size, asked
}
