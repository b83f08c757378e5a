package unavailable

import (
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of one connection. Who is fast never meets them.
const (
	// silence is how long a client may take for the first byte of its request, slowness how long from there on
	// until it is answered, whether it has sent all of the header or not.
	silence  = 30 * time.Second
	slowness = 5 * time.Second
	// sending is how long it may take to receive the answer.
	sending = 10 * time.Second
	// Once it is answered, what it sends is read for so long and so much, and dropped: closing a connection with
	// unread bytes would reset it, and the client could lose the answer to that (RFC 9112, section 9.6).
	lingerIdle  = 2 * time.Second
	lingerTime  = 10 * time.Second
	lingerBytes = 16 << 20

	bufferSize = 16 << 10
)

// Bounds while others wait for a seat: grace is what every client has; who sends earns more, at so many bytes a
// second, up to most.
const (
	grace = 200 * time.Millisecond
	most  = 2 * time.Second
	pace  = 1 << 20
)

// client is one connection.
type client struct {
	conn    net.Conn
	answer  *Answer
	since   time.Time
	sent    atomic.Int64 // bytes that it has sent
	hurried atomic.Bool
}

// due is when a client who keeps others waiting has to go.
func (c *client) due() time.Time {
	earned := time.Duration(c.sent.Load()) * time.Second / pace
	return c.since.Add(min(grace+earned, most))
}

// hurry makes an end: it is answered at once and closed.
func (c *client) hurry() {
	c.hurried.Store(true)
	now := time.Now()
	c.conn.SetReadDeadline(now)             //nolint:errcheck // fails on a closed connection only
	c.conn.SetWriteDeadline(now.Add(grace)) //nolint:errcheck // as above
}

// until sets a deadline, unless the client has to go.
func (c *client) until(set func(time.Time) error, wait time.Duration) {
	set(time.Now().Add(wait)) //nolint:errcheck // fails on a closed connection only, and so does what follows
	if c.hurried.Load() {     // it may have been since
		c.hurry()
	}
}

// serve answers and closes the connection. Who had to go before the first byte of a request came is answered too: it
// may be about to send one.
func (c *client) serve() {
	defer c.conn.Close()
	buffer := make([]byte, bufferSize)
	var r request
	c.await(&r, buffer)
	if !r.isHTTP() || !r.begun() && !c.hurried.Load() {
		return
	}
	c.until(c.conn.SetWriteDeadline, sending)
	if _, err := c.conn.Write(c.answer.message(time.Now(), r.isHead())); err != nil {
		return
	}
	if half, ok := c.conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		return
	}
	c.linger(buffer)
}

// await reads the header of the request, as far as there is time and the client does not end before.
func (c *client) await(r *request, buffer []byte) {
	c.until(c.conn.SetReadDeadline, silence)
	for !r.ended && r.isHTTP() {
		began := r.begun()
		n, err := c.read(buffer)
		r.read(buffer[:n])
		if err != nil {
			return
		}
		if !began && r.begun() {
			c.until(c.conn.SetReadDeadline, slowness)
		}
	}
}

// linger reads what the client still sends, until it closes its side.
func (c *client) linger(buffer []byte) {
	end := time.Now().Add(lingerTime)
	for left := lingerBytes; left > 0 && time.Now().Before(end); {
		c.until(c.conn.SetReadDeadline, lingerIdle)
		n, err := c.read(buffer)
		if n == 0 && err != nil {
			return
		}
		left -= n
	}
}

// read reads some of what the client sends; at the deadline what has come until then.
func (c *client) read(buffer []byte) (int, error) {
	n, err := c.conn.Read(buffer)
	if timeout := (net.Error)(nil); n == 0 && errors.As(err, &timeout) && timeout.Timeout() {
		n = c.arrived(buffer)
	}
	c.sent.Add(int64(n))
	return n, err
}

// arrived reads what has come, without waiting: on a busy host it may have been there for some time.
func (c *client) arrived(buffer []byte) (n int) {
	conn, ok := c.conn.(syscall.Conn)
	if !ok {
		return 0
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0
	}
	c.conn.SetReadDeadline(time.Time{}) //nolint:errcheck // fails on a closed connection only
	// What fails here has nothing to read.
	_ = raw.Read(func(fd uintptr) bool {
		n, _ = unix.Read(int(fd), buffer)
		return true
	})
	return max(n, 0)
}
