package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// The manager accepts on sockets that are its children's: it must not change their flags, nor be caught in an
// accept(2) that blocks.

// ErrNoneWaits says that an accept queue is empty.
var ErrNoneWaits = errors.New("no connection waits")

// IsPassing tells errors of accept(2) that a later try may not meet: a client that is gone, or a lack of
// descriptors or memory.
func IsPassing(err error) bool {
	for _, passing := range []error{unix.ECONNABORTED, unix.EINTR, unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM, unix.EPROTO} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

// Accept takes one connection from the queue of slot; [ErrNoneWaits] if there is none. It never blocks. A
// process that accepts there too gets the others.
func (g *Group) Accept(slot int) (net.Conn, error) {
	waiting, _, err := g.Queue(slot)
	if err != nil {
		return nil, err
	}
	if waiting == 0 {
		return nil, ErrNoneWaits
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	fd, err := g.fd(slot)
	if err != nil {
		return nil, err
	}
	conn, err := acceptOne(fd)
	if err != nil {
		return nil, fmt.Errorf("accept on slot %d of %s: %w", slot, g.address, err)
	}
	return conn, nil
}

// Accept takes one connection from the queue of l; [ErrNoneWaits] if there is none. It never blocks. A process
// that accepts there too gets the others.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, fmt.Errorf("accept on %s: %w", l.address, os.ErrClosed)
	}
	fd := int(l.file.Fd())
	if !isReadable(fd) {
		return nil, ErrNoneWaits
	}
	conn, err := acceptOne(fd)
	if err != nil {
		return nil, fmt.Errorf("accept on %s: %w", l.address, err)
	}
	return conn, nil
}

// acceptOne accepts where there is room for both descriptors that it takes to make a connection of Go's poller: one
// that was accepted and cannot be made into that would be lost.
func acceptOne(fd int) (net.Conn, error) {
	room, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	accepted, err := acceptBriefly(fd)
	_ = unix.Close(room) // fails only if it is closed already
	if err != nil {
		return nil, err
	}
	return pollable(accepted)
}

// isReadable tells whether a connection waits at a listening socket, as far as poll(2) shows it.
func isReadable(fd int) bool {
	polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	_, err := unix.Poll(polled, 0)
	return err == nil && polled[0].Revents&unix.POLLIN != 0
}

// acceptBriefly accepts on a socket that is blocking and shared with children: its flags must stay, yet this must
// not block when another process was faster than the look at the queue. So a receive timeout bounds the wait.
func acceptBriefly(fd int) (int, error) {
	briefly := unix.NsecToTimeval(int64(time.Millisecond))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &briefly); err != nil {
		return -1, os.NewSyscallError("setsockopt", err)
	}
	defer unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{}) //nolint:errcheck // it was set a moment ago
	accepted, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
	if errors.Is(err, unix.EAGAIN) {
		return -1, ErrNoneWaits
	}
	return accepted, os.NewSyscallError("accept", err)
}

// pollable makes a connection of the runtime's poller out of a descriptor, which it takes over.
func pollable(fd int) (net.Conn, error) {
	file := os.NewFile(uintptr(fd), "accepted")
	defer file.Close()
	return net.FileConn(file)
}
