package capture

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// begin makes what all streams share. It holds work and mu.
func (c *Capture) begin() error {
	if c.closed {
		return errors.New("capture output: the manager ends")
	}
	if c.poller != nil {
		return nil
	}
	if err := os.MkdirAll(c.config.Directory, 0o700); err != nil {
		return fmt.Errorf("capture output: %w", err)
	}
	if err := c.scratch.open(); err != nil {
		return fmt.Errorf("capture output: %w", err)
	}
	poller, err := newPoller()
	if err != nil {
		c.scratch.close()
		return fmt.Errorf("capture output: %w", err)
	}
	if err := c.notes.open(); err != nil {
		c.config.Logger.Warn("a line may be in a log twice if the manager is killed", "error", err)
	}
	c.poller = poller
	c.pool.Go(func() { c.run(poller) })
	return nil
}

// rest gives back what all streams share when there is none. It holds work and mu.
func (c *Capture) rest() {
	if c.poller == nil || len(c.streams) > 0 || len(c.notes.found) > 0 {
		return
	}
	c.poller.close()
	c.poller = nil
	c.scratch.close()
	c.notes.close()
}

func (c *Capture) enter(name string, limit Limit) *source {
	src := c.sources[name]
	if src == nil {
		src = &source{name: name, streams: map[string]*stream{}}
		c.sources[name] = src
	}
	src.limit.limit = limit
	return src
}

// reads opens the reading end of a stream, unless it is open.
func (c *Capture) reads(src *source, tag string) (*stream, error) {
	if s := src.streams[tag]; s != nil {
		return s, nil
	}
	path := c.path(src.name, tag)
	fd, err := openToRead(path)
	if err != nil {
		return nil, err
	}
	return c.takeIn(src, tag, path, fd)
}

// takeIn makes a stream of the reading end of a FIFO, which is closed in an error.
func (c *Capture) takeIn(src *source, tag, path string, fd int) (*stream, error) {
	s := &stream{source: src, tag: tag, path: path, fd: fd, slot: c.notes.take(src.name, tag)}
	if err := c.poller.add(fd); err != nil {
		c.notes.give(s.slot)
		return nil, errors.Join(err, unix.Close(fd))
	}
	src.streams[tag], c.streams[fd] = s, s
	c.config.Changed()
	return s, nil
}

// drop closes a stream. It holds work and mu.
func (c *Capture) drop(s *stream) {
	if c.streams[s.fd] != s {
		return
	}
	delete(c.streams, s.fd)
	c.notes.give(s.slot)
	if s.source.streams[s.tag] == s {
		delete(s.source.streams, s.tag)
		_ = os.Remove(s.path)
	}
	c.poller.remove(s.fd)
	_ = unix.Close(s.fd)
	s.fd = -1
	c.config.Changed()
}
