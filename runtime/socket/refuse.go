package socket

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Before a listener is closed nobody new may get into its queue: closing resets what waits there, and a client
// whose connection is reset does not know what has become of its request. Linux has no way to stop listening and
// keep the queue: shutdown(2) empties it. But a socket can ask for packets from near by only, see IP_MINTTL in ip(7).
// One that asks for what no host sends makes the kernel overlook clients. They try again a second later (tcp(7):
// tcp_syn_retries) and are refused then, since the address is closed. What waits is served meanwhile. (A filter,
// SO_ATTACH_FILTER, would do the same, but newer kernels want a right for that at TCP sockets.)
//
// A Unix socket has a file instead, which is taken away.

// nobody is a time to live that packets never have when they arrive: hosts begin with 64 or 128.
const nobody = 255

// overlook makes a listening TCP socket overlook new clients, or notice them again.
func overlook(fd int, a Address, yes bool) error {
	least := 0
	if yes {
		least = nobody
	}
	if a.tcp.Addr().Is4() {
		return setOption(fd, unix.IPPROTO_IP, unix.IP_MINTTL, least)
	}
	err := setOption(fd, unix.IPPROTO_IPV6, unix.IPV6_MINHOPCOUNT, least)
	if a.dual {
		err = errors.Join(err, setOption(fd, unix.IPPROTO_IP, unix.IP_MINTTL, least))
	}
	return err
}

// Refuse lets nobody new in, until Admit or until somebody is steered to. What waits in the slots stays there.
func (g *Group) Refuse() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuses {
		return nil
	}
	if err := g.onOwn(func(fd int) error { return overlook(fd, g.address, true) }); err != nil {
		return fmt.Errorf("refuse clients of %s: %w", g.address, err)
	}
	g.refuses, g.before, g.targets = true, g.targets, nil
	return g.attach()
}

// Admit takes a Refuse back.
func (g *Group) Admit() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.refuses {
		return nil
	}
	g.targets = g.before
	return g.admit()
}

// admit lets clients in at the present targets. g.mu is held.
func (g *Group) admit() error {
	if g.refuses {
		if err := g.onOwn(func(fd int) error { return overlook(fd, g.address, false) }); err != nil {
			return fmt.Errorf("admit clients of %s: %w", g.address, err)
		}
		g.refuses, g.before = false, nil
	}
	return g.attach()
}

// onOwn does something to the manager's own socket.
func (g *Group) onOwn(what func(fd int) error) error {
	own, err := g.own.SyscallConn()
	if err != nil {
		return err
	}
	var done error
	if err := own.Control(func(fd uintptr) { done = what(int(fd)) }); err != nil {
		return err
	}
	return done
}

// Refuse lets nobody new in until the next Repair, which each start of the unit makes. What waits stays there.
func (l *Listener) Refuse() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed || l.refuses:
		return nil
	case l.address.IsUnix():
		l.inode.unlink(l.path())
		if l.inWay != nil {
			l.inWay.inode.unlink(l.address.path)
		}
		return nil
	}
	if err := overlook(int(l.file.Fd()), l.address, true); err != nil {
		return fmt.Errorf("refuse clients of %s: %w", l.address, err)
	}
	l.refuses = true
	return nil
}

// admit takes a Refuse back. l.mu is held.
func (l *Listener) admit() error {
	if !l.refuses {
		return nil
	}
	if err := overlook(int(l.file.Fd()), l.address, false); err != nil {
		return fmt.Errorf("admit clients of %s: %w", l.address, err)
	}
	l.refuses = false
	return nil
}
