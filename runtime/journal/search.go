package journal

import (
	"bytes"
	"context"
	"errors"
	"sort"
	"time"
)

// Where lines begin with times, a place in a log is found by halving it, whatever its size: times grow as a rule. What
// is found is wider than asked by disorder bytes, since threads and clocks may be a little apart, and each line is looked
// at in the end. Compressed files are halved no further than which one it is.
const (
	disorder = 64 << 10
	// probed bytes are looked at for a line with a time before a log counts as having none.
	probed = 256 << 10
)

// between narrows what is to be read to where the times that a query asks for can be.
func (l *Log) between(ctx context.Context, spans []span, q Query, first, end Position) (Position, Position, error) {
	if len(spans) == 0 || !q.bounded() {
		return first, end, nil
	}
	if !q.Since.IsZero() {
		begin, err := l.since(ctx, spans, q.Since)
		if err != nil {
			return first, end, err
		}
		first = begin
	}
	if q.Until.IsZero() || q.Follow {
		return first, end, nil
	}
	_, after, err := l.seek(ctx, spans, q.Until.Add(1))
	if err == nil && after+disorder < end {
		end, err = l.lineAfter(ctx, after+disorder, end)
	}
	return first, max(end, first), err
}

// since is where to begin to read for lines from a time on.
func (l *Log) since(ctx context.Context, spans []span, at time.Time) (Position, error) {
	marks := l.marks()
	passed := 0 // files that were last written to before
	for _, s := range spans {
		if _, latest := within(marks, s.from); latest.IsZero() || !latest.Before(at) {
			break
		}
		passed++
	}
	if passed == len(spans) {
		return l.endOf(spans), nil
	}
	before, _, err := l.seek(ctx, spans[passed:], at)
	if err != nil {
		return 0, err
	}
	if begin := before - disorder; begin > spans[passed].from {
		line, _, _, err := l.probe(ctx, begin, before) // one with a time, which those behind it may count with
		return line, err
	}
	if passed == 0 {
		return spans[0].from, nil
	}
	return l.wholeLine(ctx, spans[:passed])
}

// wholeLine is where the line begins that some spans end in, if it goes on behind them; else their end.
func (l *Log) wholeLine(ctx context.Context, spans []span) (Position, error) {
	end := l.endOf(spans)
	last := &reader{log: l, at: end - 1}
	defer last.close()
	newline := make([]byte, 1)
	if n, err := last.read(newline); n == 0 || err != nil || newline[0] == '\n' {
		return end, err
	}
	return l.lastBegin(ctx, spans, 1)
}

// seek finds two places by the times of lines: all before the first are earlier than at, none from the second on is.
// Where there are no times to go by they are the begin and the end.
func (l *Log) seek(ctx context.Context, spans []span, at time.Time) (before, after Position, err error) {
	end := l.endOf(spans)
	known := false // by the last probe
	earlier := func(from, to Position) (line Position, is bool) {
		line, stamp, ok, failed := l.probe(ctx, from, to)
		known, err = ok, errors.Join(err, failed)
		return line, ok && stamp.Before(at)
	}
	later := sort.Search(len(spans), func(i int) bool {
		_, is := earlier(spans[i].from, spans[i].to)
		return !is
	})
	if later == 0 {
		if _, is := earlier(spans[0].from, spans[0].to); known && !is {
			return spans[0].from, spans[0].from, err
		}
		return spans[0].from, end, err
	}
	s := spans[later-1]
	before, after = s.from, s.to
	for !s.packed && after-before > disorder && err == nil {
		line, is := earlier(before+(after-before)/2, after)
		if !known {
			break // many lines without times: not halved further
		}
		if is {
			before = line
		} else {
			after -= (after - before) / 2
		}
	}
	if after == s.to {
		after = end
	}
	return before, after, err
}

// probe finds the first line with a time that begins behind a place, but for the very begin of the log within some bytes.
func (l *Log) probe(ctx context.Context, from, to Position) (line Position, at time.Time, ok bool, err error) {
	r := &reader{log: l, at: from}
	defer r.close()
	line = from
	var text []byte // of the line that is being read, as much of its begin as a time takes
	whole := false  // the first one may be the end of a line
	place := from
	err = r.readUntil(ctx, min(to, from+probed), make([]byte, blockSize), func(part []byte) error {
		for len(part) > 0 {
			head, rest, ended := bytes.Cut(part, []byte{'\n'})
			text = append(text, head[:min(len(head), longestBegin-len(text))]...)
			if !ended {
				place += Position(len(head))
				return nil
			}
			if at, ok = stampOf(string(text)); ok && whole {
				return errFound
			}
			ok = false
			place += Position(len(head) + 1)
			part, line, text, whole = rest, place, text[:0], true
		}
		return nil
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return line, at, ok, err
}

// lineAfter is the first place behind one where a line begins, or the end.
func (l *Log) lineAfter(ctx context.Context, at, end Position) (Position, error) {
	found := end
	err := l.lineBegins(ctx, span{from: at, to: end}, end, func(begin Position) bool {
		found = begin
		return false
	})
	return found, err
}
