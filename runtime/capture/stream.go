package capture

import (
	"bytes"
	"hash/crc32"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// stream is one stream of a source that is open.
type stream struct {
	source *source
	tag    string
	path   string
	fd     int    // -1: it is no more
	slot   int    // in the file of notes
	held   []byte // the begin of a line that has no end yet
}

// named tells that the FIFO still has its name.
func (s *stream) named() bool {
	var fifo, named unix.Stat_t
	return unix.Fstat(s.fd, &fifo) == nil && unix.Lstat(s.path, &named) == nil && fifo.Ino == named.Ino && fifo.Dev == named.Dev
}

// mostAtOnce bytes of one stream are read before others have their turn.
const mostAtOnce = 1 << 20

// The steps before which a test ends a manager, as SIGKILL would.
type step int

const (
	looking step = iota
	putting
	taking
	clearing
)

func (c *Capture) stopped(before step) bool { return c.stop != nil && c.stop(before) }

// read puts the lines that a stream has, about most bytes of them, and reports whether there may be more. A stream that
// nobody writes to any more is closed.
func (c *Capture) read(s *stream, most int) (more bool) {
	c.work.Lock()
	defer c.work.Unlock()
	if s.fd < 0 {
		return false
	}
	for read := 0; read < most; {
		if c.stopped(looking) {
			return false
		}
		last := hungUp(s.fd) // before looking: what was written before is seen then
		text, fresh := c.scratch.look(s.fd, s.held)
		if fresh == 0 {
			if last {
				c.end(s)
			}
			return false
		}
		c.pass(s, text, fresh)
		read += fresh
	}
	return true
}

// end closes a stream that nobody writes to any more, after what it had no end for.
func (c *Capture) end(s *stream) {
	if now := time.Now(); len(s.held) > 0 && s.source.limit.allow(now, 1) == 1 {
		c.config.Put(Batch{Source: s.source.name, Stream: s.tag, At: now, Lines: [][]byte{s.held}})
	}
	c.mu.Lock()
	c.drop(s)
	over := len(s.source.streams) == 0
	c.rest()
	c.mu.Unlock()
	if limit := &s.source.limit; over && limit.dropped > 0 {
		c.config.Put(Batch{Source: s.source.name, Stream: s.tag, At: time.Now(), Dropped: limit.dropped, Limit: limit.limit})
		limit.dropped = 0
	}
}

// pass puts the lines of a text, of which the last fresh bytes are in the FIFO yet, and takes these out.
func (c *Capture) pass(s *stream, text []byte, fresh int) {
	now := time.Now()
	limit := &s.source.limit
	if dropped := limit.over(now); dropped > 0 {
		c.config.Put(Batch{Source: s.source.name, Stream: s.tag, At: now, Dropped: dropped, Limit: limit.limit})
	}
	lines := 0
	rest := text[eachLine(text, func([]byte) { lines++ }):]
	n := noted{
		Source: s.source.name, Stream: s.tag, Put: limit.allow(now, lines), Take: fresh, Held: s.held,
		Sum: sumOf(text[len(text)-fresh:]), Rest: rest,
	}
	c.notes.write(s.slot, n)
	if c.stopped(putting) {
		return
	}
	c.put(s, now, text, 0, n.Put)
	if c.stopped(taking) {
		return
	}
	c.finish(s, n)
}

// finish takes out what was put.
func (c *Capture) finish(s *stream, n noted) {
	s.held = append(s.held[:0], n.Rest...)
	c.scratch.take(s.fd, n.Take)
	if c.stopped(clearing) {
		return
	}
	c.notes.write(s.slot, noted{Source: n.Source, Stream: n.Stream, Rest: s.held})
}

// mostLines are put at once.
const mostLines = 1024

// put puts the lines of a text from one number to another.
func (c *Capture) put(s *stream, now time.Time, text []byte, from, to int) {
	var lines [][]byte
	flush := func() {
		if len(lines) > 0 {
			c.config.Put(Batch{Source: s.source.name, Stream: s.tag, At: now, Lines: lines})
		}
		lines = c.scratch.lines[:0]
	}
	lines = c.scratch.lines[:0]
	n := 0
	eachLine(text, func(line []byte) {
		if n >= from && n < to {
			lines = append(lines, line)
		}
		n++
		if len(lines) == mostLines {
			flush()
		}
	})
	flush()
	c.scratch.lines = lines
}

// longestLine bytes of a line are put as one; a longer one is put in parts.
const longestLine = 16 << 10

// eachLine calls f for each line of a text, and returns where the last one begins that has no end yet.
func eachLine(text []byte, f func(line []byte)) (used int) {
	for used < len(text) {
		rest := text[used:]
		i := bytes.IndexByte(rest[:min(len(rest), longestLine+1)], '\n')
		switch {
		case i >= 0:
			f(rest[:i])
			used += i + 1
		case len(rest) > longestLine:
			f(rest[:longestLine])
			used += longestLine
		default:
			return used
		}
	}
	return used
}

var polynomial = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

// sumOf tells bytes from others.
func sumOf(text []byte) uint32 { return crc32.Checksum(text, polynomial()) }

// resolve finishes what an earlier manager was doing when it died.
func (c *Capture) resolve(s *stream) {
	n, ok := c.notes.earlier(s.slot)
	if !ok {
		return
	}
	s.held = append(s.held, n.Held...)
	text, fresh := c.scratch.look(s.fd, s.held)
	if fresh < n.Take || n.Take == 0 || sumOf(text[len(s.held):len(s.held)+n.Take]) != n.Sum {
		s.held = append(s.held[:0], n.Rest...) // it was taken out
		c.notes.write(s.slot, noted{Source: n.Source, Stream: n.Stream, Rest: s.held})
		return
	}
	text = text[:len(s.held)+n.Take]
	was := c.config.Recall(s.source.name, s.tag, n.Put)
	c.put(s, time.Now(), text, overlap(was, text, n.Put), n.Put)
	c.finish(s, n)
}

// overlap is how many of the first most lines of a text are at the end of what was put.
func overlap(was []string, text []byte, most int) int {
	var lines []string
	eachLine(text, func(line []byte) {
		if len(lines) < most {
			lines = append(lines, string(line))
		}
	})
	for n := min(len(was), len(lines)); n > 0; n-- {
		if slices.Equal(was[len(was)-n:], lines[:n]) {
			return n
		}
	}
	return 0
}
