package capture

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Streams are those of a program, in the order of their descriptors from 1 on.
var Streams = [...]string{"stdout", "stderr"}

// Batch is some lines of one stream, or how many were left out.
type Batch struct {
	Source, Stream string
	At             time.Time
	Lines          [][]byte // without newlines; good until Put returns
	// Dropped lines of the source came faster than its limit allows. Such a batch has no lines.
	Dropped int
	Limit   Limit
}

// Config is what a Capture works with.
type Config struct {
	Directory string // of the FIFOs; made when there is one
	// Put takes what was printed. It is never called twice at a time, and must not call the Capture.
	Put func(Batch)
	// Recall gives the texts of the last lines of a stream that were put, n at most, oldest first. A last one that was not
	// put whole is to be taken away first.
	Recall func(source, stream string, n int) []string
	// Changed is told when other FIFOs are open than before; nil: nobody wants to know.
	Changed func()
	Logger  *slog.Logger
}

// Capture reads the output of programs. Its methods may be called from any goroutine.
type Capture struct {
	config Config
	stop   func(step) bool // of tests: ends before a step, for good

	mu      sync.Mutex
	sources map[string]*source
	streams map[int]*stream // by descriptor
	poller  *poller         // nil until there is a stream
	closed  bool

	work    sync.Mutex // held while something is read and put
	scratch scratch
	notes   notes
	pool    sync.WaitGroup
}

// source is a unit, or a worker of it.
type source struct {
	name    string
	limit   meter
	streams map[string]*stream
}

// New makes a Capture that has nothing to read.
func New(config Config) *Capture {
	if config.Changed == nil {
		config.Changed = func() {}
	}
	return &Capture{
		config: config, sources: map[string]*source{}, streams: map[int]*stream{},
		notes: notes{path: filepath.Join(config.Directory, notesName)},
	}
}

// Open gives the ends that a program writes its streams to, in the order of Streams. The program is to inherit them; the
// caller closes its own when it has been started. name is part of a file's name.
func (c *Capture) Open(name string, limit Limit) (ends []*os.File, err error) {
	c.work.Lock()
	defer c.work.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.begin(); err != nil {
		return nil, err
	}
	src := c.enter(name, limit)
	for _, tag := range Streams {
		end, err := c.openEnd(src, tag)
		if err != nil {
			for _, end := range ends {
				end.Close() // and so the streams end that nobody else writes to
			}
			return nil, fmt.Errorf("capture %s: %w", tag, err)
		}
		ends = append(ends, end)
	}
	return ends, nil
}

// openEnd opens both ends of a stream, and gives the one for the program.
func (c *Capture) openEnd(src *source, tag string) (*os.File, error) {
	if s := src.streams[tag]; s != nil && !s.named() {
		delete(src.streams, tag) // somebody has removed its FIFO: there is another one from now on
	}
	before := src.streams[tag]
	s, err := c.reads(src, tag)
	if err != nil {
		return nil, err
	}
	if before == nil {
		c.notes.earlier(s.slot) // of a FIFO that is no more
	}
	end, err := openToWrite(s.path)
	if err != nil && before == nil {
		c.drop(s)
	}
	return end, err
}

// Adopt goes on reading what programs write that an earlier manager has started, and what they have left. kept gives the
// reading end of a stream's FIFO that was kept open, for one whose name somebody has removed; not ok: there is none. Without a
// FIFO there is nothing to read.
func (c *Capture) Adopt(name string, limit Limit, kept func(stream string) (fd int, ok bool)) error {
	c.work.Lock()
	defer c.work.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	var failed error
	for _, tag := range Streams {
		fifo := c.path(name, tag)
		fd := -1
		if _, err := os.Lstat(fifo); err != nil {
			var open bool
			if fd, open = kept(tag); !open {
				continue
			}
			fifo = fmt.Sprintf("/proc/self/fd/%d", fd)
		}
		if err := c.begin(); err != nil {
			return err
		}
		s, err := c.adopt(c.enter(name, limit), tag, fd)
		if err == nil {
			// The kernel tells a reader that there is no writer only if there has been one since it came.
			var end *os.File
			if end, err = reopenToWrite(fifo); err == nil {
				end.Close()
			}
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("capture %s of %s: %w", tag, name, err))
			continue
		}
		c.resolve(s)
		c.poller.again(s)
	}
	return failed
}

// adopt begins with a stream, by a copy of a reading end where there is one, else by its name.
func (c *Capture) adopt(src *source, tag string, kept int) (*stream, error) {
	if kept < 0 {
		return c.reads(src, tag)
	}
	fd, err := unix.FcntlInt(uintptr(kept), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return c.takeIn(src, tag, c.path(src.name, tag), fd)
}

// Restore makes the directory again when somebody has removed it, with the notes, and reports whether it had to. FIFOs that
// are open go on without a name.
func (c *Capture) Restore() (missing bool, err error) {
	c.work.Lock()
	defer c.work.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.poller == nil {
		return false, nil
	}
	if err := os.MkdirAll(c.config.Directory, 0o700); err != nil {
		return true, fmt.Errorf("capture output: %w", err)
	}
	if missing, err = c.notes.restore(); err != nil {
		return true, fmt.Errorf("capture output: %w", err)
	}
	return missing, nil
}

// Clear removes FIFOs that nobody has adopted.
func (c *Capture) Clear() {
	c.work.Lock()
	defer c.work.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes.forget()
	c.rest()
	entries, err := os.ReadDir(c.config.Directory)
	if err != nil {
		return
	}
	used := map[string]bool{notesName: c.poller != nil}
	for _, s := range c.streams {
		used[filepath.Base(s.path)] = true
	}
	for _, entry := range entries {
		if !used[entry.Name()] {
			_ = os.Remove(filepath.Join(c.config.Directory, entry.Name()))
		}
	}
}

// SetLimit changes the limit of a source.
func (c *Capture) SetLimit(name string, limit Limit) {
	c.work.Lock()
	defer c.work.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if src := c.sources[name]; src != nil {
		src.limit.limit = limit
	}
}

// Forget says that nothing is to be known of a source any more. It does so where nobody writes to its streams, and reports
// that.
func (c *Capture) Forget(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	src := c.sources[name]
	if src != nil && len(src.streams) > 0 {
		return false
	}
	delete(c.sources, name)
	return true
}

// Settle returns when all is put that was printed before, but for lines without an end.
func (c *Capture) Settle() {
	c.mu.Lock()
	var all []*stream
	for _, s := range c.streams {
		all = append(all, s)
	}
	c.mu.Unlock()
	for _, s := range all {
		c.read(s, capacity)
	}
}

// Freeze returns when nothing is being put, and nothing is from then on: who calls it is about to be another program.
func (c *Capture) Freeze() { c.work.Lock() }

// Close puts what is left and ends.
func (c *Capture) Close() {
	c.Settle()
	c.work.Lock()
	c.mu.Lock()
	c.closed = true
	for _, s := range c.streams {
		c.drop(s)
	}
	c.notes.forget()
	c.rest()
	c.mu.Unlock()
	c.work.Unlock()
	c.pool.Wait()
}

func (c *Capture) path(name, tag string) string {
	return filepath.Join(c.config.Directory, name+"."+tag)
}
