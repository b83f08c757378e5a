package capture

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// poller is an epoll instance for the reading ends of all streams. It waits in the poller of the Go runtime: to put the
// FIFOs themselves there would take a goroutine for each.
type poller struct {
	epoll *os.File
	fd    int
	conn  syscall.RawConn

	mu    sync.Mutex
	over  bool
	ready []*stream // that are to be read though nothing new is told of them
}

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // os.NewFile hands it to the poller for that
		return nil, errors.Join(os.NewSyscallError("fcntl", err), unix.Close(fd))
	}
	p := &poller{epoll: os.NewFile(uintptr(fd), "epoll"), fd: fd}
	if p.conn, err = p.epoll.SyscallConn(); err != nil {
		return nil, errors.Join(err, p.epoll.Close())
	}
	return p, nil
}

// add has each write to a FIFO told once: what is left there, as a line without an end, wakes nobody again.
func (p *poller) add(fd int) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET&0xffffffff, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &event))
}

// remove comes before a FIFO is closed: as long as it is open in another process, epoll would not notice.
func (p *poller) remove(fd int) { _ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, fd, nil) }

// again has a stream read that has more than was read.
func (p *poller) again(s *stream) {
	p.mu.Lock()
	p.ready = append(p.ready, s)
	p.mu.Unlock()
	_ = p.epoll.SetReadDeadline(time.Now()) // wakes who waits
}

func (p *poller) close() {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	_ = p.epoll.SetReadDeadline(time.Now())
}

// left takes what is to be read without being told.
func (p *poller) left() (ready []*stream, over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ready, p.ready = p.ready, nil
	return ready, p.over
}

// sleeps sets until when is waited at the longest, unless there is something to do.
func (p *poller) sleeps(until time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || len(p.ready) > 0 {
		return false
	}
	_ = p.epoll.SetReadDeadline(until)
	return true
}

// run reads what is written, until the poller is closed.
func (c *Capture) run(p *poller) {
	defer p.epoll.Close()
	for {
		ready, over := p.left()
		if over {
			return
		}
		if len(ready) == 0 {
			ready = c.wait(p)
		} else {
			ready = append(ready, c.told(p)...)
		}
		for _, s := range ready {
			if c.read(s, mostAtOnce) {
				p.again(s)
			}
		}
		c.tellDropped(time.Now())
	}
}

// wait waits until a FIFO was written to, or it is time to tell what was dropped.
func (c *Capture) wait(p *poller) (ready []*stream) {
	if !p.sleeps(c.nextDue()) {
		return nil
	}
	// An error is the deadline.
	_ = p.conn.Read(func(uintptr) bool {
		ready = c.told(p)
		return len(ready) > 0
	})
	return ready
}

// told are the streams that were written to, or that nobody writes to any more.
func (c *Capture) told(p *poller) (ready []*stream) {
	var events [64]unix.EpollEvent
	for {
		n, err := unix.EpollWait(p.fd, events[:], 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		c.mu.Lock()
		for _, event := range events[:max(n, 0)] {
			if s := c.streams[int(event.Fd)]; s != nil {
				ready = append(ready, s)
			}
		}
		c.mu.Unlock()
		return ready
	}
}

// nextDue is when the next interval with dropped lines ends; zero: there is none.
func (c *Capture) nextDue() (next time.Time) {
	c.work.Lock()
	defer c.work.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, src := range c.sources {
		if due := src.limit.due(); !due.IsZero() && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	return next
}

// tellDropped says what was dropped in intervals that have ended.
func (c *Capture) tellDropped(now time.Time) {
	c.work.Lock()
	defer c.work.Unlock()
	c.mu.Lock()
	var told []Batch
	for _, src := range c.sources {
		if dropped := src.limit.over(now); dropped > 0 {
			told = append(told, Batch{Source: src.name, Stream: Streams[0], At: now, Dropped: dropped, Limit: src.limit.limit})
		}
	}
	c.mu.Unlock()
	for _, b := range told {
		c.config.Put(b)
	}
}
