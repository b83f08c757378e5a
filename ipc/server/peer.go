package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// peer is who is at the other end of a connection, as it was when it connected (unix(7), SO_PEERCRED).
type peer struct {
	uid, pid int
	// process is a pidfd of it (SO_PEERPIDFD, Linux 6.5), noPidfd where the kernel gives none, and ended where it had
	// ended already.
	process int
}

const (
	noPidfd = -1
	ended   = -2
)

// lives reports that the pid is still that of who connected; without a pidfd that is taken for granted.
func (p peer) lives() bool {
	switch p.process {
	case noPidfd:
		return true
	case ended:
		return false
	}
	// A process of another account may not be signalled, but it is there.
	err := unix.PidfdSendSignal(p.process, 0, nil, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}

// peerConn is a connection whose peer is known.
type peerConn struct {
	*net.UnixConn
	peer    peer
	forget  sync.Once
	release func()
}

// Close ends the connection and makes room for the next one.
func (c *peerConn) Close() error {
	defer c.release()
	c.forget.Do(func() {
		if c.peer.process >= 0 {
			_ = unix.Close(c.peer.process) // a pidfd holds nothing that could be lost
		}
	})
	return c.UnixConn.Close()
}

// peerListener accepts at most cap(slots) connections at a time and learns who is at the other end.
type peerListener struct {
	net.Listener
	slots chan struct{}
	ended chan struct{}
	end   sync.Once
}

func newPeerListener(l net.Listener, connections int) *peerListener {
	return &peerListener{Listener: l, slots: make(chan struct{}, connections), ended: make(chan struct{})}
}

// Accept waits for room and then for a connection.
func (l *peerListener) Accept() (net.Conn, error) {
	for {
		select {
		case l.slots <- struct{}{}:
		case <-l.ended:
			return nil, net.ErrClosed
		}
		release := sync.OnceFunc(func() { <-l.slots })
		conn, err := l.Listener.Accept()
		if err != nil {
			release()
			return nil, err
		}
		identified, err := identify(conn, release)
		if err == nil {
			return identified, nil
		}
		// A peer that cannot be named is not spoken to.
		conn.Close()
		release()
	}
}

// Close ends the listener, also while Accept waits for room.
func (l *peerListener) Close() error {
	l.end.Do(func() { close(l.ended) })
	return l.Listener.Close()
}

func identify(conn net.Conn, release func()) (net.Conn, error) {
	local, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, fmt.Errorf("identify peer: %T is no Unix connection", conn)
	}
	raw, err := local.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("identify peer: %w", err)
	}
	var credentials *unix.Ucred
	var failure error
	process := noPidfd
	err = raw.Control(func(fd uintptr) {
		credentials, failure = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
		if failure == nil {
			process = pidfdOf(int(fd))
		}
	})
	if err = errors.Join(err, failure); err != nil {
		return nil, fmt.Errorf("identify peer: %w", err)
	}
	return &peerConn{
		UnixConn: local, peer: peer{uid: int(credentials.Uid), pid: int(credentials.Pid), process: process}, release: release,
	}, nil
}

// pidfdOf is a pidfd of who connected, close-on-exec as all are.
func pidfdOf(socket int) int {
	fd, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_PEERPIDFD)
	switch {
	case err == nil:
		return fd
	case errors.Is(err, unix.ESRCH), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENODATA):
		return ended
	}
	return noPidfd // an older kernel, or no file is left for it
}

type peerKey struct{}

// withPeer keeps the peer of conn in the context of its requests.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	if known, ok := conn.(*peerConn); ok {
		return context.WithValue(ctx, peerKey{}, known.peer)
	}
	return ctx
}

func peerOf(ctx context.Context) (peer, bool) {
	p, ok := ctx.Value(peerKey{}).(peer)
	return p, ok
}
