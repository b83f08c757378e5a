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

// Check is one question with the answer yes (nil) or no (an error written for people). Do ends when ctx
// does; its deadline is the timeout that a "no answer within 2s" names. A Check is used by one goroutine
// at a time but may be asked any number of times.
type Check interface {
	Do(ctx context.Context) error
}

// DialFunc makes the connection of a check; network is "tcp" or "unix". See FromSource and ToUnix.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// FromSource returns a DialFunc that connects from the given local IP address: from 127.77.0.SLOT, a
// connection reaches the one worker that owns this slot of a pool's sockets.
func FromSource(ip net.IP) DialFunc {
	return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: ip}}).DialContext
}

// ToUnix returns a DialFunc that connects to the Unix socket at path, whatever address is asked for.
func ToUnix(path string) DialFunc {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
}

// TCP is answered by whoever accepts a connection. Nothing is sent.
type TCP struct {
	Address string   // host:port, or unix:PATH
	Dial    DialFunc // nil: an ordinary connection
}

// Do connects and closes.
func (c TCP) Do(ctx context.Context) error {
	asked := time.Now()
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
		return fmt.Errorf("connect %s: %w", c.Address, reason(ctx, asked, err))
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
	asked := time.Now()
	err := c(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("run check: %w", reason(ctx, asked, ctx.Err()))
	}
	return err
}

// timeoutError is what the end of a check's time looks like to people.
type timeoutError struct{ after time.Duration }

func (e timeoutError) Error() string { return fmt.Sprintf("no answer within %v", e.after) }
func (e timeoutError) Timeout() bool { return true }
func (e timeoutError) Unwrap() error { return context.DeadlineExceeded }

// reason strips err to what a person needs: the addresses and call names that net packs around an errno
// only repeat what the caller's message says already.
func reason(ctx context.Context, asked time.Time, err error) error {
	var errno syscall.Errno
	switch deadline, limited := ctx.Deadline(); {
	case limited && isTimeout(err):
		return timeoutError{after: deadline.Sub(asked).Round(time.Millisecond)}
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
