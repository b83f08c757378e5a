package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Bounds of a relay.
const (
	// relayAtOnce bounds the connections relayed at a time. Each takes two descriptors, and an account may have
	// 100 in all; the others wait in the queue, where they are safe.
	relayAtOnce = 8
	// relayIdle is how long a relayed connection may be silent in both directions.
	relayIdle = 75 * time.Second
	// relayLinger is how long a client may be silent once the worker has said all; most have closed by then.
	relayLinger = 5 * time.Second
	// relayBuffer is the size of the buffer of one direction. splice(2) would save copying but takes two more
	// descriptors for each direction.
	relayBuffer = 16 << 10
	// relayRetry is the wait before the next look at the queue, while connections are carried or after a
	// refusal that passes, such as too many open files.
	relayRetry = 50 * time.Millisecond
)

// Relay accepts what waits in the queue of slot, which must have no worker, and carries each connection to
// the one that dial makes, as a rule [Group.Dial] to a ready slot. It returns when the queue is empty and all
// relayed connections have ended, and says how many there were. Once taken is closed, since the slot has a worker
// again, the rest of the queue is left to that; nil: never. When ctx ends, connections still open are cut. A
// connection that stays silent for 75 s is cut as well. A connection whose dial fails is reset; the error tells
// the first such failure. At most 8 are carried at a time, the others wait in the queue. The worker sees the
// address that dial connects from, not that of the client.
func (g *Group) Relay(ctx context.Context, taken <-chan struct{}, slot int, dial func(context.Context) (net.Conn, error)) (relayed int, err error) {
	r := relay{dial: dial, seats: make(chan struct{}, relayAtOnce)}
	for ctx.Err() == nil {
		select {
		case <-taken:
			return relayed, r.result(ctx, g, slot)
		default:
		}
		select {
		case r.seats <- struct{}{}:
		case <-taken:
			continue
		case <-ctx.Done():
			continue
		}
		client, err := g.Accept(slot)
		if err == nil {
			relayed++
			r.open.Go(func() {
				r.carry(ctx, client)
				<-r.seats
			})
			continue
		}
		<-r.seats
		switch none := errors.Is(err, ErrNoneWaits); {
		case none && len(r.seats) == 0:
			return relayed, r.result(ctx, g, slot)
		case !none && !IsPassing(err):
			return relayed, errors.Join(err, r.result(ctx, g, slot))
		}
		// More may come while the last ones are carried.
		select {
		case <-time.After(relayRetry):
		case <-taken:
		case <-ctx.Done():
		}
	}
	return relayed, r.result(ctx, g, slot)
}

// relay is one call of Relay.
type relay struct {
	dial  func(context.Context) (net.Conn, error)
	seats chan struct{} // one for each connection under way
	open  sync.WaitGroup

	mu     sync.Mutex
	failed error // the first dial that failed
}

// result waits for the connections under way and tells what went wrong.
func (r *relay) result(ctx context.Context, g *Group, slot int) error {
	r.open.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := errors.Join(r.failed, ctx.Err()); err != nil {
		return fmt.Errorf("relay slot %d of %s: %w", slot, g.address, err)
	}
	return nil
}

// carry connects client to a worker and copies both ways until both are done.
func (r *relay) carry(ctx context.Context, client net.Conn) {
	defer client.Close()
	worker, err := r.dial(ctx)
	if err != nil {
		if tcp, ok := client.(*net.TCPConn); ok {
			tcp.SetLinger(0) //nolint:errcheck // then the client sees an end instead of a reset
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.failed == nil {
			r.failed = err
		}
		return
	}
	defer worker.Close()
	defer context.AfterFunc(ctx, func() {
		client.Close()
		worker.Close()
	})()
	var idle atomic.Int64
	idle.Store(int64(relayIdle))
	touch := func() {
		until := time.Now().Add(time.Duration(idle.Load()))
		client.SetDeadline(until) //nolint:errcheck // fails on a closed connection only, and so does the next read
		worker.SetDeadline(until) //nolint:errcheck // as above
	}
	touch()
	var both sync.WaitGroup
	both.Go(func() { copyHalf(worker, client, touch) })
	copyHalf(client, worker, touch)
	idle.Store(int64(relayLinger))
	touch()
	both.Wait()
}

// copyHalf copies from src to dst until src has said all; then dst hears the end, while the other direction may
// go on. After an error neither direction makes sense any more and both connections are closed.
func copyHalf(dst, src net.Conn, touch func()) {
	_, err := io.CopyBuffer(writerOnly{dst, touch}, readerOnly{src}, make([]byte, relayBuffer))
	if half, ok := dst.(interface{ CloseWrite() error }); ok && err == nil {
		err = half.CloseWrite()
	}
	// The other side having closed already is no failure of this direction.
	if err != nil && !errors.Is(err, syscall.ENOTCONN) {
		dst.Close()
		src.Close()
	}
}

// readerOnly and writerOnly hide the methods by which io.Copy would splice.
type readerOnly struct{ io.Reader }

type writerOnly struct {
	io.Writer
	touch func()
}

func (w writerOnly) Write(p []byte) (int, error) {
	w.touch()
	return w.Writer.Write(p)
}
