package journal

import (
	"encoding/json"
	"fmt"
	"os"
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

// Event is something that happened to a unit, or to unitd itself (no Unit), and why.
type Event struct {
	At         time.Time
	Unit       string
	Event      string // what: "started", "exited", "restart-scheduled" …
	Reason     string // why; at most 4 KiB are kept
	Invocation string
	PID        int
}

// record is the form of an Event in the file.
type record struct {
	At         string `json:"at"`
	Unit       string `json:"unit,omitempty"`
	Event      string `json:"event"`
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
	dropped uint64 // since Events was made
	untold  uint64 // of these, not yet said in the log
	cause   error  // why the last one was dropped
}

// NewEvents returns the event log at path; maxSize is in bytes.
func NewEvents(path string, maxSize int64) *Events {
	return &Events{path: path, maxSize: maxSize}
}

// Append writes one event.
func (l *Events) Append(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line, err := encode(e)
	if err == nil && l.untold > 0 {
		line, err = l.tellDropped(e.At, line)
	}
	if err == nil {
		err = l.write(line)
	}
	if err != nil {
		l.dropped++
		l.untold++
		l.cause = err
		return
	}
	l.untold = 0
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

func (l *Events) tellDropped(at time.Time, line []byte) ([]byte, error) {
	told, err := encode(Event{At: at, Event: "events-dropped", Reason: fmt.Sprintf("%d events: %v", l.untold, l.cause)})
	return append(told, line...), err
}

func encode(e Event) ([]byte, error) {
	if len(e.Reason) > maxReason {
		e.Reason = e.Reason[:maxReason] + "…"
	}
	line, err := json.Marshal(record{At: e.At.Format(eventsTime), Unit: e.Unit, Event: e.Event,
		Reason: e.Reason, Invocation: e.Invocation, PID: e.PID})
	return append(line, '\n'), err
}

// write appends lines whole or not at all.
func (l *Events) write(lines []byte) error {
	size, err := l.ready(int64(len(lines)))
	if err != nil {
		return err
	}
	if _, err := l.file.Write(lines); err != nil {
		// Half a line would spoil the next; there is no other writer whose lines this could cut.
		_ = l.file.Truncate(size)
		return err
	}
	return nil
}

// ready opens the file, or a new one where it was removed or has no room for more bytes, and returns its
// size.
func (l *Events) ready(more int64) (int64, error) {
	if l.file == nil {
		file, err := Open(l.path)
		if err != nil {
			return 0, err
		}
		l.file = file
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
	l.file = nil
	file, err := Open(l.path)
	if err != nil {
		return 0, err
	}
	l.file = file
	return 0, nil
}
