package socket

import (
	"fmt"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// DefaultBacklog is the length of the accept queue where none is given.
const DefaultBacklog = 1024

// Options say how a socket is opened.
type Options struct {
	Unit    string      // whose socket it is, for errors: "pool.api"
	Backlog int         // connections that may wait to be accepted; 0: DefaultBacklog; the kernel caps it at net.core.somaxconn
	Mode    fs.FileMode // of a Unix socket: permission bits; 0: 0600
	Group   string      // of a Unix socket: name or number; "": the account's own
}

func (o Options) backlog() int {
	if o.Backlog <= 0 {
		return DefaultBacklog
	}
	return o.Backlog
}

func (o Options) mode() fs.FileMode {
	if o.Mode == 0 {
		return 0o600
	}
	return o.Mode.Perm()
}

// Listener is one listening socket that unitd keeps open for a unit through restarts. Its methods may be
// called from several goroutines.
type Listener struct {
	address Address
	options Options

	mu      sync.Mutex
	file    *os.File
	inode   inode  // of the path of a Unix socket
	inWay   *inWay // what is at that path instead; nil: nothing
	refuses bool   // it overlooks new clients
	closed  bool
}

// Listen opens a listening socket at a. Errors name the unit and who holds the address ([InUseError]).
// A socket file that nobody listens on any more is replaced when it belongs to this account.
func Listen(a Address, o Options) (*Listener, error) {
	l := &Listener{address: a, options: o}
	if err := l.open(); err != nil {
		return nil, err
	}
	if a.IsUnix() {
		// What a manager left that was killed while it had diverted. It is in nobody's way.
		_, _ = clearPath(aside(a.path)), clearPath(coming(a.path))
	}
	return l, nil
}

func (l *Listener) open() error {
	var fd int
	var err error
	if l.address.IsUnix() {
		fd, l.inode, err = listenUnix(l.path(), l.options)
	} else if fd, err = bindTCP(l.address, func(int) error { return nil }); err == nil {
		err = unix.Listen(fd, l.options.backlog())
		if err != nil {
			unix.Close(fd) //nolint:errcheck // nothing was written to it
		}
	}
	if err != nil {
		return explainBind(l.options.Unit, l.address, err)
	}
	l.file = newFile(fd, l.address)
	return nil
}

// newFile wraps a listening socket. The descriptor is blocking at this time, so os keeps it out of the poller
// for good, whatever a child does to the flags that it shares.
func newFile(fd int, a Address) *os.File { return os.NewFile(uintptr(fd), a.String()) }

// Address is where l listens.
func (l *Listener) Address() Address { return l.address }

// File is the listening socket, close-on-exec and blocking. It belongs to l: do not close it. After a Repair
// that reopened the socket it is another file.
func (l *Listener) File() *os.File {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file
}

// Repair makes l listen again when a process that shares the socket has ended it for all by shutdown(2), or
// when somebody removed or replaced the file of a Unix socket. It tells whether that was needed. Call it
// before each start of the unit.
func (l *Listener) Repair() (repaired bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.repair()
}

func (l *Listener) repair() (repaired bool, err error) {
	if l.closed {
		return false, fmt.Errorf("repair %s: %w", l.address, os.ErrClosed)
	}
	if !l.address.IsUnix() {
		if err := l.admit(); err != nil {
			return false, err
		}
		if isListening(int(l.file.Fd())) {
			return false, nil
		}
		err = unix.Listen(int(l.file.Fd()), l.options.backlog())
		return true, explainBind(l.options.Unit, l.address, err)
	}
	if l.inode.isAt(l.path()) && !isShutDown(int(l.file.Fd())) {
		return false, nil
	}
	l.inode.unlink(l.path())
	old := l.file
	if err := l.open(); err != nil {
		return true, err
	}
	old.Close()
	return true, nil
}

// InPlace reports that the file of a Unix socket is still the one that l made.
func (l *Listener) InPlace() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.address.IsUnix() || l.inode.isAt(l.path())
}

// Close closes the socket and removes the file of a Unix socket if that is still the one that l made.
// A second Close does nothing.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	if l.address.IsUnix() {
		// While the socket is open its inode number cannot be given to another file.
		l.inode.unlink(l.path())
		if l.inWay != nil {
			l.inWay.inode.unlink(l.address.path)
			l.inWay.listener.Close() //nolint:errcheck // its user may have closed it
		}
	}
	return l.file.Close()
}
