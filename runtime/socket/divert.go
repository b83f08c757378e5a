package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Unix sockets form no groups, but connect(2) finds a socket by its path, and a path can be given to another socket
// in one step. So new connections are kept from workers by putting a socket of the manager's own at the path, and
// theirs aside under another name in the same directory, where probes reach it still. Nothing is closed and no
// queue is touched.

// inWay is the manager's own socket while it is at the path of a Listener.
type inWay struct {
	listener *net.UnixListener
	inode    inode
}

// aside is the name of a socket while another is at its path, coming that of the other before it is there.
func aside(path string) string  { return beside(path, ".workers") }
func coming(path string) string { return beside(path, ".unitd") }

func beside(path, suffix string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+suffix)
}

// path is where l's socket is at present.
func (l *Listener) path() string {
	if l.inWay != nil {
		return aside(l.address.path)
	}
	return l.address.path
}

// Divert keeps new connections from the processes that share l, which must be a Unix socket: they come to the
// socket that it returns, with the same owner and mode, until Restore. Those that wait already stay where they are.
func (l *Listener) Divert() (*net.UnixListener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inWay != nil {
		return l.inWay.listener, nil
	}
	own, err := l.divert()
	if err != nil {
		return nil, fmt.Errorf("put a socket in the place of %s: %w", l.address, err)
	}
	l.inWay = own
	return own.listener, nil
}

func (l *Listener) divert() (*inWay, error) {
	if !l.address.IsUnix() {
		return nil, errors.ErrUnsupported
	}
	if _, err := l.repair(); err != nil { // somebody may have removed it
		return nil, err
	}
	path := l.address.path
	fd, made, err := listenUnix(coming(path), l.options)
	if err != nil {
		return nil, err
	}
	file := newFile(fd, l.address)
	defer file.Close()
	if err := setAside(path, coming(path)); err != nil {
		made.unlink(coming(path))
		return nil, err
	}
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, errors.Join(err, os.Rename(aside(path), path))
	}
	return &inWay{listener.(*net.UnixListener), made}, nil //nolint:forcetypeassert // it was made as a Unix socket above
}

// setAside gives the socket at path another name, and its path to another.
func setAside(path, other string) error {
	if err := clearPath(aside(path)); err != nil {
		return err
	}
	if err := os.Link(path, aside(path)); err != nil {
		return err
	}
	if err := os.Rename(other, path); err != nil {
		return errors.Join(err, os.Remove(aside(path)))
	}
	return nil
}

// Restore gives l's socket its path back. What Divert returned gets nothing new from then on but what was on its
// way; it is the caller's to close.
func (l *Listener) Restore() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := l.inWay
	if own == nil {
		return nil
	}
	l.inWay = nil
	if err := os.Rename(aside(l.address.path), l.address.path); err == nil {
		return nil
	}
	// Somebody has removed it.
	own.inode.unlink(l.address.path)
	_, err := l.repair()
	return err
}

// Dial connects to the processes that share l, diverted or not.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	network, address := l.address.Target()
	if !l.address.IsUnix() {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	l.mu.Lock()
	path := l.path()
	l.mu.Unlock()
	name, release, err := shorten(path)
	if err != nil {
		return nil, err
	}
	defer release()
	return (&net.Dialer{}).DialContext(ctx, network, name)
}

// shorten gives a name under which a path of any length can be bound or connected to, see unix(7); the file's own
// name may have about 80 bytes. release it afterwards.
func shorten(path string) (name string, release func(), err error) {
	if len(path) <= maxPath {
		return path, func() {}, nil
	}
	dir, err := unix.Open(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", nil, &os.PathError{Op: "open", Path: filepath.Dir(path), Err: err}
	}
	name = "/proc/self/fd/" + strconv.Itoa(dir) + "/" + filepath.Base(path)
	if len(name) > maxPath {
		unix.Close(dir) //nolint:errcheck // nothing was written to it
		return "", nil, fmt.Errorf("%s is too long for the name of a socket; choose a shorter address", path)
	}
	return name, func() { unix.Close(dir) }, nil //nolint:errcheck // as above
}
