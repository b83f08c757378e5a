package socket

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// tcpListen is TCP_LISTEN of the kernel's net/tcp_states.h.
const tcpListen = 10

// How often Drained looks at a queue: at once, then less and less often.
const (
	firstLook = time.Millisecond
	lastLook  = 50 * time.Millisecond
)

// isListening tells whether the TCP socket fd accepts connections.
func isListening(fd int) bool {
	state, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	return err == nil && state.State == tcpListen
}

// Queue tells how many connections wait in slot's accept queue, and how many may. A busy, healthy worker shows
// some at every look: depth alone proves nothing.
func (g *Group) Queue(slot int) (waiting, backlog int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fd, err := g.fd(slot)
	if err != nil {
		return 0, 0, err
	}
	// For a listening socket the kernel puts its queue into these fields, see tcp_get_info.
	state, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0, 0, fmt.Errorf("read the queue of slot %d of %s: %w", slot, g.address, os.NewSyscallError("getsockopt", err))
	}
	if state.State != tcpListen {
		return 0, 0, fmt.Errorf("read the queue of slot %d of %s: %w", slot, g.address, ErrNotListening)
	}
	return int(state.Unacked), int(state.Sacked), nil
}

// Listening tells whether slot accepts connections. A worker that called shutdown(2) on its socket ended it for
// unitd too; [Group.Repair] and [Group.Steer] bring it back.
func (g *Group) Listening(slot int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	fd, err := g.fd(slot)
	return err == nil && isListening(fd)
}

// Drained blocks until slot's accept queue was found empty for as long as quiet, and those of others with it. Use it between steering away
// from a slot and stopping its worker, so that the worker serves all that was sent to it. quiet covers
// handshakes under way: a few milliseconds on loopback, a round trip where clients are remote.
// It returns ctx's error when that ends first, ErrNotListening when there is no queue any more.
func (g *Group) Drained(ctx context.Context, slot int, quiet time.Duration, others ...int) error {
	err := drained(ctx, quiet, func() (int, error) {
		waiting, _, err := g.Queue(slot)
		for _, other := range others {
			if more, _, err := g.Queue(other); err == nil {
				waiting += more
			}
		}
		return waiting, err
	})
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("drain slot %d of %s: %w", slot, g.address, err)
	}
	return err
}

// Drained is the same for the one queue of l. Use it after Refuse.
func (l *Listener) Drained(ctx context.Context, quiet time.Duration) error {
	err := drained(ctx, quiet, func() (int, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed {
			return 0, os.ErrClosed
		}
		if fd := int(l.file.Fd()); isReadable(fd) && !isShutDown(fd) { // poll(2) does not tell how many
			return 1, nil
		}
		return 0, nil
	})
	if err != nil {
		return fmt.Errorf("drain %s: %w", l.address, err)
	}
	return nil
}

// drained blocks until look finds nothing that waits for as long as quiet.
func drained(ctx context.Context, quiet time.Duration, look func() (waiting int, err error)) error {
	begun := time.Now()
	empty := begun // since when
	wait := firstLook
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		waiting, err := look()
		now := time.Now()
		switch {
		case err != nil:
			return err
		case waiting > 0:
			empty = time.Time{}
		case empty.IsZero():
			empty = now
		}
		if waiting == 0 && now.Sub(empty) >= quiet {
			return nil
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return fmt.Errorf("%d connections wait after %v: %w", waiting, now.Sub(begun).Round(time.Millisecond), ctx.Err())
		}
		wait = min(2*wait, lastLook)
	}
}
