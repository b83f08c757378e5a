package socket

import (
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// sayingNothing is how long the kernel keeps a client of the manager's own socket to itself that sends nothing.
const sayingNothing = 30 * time.Second

// The manager's own socket is the first of its group and stays so: it is bound first, closed last, and nobody
// else has it who could shut it down. So the steering program knows it by an index that never changes. Other than
// those of workers it is non-blocking and in the runtime's poller, since the manager itself accepts on it.

// ownIndex is its place in the kernel's table.
const ownIndex = 0

// openOwn binds and opens the first socket of a group, which overlooks clients until it is told not to. It hands over
// who has said something, or after sayingNothing has not (TCP_DEFER_ACCEPT, tcp(7)).
func openOwn(a Address, o Options) (*net.TCPListener, error) {
	// Bound without SO_REUSEPORT, so the address is nobody else's; only after that it may be shared.
	fd, err := bindTCP(a, func(int) error { return nil })
	if err != nil {
		return nil, err
	}
	file := newFile(fd, a)
	defer file.Close()
	if err := shareAddress(fd); err != nil {
		return nil, err
	}
	// The program first, so that there is no moment in which the kernel spreads over sockets as it likes.
	if err := (program{address: a}).attach(fd); err != nil {
		return nil, err
	}
	// Who connects ahead and says nothing must not take the place, or get the answer, of who asks something.
	if err := setOption(fd, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, int(sayingNothing/time.Second)); err != nil {
		return nil, err
	}
	// Nobody gets in before there are slots to go to: who waited here would find nobody who serves.
	if err := overlook(fd, a, true); err != nil {
		return nil, err
	}
	if err := unix.Listen(fd, o.backlog()); err != nil {
		return nil, err
	}
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, err
	}
	return listener.(*net.TCPListener), nil //nolint:forcetypeassert // it was made as TCP above
}

// shareAddress lets more sockets be bound to the address of this one.
func shareAddress(fd int) error { return setOption(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) }

// attachProgram gives a program to the kernel for the whole group.
func (g *Group) attachProgram(p program) error {
	if err := g.onOwn(p.attach); err != nil {
		return fmt.Errorf("steer %s: %w", g.address, err)
	}
	return nil
}
