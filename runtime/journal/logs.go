package journal

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

// Logs knows the logs that this process rotates or reads, so that who reads one follows its bytes from file to file
// while they are rotated. Any goroutine may use it. NewLogs makes one.
type Logs struct {
	mu       sync.Mutex
	logs     map[string]*Log
	unpacked atomic.Int32 // compressed files that readers hold open
}

// NewLogs returns an empty registry.
func NewLogs() *Logs { return &Logs{logs: map[string]*Log{}} }

// At returns the log at path, whether there is a file or not.
func (l *Logs) At(path string) *Log {
	l.mu.Lock()
	defer l.mu.Unlock()
	log := l.logs[path]
	if log == nil {
		log = &Log{path: path, unpacked: &l.unpacked}
		l.logs[path] = log
	}
	return log
}

// Position is a place in a log. It counts bytes from the begin of the file that was live when the manager started, what
// was rotated before that below 0, and stays valid through rotations for as long as the manager lives.
type Position int64

// Log is a live file that programs append to, and the rotated files that its older bytes have gone to.
type Log struct {
	path     string
	unpacked *atomic.Int32
	stop     func(step) bool // of tests: ends a rotation before a step, as SIGKILL would
	noHoles  bool            // of tests: the file system has none

	mu     sync.Mutex
	swept  bool     // what an earlier manager has left half done is removed
	listed bool     // pieces are what the directory has
	pieces []*piece // the rotated files, oldest first
	start  Position // where the data of the live file begin
	top    Position // the highest place that anybody has seen written
	live   fileID   // the live file when it was last looked at; zero: there was none
	seen   bool     // live is known

	replacement Replacement // not told yet
	breaks      []Position  // where a line does not go on, since the file is another one or was emptied; the latest few
}

// piece is a rotated file and the part of the log that it holds.
type piece struct {
	file   rotatedFile
	start  Position
	length int64
}

func (p *piece) end() Position { return p.start + Position(p.length) }

// Begin says that a program is about to write to a live file that is open, and gives the position behind what has been
// written so far, with as few system calls as this takes. What became of a file before that one loses nothing any more.
func (l *Log) Begin(live *os.File) Position {
	at := l.End(live)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replacement = Same
	return at
}

// End is the position behind what has been written so far to a live file that is open.
func (l *Log) End(live *os.File) Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	stat, err := live.Stat()
	if err != nil || l.look(idOf(stat)) != nil {
		return l.top
	}
	if _, err := l.measure(live); err != nil {
		return l.top
	}
	return l.top
}

// openLive opens the live file and brings all that is known of the log in line with it: where its data begin is the
// offset of l.start. nil without an error: there is no live file. It holds mu.
func (l *Log) openLive() (live *os.File, begin int64, err error) {
	live, stat, err := openAndStat(l.path)
	if err != nil {
		return nil, 0, err
	}
	id := fileID{}
	if live != nil {
		id = idOf(stat)
	}
	if err = l.look(id); err == nil && !l.listed {
		err = l.list(false)
	}
	if err == nil && live != nil {
		begin, err = l.measure(live)
	}
	if err != nil && live != nil {
		live.Close()
		live = nil
	}
	return live, begin, err
}

// measure finds where the data of the live file begin and end.
func (l *Log) measure(live *os.File) (begin int64, err error) {
	begin, size, err := extent(live)
	if err != nil {
		return 0, err
	}
	end := l.start + Position(size-begin)
	if end < l.top {
		l.start = l.top // somebody has emptied the file: what it has now is new
		l.part(l.start)
		end = l.start + Position(size-begin)
	}
	l.top = end
	return begin, nil
}

// look notices when another file has taken the place of the live one, and where that is now.
func (l *Log) look(id fileID) error {
	replaced := l.seen && l.live != id && l.live != (fileID{})
	if replaced {
		if err := l.list(true); err != nil {
			return err
		}
	}
	switch {
	case replaced && id == (fileID{}):
		l.replacement = Removed
	case replaced:
		l.replacement = Replaced
	}
	l.live, l.seen = id, true
	return nil
}

// list reads the directory. Rotated files that are known keep their place, others come before the next newer one.
// replaced: the file that was live is a rotated one now, or gone.
func (l *Log) list(replaced bool) error {
	files, err := listRotated(l.path)
	if err != nil {
		return err
	}
	known := map[fileID]Position{}
	for _, p := range l.pieces {
		known[p.file.id] = p.start
	}
	if replaced {
		known[l.live] = l.start
		l.start = l.top
	}
	next := l.start
	var pieces []*piece
	for _, f := range slices.Backward(files) {
		p := &piece{file: f, length: lengthOf(l.path, f)}
		start, ok := known[f.id]
		if replaced && ok && f.id == l.live && start+Position(p.length) > next {
			// It got bytes that nobody had seen before it was renamed.
			next = start + Position(p.length)
			l.start, l.top = next, max(l.top, next)
		}
		if p.start = start; !ok || p.end() > next {
			p.start = next - Position(p.length)
		}
		next = p.start
		pieces = append(pieces, p)
	}
	slices.Reverse(pieces)
	l.pieces, l.listed = pieces, true
	if replaced {
		l.part(l.start)
	}
	return nil
}

// part notes that no line goes on at a place.
func (l *Log) part(at Position) {
	const few = 8
	l.breaks = append(l.breaks[max(len(l.breaks)-few, 0):], at)
}

// find is the rotated file that holds a position; nil: the live one does. What is no longer kept is passed over. It
// holds mu.
func (l *Log) find(at Position) (*piece, Position) {
	for _, p := range l.pieces {
		if at < p.end() {
			return p, max(at, p.start)
		}
	}
	return nil, max(at, l.start)
}

// forget takes a rotated file that is gone out of the list.
func (l *Log) forget(gone *piece) {
	l.pieces = slices.DeleteFunc(l.pieces, func(p *piece) bool { return p == gone })
}

// Replacement says what happened to the file that programs write to.
type Replacement int

// What can happen to it behind the back of the programs.
const (
	Same     Replacement = iota
	Removed              // its name is gone
	Replaced             // its name is that of another file
)

// Replaced tells what happened to the live file since it was last asked.
func (l *Log) Replaced() Replacement {
	l.mu.Lock()
	defer l.mu.Unlock()
	if live, _, err := l.openLive(); err == nil && live != nil {
		live.Close()
	}
	what := l.replacement
	l.replacement = Same
	return what
}
