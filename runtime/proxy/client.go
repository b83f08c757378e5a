package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// client is a connection from a client.
type client struct {
	net.Conn
	seats   *Seats
	idle    atomic.Int64 // since when it has no request, in ns since 1970; 0: it has one, or none yet
	bounded atomic.Int64 // when the time that it has to take an answer was last begun, in ns since 1970
	// spoiled is set when the rest of a body may come that nobody wants.
	spoiled atomic.Bool
}

// clientKey finds the client in the context of its requests.
type clientKey struct{}

func remember(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, clientKey{}, conn)
}

// observe notes since when a client is idle.
func observe(conn net.Conn, state http.ConnState) {
	c, ok := conn.(*client)
	if !ok {
		return
	}
	if state == http.StateIdle {
		c.idle.Store(time.Now().UnixNano())
	} else {
		c.idle.Store(0)
	}
}

// Read reads what the client sends, up to where it is no longer heard.
func (c *client) Read(b []byte) (int, error) {
	if c.spoiled.Load() {
		return 0, io.EOF
	}
	return c.Conn.Read(b)
}

// readWithin gives the client some time for its next byte. It fails only on a connection that is closed, and so does
// the next read.
func (c *client) readWithin(d time.Duration) { _ = c.SetReadDeadline(time.Now().Add(d)) }

// spoil ends what waits for the client. The server closes the connection after the answer.
func (c *client) spoil() {
	c.spoiled.Store(true)
	_ = c.SetReadDeadline(longAgo) // as above
}

// Write gives the client some time to take what is written: clientTime, or up to a second less, for to begin it anew costs
// more than to see that it has just begun.
func (c *client) Write(b []byte) (int, error) {
	if now := time.Now(); now.UnixNano()-c.bounded.Load() >= int64(time.Second) {
		if err := c.SetWriteDeadline(now.Add(clientTime)); err != nil {
			return 0, err
		}
		c.bounded.Store(now.UnixNano())
	}
	return c.Conn.Write(b)
}

// SetDeadline is what the server of net/http calls when a connection is taken over for another protocol: what was said before
// about the time to take an answer holds no longer.
func (c *client) SetDeadline(t time.Time) error {
	c.bounded.Store(0)
	return c.Conn.SetDeadline(t)
}

// CloseWrite tells the client that nothing more comes; the server of net/http looks for it.
func (c *client) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}

// Close closes the connection and frees the seat.
func (c *client) Close() error {
	err := c.Conn.Close()
	c.seats.leave(c)
	return err
}
