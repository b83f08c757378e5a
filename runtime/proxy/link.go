package proxy

import (
	"bufio"
	"context"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxAnswerHeadBytes bounds the head of an answer, those of interim answers included.
const maxAnswerHeadBytes = 1 << 20

// link is one connection to a worker. While a request uses it, it belongs to that.
type link struct {
	worker *Worker
	conn   net.Conn
	raw    syscall.RawConn
	from   meteredReader
	to     meteredWriter
	r      *bufio.Reader // of from
	w      *bufio.Writer // to to
	since  time.Time     // when it became idle
}

// meteredReader lets no more than left bytes through, and bounds the wait for each read. Most answers come with one, and a
// deadline costs as much as a tenth of it: so it is set when a read begins, and only where it is another than none.
type meteredReader struct {
	conn    net.Conn
	left    int64
	within  time.Duration // for the next read; 0: however long it takes; alone: as somebody has said meanwhile
	limited bool          // there may be a deadline
}

// alone leaves the deadline as it is.
const alone = -1

func (m *meteredReader) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, errLongHead
	}
	if int64(len(b)) > m.left {
		b = b[:m.left]
	}
	if m.within != alone && (m.within > 0 || m.limited) {
		_ = m.conn.SetReadDeadline(deadline(m.within)) // fails only on a connection that is closed, and so does the read
		m.limited = m.within > 0
	}
	n, err := m.conn.Read(b)
	m.left -= int64(n)
	return n, err
}

// meteredWriter counts what was written.
type meteredWriter struct {
	conn net.Conn
	n    int64
}

func (m *meteredWriter) Write(b []byte) (int, error) {
	n, err := m.conn.Write(b)
	m.n += int64(n)
	return n, err
}

// link finds a connection to the worker, one that is idle before a new one.
func (w *Worker) link(ctx context.Context) (*link, error) {
	for {
		l := w.idleLink()
		if l == nil {
			return w.connect(ctx)
		}
		if l.usable() {
			return l, nil
		}
		l.discard()
	}
}

// idleLink is the one that was used last: the others may close for want of use.
func (w *Worker) idleLink() *link {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	n := len(w.idle)
	if n == 0 {
		return nil
	}
	l := w.idle[n-1]
	w.idle = w.idle[:n-1]
	return l
}

func (w *Worker) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := w.dial(ctx)
	if err != nil {
		return nil, err
	}
	l := &link{worker: w, conn: conn}
	if c, ok := conn.(syscall.Conn); ok {
		if l.raw, err = c.SyscallConn(); err != nil {
			conn.Close()
			return nil, err
		}
	}
	l.from.conn, l.to.conn = conn, conn
	l.r, l.w = bufio.NewReader(&l.from), bufio.NewWriter(&l.to)
	w.proxy.config.Seats.links.Add(1)
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	w.links[l] = struct{}{}
	return l, nil
}

// usable reports a connection that has been idle for a short time only and that the worker has not closed.
func (l *link) usable() bool {
	if time.Since(l.since) > idleTime {
		return false
	}
	if l.raw == nil {
		return true
	}
	// A worker that closed it, or was killed, has left an end of file or an error to read; whatever else there is
	// belongs to no request.
	open := false
	err := l.raw.Control(func(fd uintptr) {
		ask := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(ask[:], 0)
		open = n == 0 && err == nil
	})
	return err == nil && open
}

// readWithin bounds each further wait for something that the worker says; 0: they take however long they take. It is for
// who reads.
func (l *link) readWithin(d time.Duration) { l.from.within = d }

// readUntil bounds a wait that may have begun, and those that follow; who reads leaves it alone. It and writeWithin, of
// which 0 is no bound, fail only on a connection that is closed, and so does what follows.
func (l *link) readUntil(t time.Time) { _ = l.conn.SetReadDeadline(t) }

func (l *link) writeWithin(d time.Duration) { _ = l.conn.SetWriteDeadline(deadline(d)) }

func deadline(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}

// keep puts a connection back whose request was answered to the end.
func (l *link) keep() {
	w, p := l.worker, l.worker.proxy
	p.mu.Lock()
	if w.leaving || p.config.Seats.crowded() {
		p.mu.Unlock()
		l.discard()
		return
	}
	l.since = time.Now()
	w.idle = append(w.idle, l)
	if !w.sweeping {
		w.sweeping = true
		time.AfterFunc(idleTime, w.sweep)
	}
	p.mu.Unlock()
}

// discard closes a connection for good.
func (l *link) discard() {
	l.worker.proxy.mu.Lock()
	defer l.worker.proxy.mu.Unlock()
	l.close()
}

// close is discard with proxy.mu held.
func (l *link) close() {
	l.conn.Close()
	if _, open := l.worker.links[l]; open {
		delete(l.worker.links, l)
		l.worker.proxy.config.Seats.links.Add(-1)
	}
}

// sweep closes the links that have been idle for too long, and comes again as long as there are others.
func (w *Worker) sweep() {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	now := time.Now()
	for len(w.idle) > 0 && now.Sub(w.idle[0].since) >= idleTime {
		w.idle[0].close()
		w.idle = w.idle[1:]
	}
	w.sweeping = len(w.idle) > 0
	if w.sweeping {
		time.AfterFunc(idleTime, w.sweep)
	}
}
