package journal

import (
	"context"
	"math"
	"time"
)

// Query says which lines to read.
type Query struct {
	// Paths are the logs, in the order in which lines come that have no times.
	Paths []string
	// Last is how many of those asked for to begin with, of each log the latest; below 0: all that are kept.
	Last int
	// Since and Until bound the times of lines; zero: they do not. See stamp.go for lines that have none.
	Since, Until time.Time
	// Match picks lines; nil: all.
	Match func(line string) bool
	// Follow goes on with lines that are written later, until Until if that is set.
	Follow bool
	// From says where each log is followed from, by its path, in place of what is looked back on; a log that it does not name
	// is followed from now on. nil: it is looked back on what the rest says.
	From map[string]Anchor
}

func (q Query) bounded() bool { return !q.Since.IsZero() || !q.Until.IsZero() }

// Read calls emit for the lines that are asked for: those of several logs by their times, where they have some, and then,
// with Follow, each that is written, until ctx ends (it returns nil) or emit fails. Rotated files count, compressed ones
// too; a line that a rotation has cut in two is one line. Memory stays bounded whatever the logs hold. A last line without
// newline counts; with Follow it is waited for, for a second. Files may appear later, be emptied, and be replaced.
func (l *Logs) Read(ctx context.Context, q Query, emit func(Line) error) error {
	_, err := l.ReadOn(ctx, q, emit)
	return err
}

// ReadOn is Read that says how far it has come when ctx ends, for another process to follow the logs from there: by Query.From.
// nil: it was still looking back, or does not follow.
func (l *Logs) ReadOn(ctx context.Context, q Query, emit func(Line) error) (stopped map[string]Anchor, err error) {
	var streams []*stream
	defer func() {
		for _, s := range streams {
			s.close()
		}
	}()
	for _, path := range q.Paths {
		s, err := l.begin(ctx, path, q)
		if err != nil && ctx.Err() == nil && len(q.Paths) > 1 {
			s, err = l.unreadable(path, q, err), nil
		}
		if err != nil {
			return nil, unlessDone(ctx, q, err)
		}
		streams = append(streams, s)
	}
	if err := merge(ctx, streams, emit); err != nil || !q.Follow {
		return nil, unlessDone(ctx, q, err)
	}
	if err := follow(ctx, q, streams, emit); err != nil {
		return nil, err
	}
	stopped = map[string]Anchor{}
	for _, s := range streams {
		stopped[s.path] = s.reader.log.Anchor(s.given())
	}
	return stopped, nil
}

// unreadable is the stream of a log that cannot be read, beside others that can: it says so.
func (l *Logs) unreadable(path string, q Query, why error) *stream {
	log := l.At(path)
	end := log.endOf(nil)
	s := newStream(log, q, end, end)
	s.miss(why)
	return s
}

// unlessDone: one who follows ends it by leaving.
func unlessDone(ctx context.Context, q Query, err error) error {
	if q.Follow {
		return unlessEnded(ctx, err)
	}
	return err
}

// oldest is before all that a log can have.
const oldest Position = math.MinInt64

// begin finds where in a log to begin.
func (l *Logs) begin(ctx context.Context, path string, q Query) (*stream, error) {
	log := l.At(path)
	spans, err := log.spans(oldest)
	if err != nil {
		return nil, err
	}
	end := log.endOf(spans)
	if q.From != nil {
		if at, known := q.From[path]; known {
			end = log.Anchored(at)
		}
		return newStream(log, q, end, end), nil
	}
	first := end
	if len(spans) > 0 {
		first = spans[0].from
	}
	if q.Last >= 0 && q.Match == nil && !q.bounded() {
		first, err = log.lastBegin(ctx, spans, q.Last)
		return newStream(log, q, first, end), err
	}
	if first, end, err = log.between(ctx, spans, q, first, end); err != nil {
		return nil, err
	}
	s := newStream(log, q, first, end)
	if q.Last >= 0 {
		s.skip, err = count(ctx, newStream(log, q, first, end))
		s.skip = max(s.skip-q.Last, 0)
	}
	return s, err
}

// count reads a stream to its end.
func count(ctx context.Context, s *stream) (lines int, err error) {
	defer s.close()
	for {
		line, err := s.next(ctx)
		if line == nil || err != nil {
			return lines, err
		}
		if !line.notice {
			lines++
		}
	}
}

// LastLines returns the last n lines that were written to the log at path since a position, oldest first. A log that does
// not exist has no lines.
func (l *Logs) LastLines(path string, since Position, n int) ([]string, error) {
	ctx := context.Background()
	log := l.At(path)
	spans, err := log.spans(since)
	if err != nil {
		return nil, err
	}
	begin, err := log.lastBegin(ctx, spans, n)
	if err != nil {
		return nil, err
	}
	s := newStream(log, Query{}, begin, log.endOf(spans))
	defer s.close()
	var lines []string
	for {
		line, err := s.next(ctx)
		if line == nil || err != nil {
			return lines, err
		}
		lines = append(lines, line.Text)
	}
}
