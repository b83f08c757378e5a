package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// ErrNoRoom says that this host has no room for a check: too many open files or no memory, say. It tells nothing of
// what was asked.
var ErrNoRoom = errors.New("no room for the check")

// Check is one question with the answer yes (nil) or no (an error written for people). Do ends when ctx
// does, which WithTimeout makes. A Check is used by one goroutine at a time but may be asked any number of times.
type Check interface {
	Do(ctx context.Context) error
}

// WithTimeout limits the time of a check; the error of one that takes longer names it: "no answer within 2s".
func WithTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithValue(ctx, timeoutKey{}, timeout), timeout)
}

type timeoutKey struct{}

// DialFunc makes the connection of a check; network is "tcp" or "unix".
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// TCP is answered by whoever accepts a connection. Nothing is sent.
type TCP struct {
	Address string   // host:port, or unix:PATH
	Dial    DialFunc // nil: an ordinary connection
}

// Do connects and closes.
func (c TCP) Do(ctx context.Context) error {
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	network, address := "tcp", c.Address
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	conn, err := dial(ctx, network, address)
	if err != nil {
		return fmt.Errorf("connect %s: %w", c.Address, reason(ctx, err))
	}
	return conn.Close()
}

// Path is answered by a file of that absolute name, of any type; a symlink counts when its target exists.
type Path string

// Do asks the file system. A file server that hangs is not interrupted by ctx.
func (c Path) Do(context.Context) error {
	_, err := os.Stat(string(c))
	return err
}

// Func is a check that is made elsewhere, such as a command inside the namespaces of its unit. It must
// end when ctx does.
type Func func(ctx context.Context) error

// Do calls the function; an error after the deadline names the time it had.
func (c Func) Do(ctx context.Context) error {
	err := c(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("run check: %w", reason(ctx, ctx.Err()))
	}
	return err
}

// timeoutError is what the end of a check's time looks like to people.
type timeoutError struct{ after time.Duration }

func (e timeoutError) Error() string { return fmt.Sprintf("no answer within %v", e.after) }
func (e timeoutError) Timeout() bool { return true }
func (e timeoutError) Unwrap() error { return context.DeadlineExceeded }

// isRoom reports an errno of socket(2) or connect(2) that is about this side of a connection. EAGAIN is not: it
// stands for a full queue at the other side of a Unix socket.
func isRoom(errno syscall.Errno) bool {
	switch errno {
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS:
		return true
	}
	return false
}

// reason strips err to what a person needs: the addresses and call names that net packs around an errno
// only repeat what the caller's message says already.
func reason(ctx context.Context, err error) error {
	var errno syscall.Errno
	switch timeout, limited := ctx.Value(timeoutKey{}).(time.Duration); {
	case limited && isTimeout(err):
		return timeoutError{after: timeout}
	case errors.As(err, &errno) && isRoom(errno):
		return fmt.Errorf("%w: %w", ErrNoRoom, errno)
	case errors.As(err, &errno):
		return errno
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("connection closed before the answer was complete")
	}
	return err
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
