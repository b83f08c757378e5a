package socket

import (
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Alter gives the open socket other options, while it goes on listening.
func (l *Listener) Alter(o Options) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("change %s: %w", l.address, os.ErrClosed)
	}
	if l.address.IsUnix() && (o.mode() != l.options.mode() || o.Group != l.options.Group) {
		if l.inode.isAt(l.path()) {
			if err := alterFile(l.path(), l.options, o); err != nil {
				return err
			}
		}
		if l.inWay != nil && l.inWay.inode.isAt(l.address.path) {
			if err := alterFile(l.address.path, l.options, o); err != nil {
				return err
			}
		}
	}
	l.options = o
	return l.resizeQueue(o)
}

// resizeQueue sets how many may wait, see listen(2): for a socket that listens it changes nothing else. l.mu is held.
func (l *Listener) resizeQueue(o Options) error {
	fd := int(l.file.Fd())
	if l.address.IsUnix() && isShutDown(fd) || !l.address.IsUnix() && !isListening(fd) {
		return nil // a Repair is due
	}
	return os.NewSyscallError("listen", unix.Listen(fd, o.backlog()))
}

// alterFile gives the file of a socket another group and mode. At no time can more connect than before or after.
func alterFile(path string, old, next Options) error {
	gid, err := lookupGroup(next.Group)
	if err != nil {
		return err
	}
	if gid < 0 {
		gid = os.Getegid()
	}
	if err := os.Chmod(path, old.mode()&next.mode()&fs.ModePerm); err != nil {
		return err
	}
	if err := os.Lchown(path, -1, gid); err != nil {
		_ = os.Chmod(path, old.mode()) // as it was
		return fmt.Errorf("give the socket to group %s, of which this account must be a member: %w", next.Group, err)
	}
	return os.Chmod(path, next.mode())
}

// Alter gives the open sockets other options, while they go on listening.
func (g *Group) Alter(o Options) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return fmt.Errorf("change %s: %w", g.address, os.ErrClosed)
	}
	g.options = o
	resize := func(fd int) error { return os.NewSyscallError("listen", unix.Listen(fd, o.backlog())) }
	for _, socket := range g.sockets {
		// One that a worker has shut down would come into the group anew, where Repair looks for it.
		if fd := int(socket.Fd()); isListening(fd) {
			if err := resize(fd); err != nil {
				return err
			}
		}
	}
	return g.onOwn(resize)
}
