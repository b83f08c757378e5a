package journal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// EventQuery says which events to read.
type EventQuery struct {
	// Units are the names of units, their workers included, or of single workers ("pool.api/2"); none: all, and
	// those of unitd itself.
	Units []string
	// Since leaves out what is older; zero: nothing.
	Since time.Time
	// Last is how many to begin with, the latest ones; below 0: all that are kept.
	Last int
	// Follow goes on with what comes.
	Follow bool
}

// Read calls emit for the events that are asked for, oldest first, until there are no more, ctx ends (it returns
// nil) or emit fails. Memory stays bounded, whatever is asked for and however slow emit is: it reads the files
// twice, the first time to count. One who follows and falls behind by both files misses what they no longer have.
func (l *Events) Read(ctx context.Context, query EventQuery, emit func(Event) error) error {
	pick, err := newPicker(query)
	if err != nil {
		return err
	}
	more := make(chan struct{}, 1)
	if query.Follow {
		defer l.follow(more)()
	}
	kept, err := l.snapshot()
	if err != nil {
		return err
	}
	defer kept.close()
	skip := 0
	if query.Last >= 0 {
		err := kept.each(ctx, func(line []byte) error {
			if pick.wants(line) {
				skip++
			}
			return nil
		})
		if err != nil {
			return unlessEnded(ctx, err)
		}
		skip -= query.Last
	}
	tell := func(line []byte) error {
		if !pick.wants(line) {
			return nil
		}
		if skip > 0 {
			skip--
			return nil
		}
		e, err := decode(line)
		if err != nil {
			return nil //nolint:nilerr // a line that somebody has spoilt is no event
		}
		return emit(e)
	}
	if err := kept.each(ctx, tell); err != nil || !query.Follow {
		return unlessEnded(ctx, err)
	}
	kept.close()
	skip = 0
	f := &follower{path: l.path, id: kept.latest, offset: kept.size}
	f.split = splitter{path: l.path, emit: func(line Line) error { return tell([]byte(line.Text)) }}
	return unlessEnded(ctx, f.events(ctx, more))
}

// unlessEnded: the end of ctx is no error.
func unlessEnded(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// follow enters a channel that is told of each event; end takes it out again.
func (l *Events) follow(more chan struct{}) (end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.followers[more] = true
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.followers, more)
	}
}

// events reads what is new each time that there is more.
func (f *follower) events(ctx context.Context, more <-chan struct{}) error {
	for {
		for {
			id, offset := f.id, f.offset
			if err := f.poll(ctx, time.Now()); err != nil {
				return err
			}
			if f.id == id && f.offset == offset {
				break
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
}

// snapshot is the event log at one moment.
type snapshot struct {
	files  []*os.File // oldest first
	sizes  []int64
	latest fileID // of the one that is written; zero: there is none
	size   int64  // of that
}

// snapshot opens both files; no event is written meanwhile.
func (l *Events) snapshot() (s snapshot, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, path := range []string{l.path + ".1", l.path} {
		file, err := openForReading(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			s.close()
			return s, err
		}
		s.files = append(s.files, file)
		stat, err := file.Stat()
		if err != nil {
			s.close()
			return s, fmt.Errorf("read events: %w", err)
		}
		s.sizes = append(s.sizes, stat.Size())
		if path == l.path {
			s.latest, s.size = idOf(stat), stat.Size()
		}
	}
	return s, nil
}

func (s snapshot) close() {
	for _, file := range s.files {
		file.Close()
	}
}

// each calls f for every line that is an event, as far as its ends tell: others were torn, or somebody has spoilt them. The
// line is good until f returns.
func (s snapshot) each(ctx context.Context, f func(line []byte) error) error {
	for i, file := range s.files {
		lines := bufio.NewReaderSize(io.NewSectionReader(file, 0, s.sizes[i]), maxLine)
		for whole := true; ; {
			line, err := lines.ReadSlice('\n')
			if whole && looksWhole(line) {
				if err := f(bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
					return err
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			whole = err == nil // else the rest of a line that is too long for an event comes next
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return fmt.Errorf("read events: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// looksWhole tells a line that may be an event from what is none for certain.
func looksWhole(line []byte) bool {
	return bytes.HasPrefix(line, []byte(eventBegin)) && bytes.HasSuffix(line, []byte("}\n"))
}

// eventBegin is what each event begins with.
const eventBegin = `{"at":"`

// picker tells from the bytes of a line whether it is asked for: to decode thousands only to drop them would
// cost much more.
type picker struct {
	units [][]byte // as they stand in a line, without the quote at the end
	since time.Time
}

func newPicker(query EventQuery) (picker, error) {
	p := picker{since: query.Since}
	for _, name := range query.Units {
		text, err := json.Marshal(name)
		if err != nil {
			return p, fmt.Errorf("read events of %s: %w", name, err)
		}
		p.units = append(p.units, append([]byte(`"unit":`), bytes.TrimSuffix(text, []byte{'"'})...))
	}
	return p, nil
}

func (p picker) wants(line []byte) bool {
	return p.recent(line) && (len(p.units) == 0 || p.ofUnits(line))
}

// recent reads the time, which comes first in a line.
func (p picker) recent(line []byte) bool {
	if p.since.IsZero() {
		return true
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(string(line[:min(len(line), 64)]), eventBegin), `"`)
	at, err := time.Parse(eventsTime, text)
	return err == nil && !at.Before(p.since)
}

// ofUnits looks for a unit's name, or that and a worker. No reason holds these bytes, since quotes in it are
// escaped.
func (p picker) ofUnits(line []byte) bool {
	for _, name := range p.units {
		if _, rest, found := bytes.Cut(line, name); found && len(rest) > 0 && (rest[0] == '"' || rest[0] == '/') {
			return true
		}
	}
	return false
}
