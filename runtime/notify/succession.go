package notify

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Place is the file that a notify socket is bound to, whatever is at its path by now.
type Place struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}

// PlaceOf looks at a path; the zero Place is none.
func PlaceOf(path string) Place {
	found, err := os.Lstat(path)
	if err != nil {
		return Place{}
	}
	stat, ok := found.Sys().(*syscall.Stat_t)
	if !ok {
		return Place{}
	}
	return Place{uint64(stat.Dev), stat.Ino} //nolint:unconvert // Dev is 32 bits wide on some architectures
}

// Copy gives another number of the socket, for a process that keeps it open: what is sent while no manager lives then waits
// in it.
func (r *Receiver) Copy() (fd int, err error) {
	raw, err := r.socket().SyscallConn()
	if err != nil {
		return -1, fmt.Errorf("keep the notify socket: %w", err)
	}
	controlled := raw.Control(func(number uintptr) { fd, err = unix.FcntlInt(number, unix.F_DUPFD_CLOEXEC, 0) })
	if err = errors.Join(controlled, err); err != nil {
		return -1, fmt.Errorf("keep the notify socket: %w", err)
	}
	return fd, nil
}

// Renew binds another socket to the path, where somebody has removed the file of the one that there was. What has been sent to
// that is delivered first.
func (r *Receiver) Renew() error {
	if err := removeStale(r.path); err != nil {
		return err
	}
	next, err := bind(r.path)
	if err != nil {
		return err
	}
	if err := passCredentials(next); err != nil {
		return errors.Join(fmt.Errorf("set up notify socket %s: %w", r.path, err), next.Close())
	}
	r.mu.Lock()
	before := r.conn
	r.conn = next
	r.mu.Unlock()
	return errors.Join(r.poll(before), before.Close())
}
