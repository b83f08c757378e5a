package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// MaxEventsSize is the usual size, in bytes, at which the event log is rotated.
	MaxEventsSize = 4 << 20

	maxReason  = 4096 // bytes of a reason that are kept
	eventsTime = "2006-01-02T15:04:05.000Z07:00"
)

// Event is a change of state of a unit or a worker, or something about unitd itself (no Unit), and why.
type Event struct {
	At     time.Time
	Unit   string
	Worker int // index; 0: the unit itself
	// From and To are nil where it is no change of state; then Event says what: "started", "events-dropped".
	From, To *State
	Event    string
	// Ended is the reason for which a run ended with this; "": none did.
	Ended      string
	Reason     string // why, in words; at most 4 KiB are kept
	Invocation string
	PID        int
}

// State is where a unit or a worker stands.
type State struct {
	Active string `json:"active"`
	Sub    string `json:"sub"`
}

// record is the form of an Event in the file. Worker 2 of pool.api is the unit "pool.api/2".
type record struct {
	At         string `json:"at"`
	Unit       string `json:"unit,omitempty"`
	From       *State `json:"from,omitempty"`
	To         *State `json:"to,omitempty"`
	Event      string `json:"event,omitempty"`
	Ended      string `json:"ended,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Invocation string `json:"invocation_id,omitempty"`
	PID        int    `json:"pid,omitempty"`
}

// Events is the event log: one JSON object a line, at most twice its maximum size in two files (NAME and
// the older NAME.1). It never fails its caller: what cannot be written, as on a full disk, is dropped and
// counted, and the log says how much when it can be written again. Any goroutine may use it. The file is
// opened with the first event and then stays open.
type Events struct {
	path    string
	maxSize int64

	mu      sync.Mutex
	file    *os.File
	torn    bool   // its last line has no end, as its writer was killed, or the host
	dropped uint64 // since Events was made
	untold  uint64 // of these, not yet said in the log
	cause   error  // why the last one was dropped

	followers map[chan struct{}]bool // each is told that there is more
}

// NewEvents returns the event log at path; maxSize is in bytes.
func NewEvents(path string, maxSize int64) *Events {
	return &Events{path: path, maxSize: maxSize, followers: map[chan struct{}]bool{}}
}

// atOnce is the part of the maximum size that Append writes with one system call, give or take an event.
const atOnce = 64

// Append writes events in their order, all at once where they are few.
func (l *Events) Append(events ...Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []byte
	first := 0 // of those in lines
	for i, e := range events {
		lines = append(lines, encode(e)...)
		if i == len(events)-1 || int64(len(lines)) > l.maxSize/atOnce {
			l.put(e.At, lines, i+1-first)
			lines, first = nil, i+1
		}
	}
}

// put writes the lines of some events, after a line about those that were dropped before.
func (l *Events) put(at time.Time, lines []byte, count int) {
	if l.untold > 0 {
		told := encode(Event{At: at, Event: "events-dropped", Reason: fmt.Sprintf("%d events: %v", l.untold, l.cause)})
		lines = append(told, lines...)
	}
	if err := l.write(lines); err != nil {
		l.dropped += uint64(count)
		l.untold += uint64(count)
		l.cause = err
		return
	}
	l.untold = 0
	for f := range l.followers {
		select {
		case f <- struct{}{}:
		default: // it has yet to look for the one before
		}
	}
}

// Dropped is how many events could not be written, and why the last one could not.
func (l *Events) Dropped() (count uint64, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped, l.cause
}

// Close closes the file; a later Append opens it again.
func (l *Events) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

func encode(e Event) []byte {
	if len(e.Reason) > maxReason {
		e.Reason = strings.ToValidUTF8(e.Reason[:maxReason], "") + "…"
	}
	unit := e.Unit
	if e.Worker > 0 {
		unit += "/" + strconv.Itoa(e.Worker)
	}
	line, _ := json.Marshal(record{
		At: e.At.Format(eventsTime), Unit: unit, From: e.From, To: e.To, Event: e.Event, Ended: e.Ended,
		Reason: e.Reason, Invocation: e.Invocation, PID: e.PID,
	}) // texts and numbers: it cannot fail
	return append(line, '\n')
}

func decode(line []byte) (Event, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return Event{}, fmt.Errorf("read event: %w", err)
	}
	at, err := time.Parse(eventsTime, r.At)
	if err != nil {
		return Event{}, fmt.Errorf("read event: %w", err)
	}
	e := Event{
		At: at, Unit: r.Unit, From: r.From, To: r.To, Event: r.Event, Ended: r.Ended, Reason: r.Reason,
		Invocation: r.Invocation, PID: r.PID,
	}
	if unit, worker, is := cutWorker(r.Unit); is {
		e.Unit = unit
		e.Worker, err = strconv.Atoi(worker)
	}
	return e, err
}

// write appends lines whole or not at all.
func (l *Events) write(lines []byte) error {
	size, err := l.ready(int64(len(lines)))
	if err != nil {
		return err
	}
	if l.torn {
		lines = append([]byte{'\n'}, lines...)
	}
	if _, err := l.file.Write(lines); err != nil {
		// Half a line would spoil the next; there is no other writer whose lines this could cut.
		_ = l.file.Truncate(size)
		return err
	}
	l.torn = false
	return nil
}

// ready opens the file, or a new one where it was removed or has no room for more bytes, and returns its
// size.
func (l *Events) ready(more int64) (size int64, err error) {
	if l.file == nil {
		if l.file, err = Open(l.path); err != nil {
			return 0, err
		}
		l.torn = endsTorn(l.path)
	}
	var stat unix.Stat_t
	if err := unix.Fstat(int(l.file.Fd()), &stat); err != nil {
		return 0, err
	}
	full := stat.Size > 0 && stat.Size+more > l.maxSize
	if stat.Nlink > 0 && !full {
		return stat.Size, nil
	}
	if full && stat.Nlink > 0 {
		if err := os.Rename(l.path, l.path+".1"); err != nil {
			return 0, err
		}
	}
	_ = l.file.Close()
	l.file, err = Open(l.path)
	l.torn = false
	return 0, err
}

// endsTorn tells whether the last line of a file has no end.
func endsTorn(path string) bool {
	file, err := openForReading(path)
	if err != nil {
		return false
	}
	defer file.Close()
	last := make([]byte, 1)
	n, err := file.ReadAt(last, End(file)-1)
	return n == 1 && err == nil && last[0] != '\n'
}
