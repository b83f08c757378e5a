package notify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of one datagram.
const (
	maxDatagram = 16 << 10 // bytes
	maxFDs      = 16
	maxPath     = 107 // bytes: sun_path of unix(7) without its closing NUL
)

// Errors of datagrams that are dropped, beside those of Parse.
var (
	ErrForeign = errors.New("read notification: another account has sent it")
	ErrTooLong = fmt.Errorf("read notification: it has more than %d bytes", maxDatagram)
	ErrTooMany = fmt.Errorf("read notification: more than %d files came with it, or more than unitd may open just now", maxFDs)
	ErrBarrier = errors.New("read notification: BARRIER=1 needs exactly one file descriptor")
	ErrNobody  = errors.New("read notification: it does not say who has sent it")
)

// Receiver reads one notify socket. It waits in the runtime's poller and needs no thread of its own.
type Receiver struct {
	path    string
	uid     int
	deliver func(*Message)
	dropped func(pid int, why error)
	bin     bin

	mu   sync.Mutex
	conn *net.UnixConn

	// taking is held from the reading of a datagram to the end of its delivery. One byte more than allowed tells
	// a datagram of the full size from a longer one.
	taking  sync.Mutex
	text    [maxDatagram + 1]byte
	control []byte
}

// Hold takes in no message from now on, for good, and gives the socket to be handed over.
func (r *Receiver) Hold() (*os.File, error) {
	r.taking.Lock()
	return r.socket().File()
}

func (r *Receiver) socket() *net.UnixConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conn
}

// Path is the value of NOTIFY_SOCKET.
func (r *Receiver) Path() string { return r.path }

// Close closes the socket and removes it from the directory; Run then ends.
func (r *Receiver) Close() error {
	// net removes the files of stream listeners only.
	removed := os.Remove(r.path)
	if errors.Is(removed, fs.ErrNotExist) {
		removed = nil
	}
	return errors.Join(r.socket().Close(), removed)
}

// Run delivers messages until ctx ends or the receiver is closed, and then returns nil. Of a flood it takes in what a
// fifth of the time is enough for.
func (r *Receiver) Run(ctx context.Context) error {
	for {
		conn := r.socket()
		err := r.runOn(ctx, conn)
		closed := errors.Is(err, net.ErrClosed)
		switch {
		case ctx.Err() != nil, closed && r.socket() == conn:
			return nil //nolint:nilerr // it was to end
		case !closed:
			return fmt.Errorf("read notify socket %s: %w", r.path, errnoOf(err))
		}
	}
}

// runOn is Run on one socket. It returns when that is closed, or ctx ends.
func (r *Receiver) runOn(ctx context.Context, conn *net.UnixConn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	raw, err := conn.SyscallConn()
	if err != nil {
		return net.ErrClosed
	}
	var pace pace
	for {
		var failed error
		var gap time.Duration
		err := raw.Read(func(fd uintptr) bool {
			for gap == 0 {
				var took bool
				watch := startWatch()
				if took, failed = r.take(int(fd)); !took {
					return failed != nil
				}
				now := time.Now()
				gap = pace.spent(watch.work(now), now)
			}
			return true
		})
		if failed != nil || err != nil {
			return errors.Join(failed, err)
		}
		if gap > 0 {
			select {
			case <-time.After(gap):
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// maxPoll bounds the messages that one Poll delivers.
const maxPoll = 1024

// Poll delivers what has arrived before it was called. It may be called beside Run, by who is about to act on the
// end of a process and wants to hear first what that had said. Of a flood it leaves the rest to Run.
func (r *Receiver) Poll() error { return r.poll(r.socket()) }

func (r *Receiver) poll(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read notify socket %s: %w", r.path, err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		for range maxPoll {
			var took bool
			if took, failed = r.take(int(fd)); !took {
				return
			}
		}
	})
	if failed != nil {
		return fmt.Errorf("read notify socket %s: %w", r.path, failed)
	}
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// take reads and delivers one datagram, if there is one. Whoever takes has delivered before the next one is read,
// so the order stays that of arrival.
func (r *Receiver) take(fd int) (took bool, err error) {
	r.taking.Lock()
	defer r.taking.Unlock()
	for {
		n, nc, flags, _, err := unix.Recvmsg(fd, r.text[:], r.control, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			return false, nil
		case err != nil:
			return false, err
		}
		r.receive(r.text[:n], r.control[:nc], flags)
		return true, nil
	}
}

// receive checks one datagram and delivers it. No fd of it stays open unless deliver takes it.
func (r *Receiver) receive(text, control []byte, flags int) {
	sender, fds := readControl(control)
	message, err := r.check(sender, fds, text, flags)
	switch {
	case err == nil:
		message.PID, message.UID, message.fds = int(sender.Pid), int(sender.Uid), fds
		r.deliver(message)
		fds = message.TakeFDs()
	case sender == nil:
		r.dropped(0, err)
	default:
		r.dropped(int(sender.Pid), err)
	}
	r.bin.drop(fds)
}

// check finds out why a datagram is not to be delivered.
func (r *Receiver) check(sender *unix.Ucred, fds []int, text []byte, flags int) (*Message, error) {
	switch {
	case sender == nil || sender.Pid <= 0:
		return nil, ErrNobody
	case int(sender.Uid) != r.uid:
		return nil, ErrForeign
	case flags&unix.MSG_TRUNC != 0 || len(text) > maxDatagram:
		return nil, ErrTooLong
	case flags&unix.MSG_CTRUNC != 0:
		return nil, ErrTooMany
	}
	message, err := Parse(text)
	if err == nil && message.Barrier && len(fds) != 1 {
		return nil, ErrBarrier
	}
	return message, err
}

// readControl finds the sender's credentials (nil: none came) and the file descriptors.
func readControl(control []byte) (sender *unix.Ucred, fds []int) {
	parts, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, nil
	}
	for i := range parts {
		if parts[i].Header.Level != unix.SOL_SOCKET {
			continue
		}
		switch parts[i].Header.Type {
		case unix.SCM_CREDENTIALS:
			if found, err := unix.ParseUnixCredentials(&parts[i]); err == nil {
				sender = found
			}
		case unix.SCM_RIGHTS:
			if found, err := unix.ParseUnixRights(&parts[i]); err == nil {
				fds = append(fds, found...)
			}
		}
	}
	return sender, fds
}

// errnoOf strips the addresses that net adds, which the message names already.
func errnoOf(err error) error {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno
	}
	return err
}
