package journal

import (
	"context"
	"errors"
	"slices"
)

// span is a part of a log that is in one file.
type span struct {
	from, to Position
	packed   bool
}

// spans are the parts of a log from a position on, oldest first, as they are now. They stay what they are through
// rotations, but for which file holds them.
func (l *Log) spans(from Position) ([]span, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	live, _, err := l.openLive()
	if err != nil {
		return nil, err
	}
	if live != nil {
		live.Close()
	}
	var all []span
	for _, p := range l.pieces {
		if p.end() > from {
			all = append(all, span{max(p.start, from), p.end(), p.file.gzip})
		}
	}
	if l.top > from && live != nil {
		all = append(all, span{max(l.start, from), l.top, false})
	}
	return all, nil
}

// lastBegin finds where the n-th last line between two places begins. The newline at the very end closes the last line;
// it does not begin another.
func (l *Log) lastBegin(ctx context.Context, spans []span, n int) (Position, error) {
	if len(spans) == 0 || n <= 0 {
		return l.endOf(spans), nil
	}
	end := l.endOf(spans)
	for _, s := range slices.Backward(spans) {
		search := (*Log).backward
		if s.packed {
			search = (*Log).forward
		}
		at, left, err := search(l, ctx, s, end, n)
		if err != nil || left == 0 {
			return at, err
		}
		n = left
	}
	return spans[0].from, nil
}

func (l *Log) endOf(spans []span) Position {
	if len(spans) == 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.top
	}
	return spans[len(spans)-1].to
}

// backward looks for the n-th last newline in a plain file; left: how many are to be found in older files.
func (l *Log) backward(ctx context.Context, s span, end Position, n int) (at Position, left int, err error) {
	read := make([]byte, blockSize)
	for to := s.to; to > s.from; {
		from := max(s.from, to-blockSize)
		block := make([]byte, 0, to-from)
		r := &reader{log: l, at: from}
		err := r.readUntil(ctx, to, read, func(part []byte) error {
			block = append(block, part...)
			return nil
		})
		r.close()
		if err != nil {
			return 0, n, err
		}
		for i, c := range slices.Backward(block) {
			begin := from + Position(i) + 1
			if c != '\n' || begin == end {
				continue
			}
			if n--; n == 0 {
				return begin, 0, nil
			}
		}
		to = from
	}
	return s.from, n, nil
}

// forward does the same in a compressed file, which cannot be read backwards: it counts first.
func (l *Log) forward(ctx context.Context, s span, end Position, n int) (at Position, left int, err error) {
	count := 0
	err = l.lineBegins(ctx, s, end, func(Position) bool { count++; return true })
	if err != nil || count < n {
		return s.from, n - count, err
	}
	skip := count - n
	err = l.lineBegins(ctx, s, end, func(begin Position) bool {
		at = begin
		skip--
		return skip >= 0
	})
	return at, 0, err
}

var errFound = errors.New("found")

// lineBegins calls f for each place after a newline, until it says that it has what it wants.
func (l *Log) lineBegins(ctx context.Context, s span, end Position, f func(Position) bool) error {
	r := &reader{log: l, at: s.from}
	defer r.close()
	at := s.from
	err := r.readUntil(ctx, s.to, make([]byte, blockSize), func(part []byte) error {
		for i, c := range part {
			if begin := at + Position(i) + 1; c == '\n' && begin != end && !f(begin) {
				return errFound
			}
		}
		at += Position(len(part))
		return nil
	})
	if errors.Is(err, errFound) {
		return nil
	}
	return err
}
