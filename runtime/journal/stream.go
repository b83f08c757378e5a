package journal

import (
	"context"
	"fmt"
	"os"
	"time"
)

// stream gives the lines of one log that a query asks for, one after the other.
type stream struct {
	path   string
	query  Query
	reader reader
	end    Position // of what is looked back on
	marks  []written
	split  splitter
	block  []byte
	skip   int // how many of those asked for are left out

	lines    []Line    // that are read and not given yet
	at       time.Time // of the last line that has one
	earliest time.Time // at which what was read last can have been written
	latest   time.Time

	failed error // what was said last of lines that are missing

	grew   time.Time
	looked os.FileInfo // when there was nothing more
}

func newStream(log *Log, q Query, begin, end Position) *stream {
	s := &stream{path: log.path, query: q, reader: reader{log: log, at: begin}, end: end, block: make([]byte, blockSize)}
	s.split = splitter{path: log.path, emit: func(line Line) error {
		if s.wants(&line) {
			s.lines = append(s.lines, line)
		}
		return nil
	}}
	if q.bounded() {
		s.marks = log.marks()
	}
	return s
}

// given is the place behind the last line that was given.
func (s *stream) given() Position { return s.reader.at - Position(len(s.split.held)+s.split.cut) }

func (s *stream) close() { s.reader.close() }

// next is the next line between begin and end; nil: there is none.
func (s *stream) next(ctx context.Context) (*Line, error) {
	for len(s.lines) == 0 {
		more := s.reader.at < s.end
		if more {
			n, err := s.more(min(int64(len(s.block)), int64(s.end-s.reader.at)))
			if err != nil {
				return nil, err
			}
			more = n > 0
		}
		if !more && (s.query.Follow || !s.split.holds()) {
			return nil, nil //nolint:nilnil // no line and no error
		}
		if !more {
			if err := s.split.flush(); err != nil {
				return nil, err
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	line := s.lines[0]
	s.lines = s.lines[1:]
	return &line, nil
}

// more reads up to most bytes.
func (s *stream) more(most int64) (int, error) {
	n, err := s.reader.read(s.block[:most])
	if s.reader.parted {
		s.reader.parted = false
		if err := s.split.flush(); err != nil { // what is held does not go on here
			return n, err
		}
	}
	if missed := s.reader.missed; missed != nil {
		s.reader.missed = nil
		s.miss(missed)
	}
	if err != nil && len(s.query.Paths) > 1 {
		if s.failed == nil || s.failed.Error() != err.Error() {
			s.miss(err)
		}
		s.failed = err
		return 0, nil
	}
	if err != nil {
		return n, err
	}
	s.earliest, s.latest = within(s.marks, s.reader.at-Position(n))
	return n, s.split.feed(s.block[:n])
}

// miss says in the place of lines why they are missing.
func (s *stream) miss(why error) {
	s.failed = why
	s.lines = append(s.lines, Line{
		Path: s.path, Stream: Manager, At: s.at, Text: fmt.Sprintf("lines are missing here: %v", why), notice: true,
	})
}

// wants tells whether a line is asked for, and gives it its time.
func (s *stream) wants(line *Line) bool {
	if at, stream, text, captured := cutCaptured(line.Text); captured {
		s.at, line.Stream, line.Text = at, stream, text
	} else if at, ok := stampOf(line.Text); ok {
		s.at = at
	}
	line.At = s.at
	earliest, latest := s.at, s.at
	if s.at.IsZero() {
		earliest, latest = s.earliest, s.latest
	}
	q := s.query
	switch {
	case !q.Since.IsZero() && !latest.IsZero() && latest.Before(q.Since):
		return false
	case !q.Until.IsZero() && !earliest.IsZero() && earliest.After(q.Until):
		return false
	case q.Match != nil && !q.Match(line.Text):
		return false
	}
	if s.skip > 0 {
		s.skip--
		return false
	}
	return true
}

// poll emits what was written since the last time.
func (s *stream) poll(ctx context.Context, now time.Time, emit func(Line) error) error {
	stat, err := os.Stat(s.path)
	same := err == nil && s.looked != nil && os.SameFile(stat, s.looked) && stat.Size() == s.looked.Size() &&
		stat.ModTime().Equal(s.looked.ModTime())
	s.looked = nil
	for read := 0; !same && read < maxPerPoll; {
		n, err := s.more(int64(len(s.block)))
		if err != nil {
			return err
		}
		if err := s.give(emit); err != nil {
			return err
		}
		if n == 0 {
			same = true
			break
		}
		read += n
		s.grew = now
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if same && err == nil {
		s.looked = stat
	}
	if s.split.holds() && now.Sub(s.grew) >= holdPartial {
		if err := s.split.flush(); err != nil {
			return err
		}
	}
	return s.give(emit)
}

func (s *stream) give(emit func(Line) error) error {
	for _, line := range s.lines {
		if err := emit(line); err != nil {
			return err
		}
	}
	s.lines = s.lines[:0]
	return nil
}

// merge emits the lines of several streams, earlier ones first. Lines without a time come before all others, log by log.
func merge(ctx context.Context, streams []*stream, emit func(Line) error) error {
	heads := make([]*Line, len(streams))
	for i, s := range streams {
		head, err := s.next(ctx)
		if err != nil {
			return err
		}
		heads[i] = head
	}
	for {
		first := -1
		for i, head := range heads {
			if head != nil && (first < 0 || head.At.Before(heads[first].At)) {
				first = i
			}
		}
		if first < 0 {
			return nil
		}
		if err := emit(*heads[first]); err != nil {
			return err
		}
		head, err := streams[first].next(ctx)
		if err != nil {
			return err
		}
		heads[first] = head
	}
}
