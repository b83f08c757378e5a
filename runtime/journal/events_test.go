package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 5_000_000, time.FixedZone("", 2*60*60))

// records reads an event log and fails on a line that is no JSON object.
func records(t *testing.T, path string) []record {
	t.Helper()
	var all []record
	for line := range strings.Lines(content(t, path)) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("line %q: %v", line, err)
		}
		all = append(all, r)
	}
	return all
}

func TestEventsFormat(t *testing.T) {
	path := t.TempDir() + "/events.jsonl"
	log := NewEvents(path, MaxEventsSize)
	log.Append(Event{
		At: noon, Unit: "pool.api", Worker: 2, From: &State{"active", "running"}, To: &State{"activating", "auto-restart"},
		Ended: "exit", Reason: "exit 3\nline", Invocation: "abc", PID: 12,
	})
	log.Append(Event{At: noon, Event: "started"})
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	want := `{"at":"2026-05-01T12:00:00.005+02:00","unit":"pool.api/2","from":{"active":"active","sub":"running"},"to":{"active":"activating","sub":"auto-restart"},"ended":"exit","reason":"exit 3\nline","invocation_id":"abc","pid":12}
{"at":"2026-05-01T12:00:00.005+02:00","event":"started"}
`
	if got := content(t, path); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	log.Append(Event{At: noon, Event: "again"})
	if got := records(t, path); len(got) != 3 {
		t.Errorf("after a new open: %+v", got)
	}
}

func TestEventsAreBounded(t *testing.T) {
	path := t.TempDir() + "/events.jsonl"
	const limit = 20_000
	log := NewEvents(path, limit)
	defer log.Close()
	for i := range 1000 {
		log.Append(Event{At: noon, Unit: "app.api", Event: fmt.Sprint(i)})
	}
	log.Append(Event{At: noon, Event: "1000", Reason: strings.Repeat("x", 10*limit)})
	var many []Event
	for i := range 1000 {
		many = append(many, Event{At: noon, Unit: "app.api", Event: fmt.Sprint(1001 + i)})
	}
	log.Append(many...)
	if size := sizeOf(path) + sizeOf(path+".1"); sizeOf(path) > limit || sizeOf(path+".1") > limit || size < limit {
		t.Errorf("%d and %d bytes, limit %d", sizeOf(path), sizeOf(path+".1"), limit)
	}
	all := append(records(t, path+".1"), records(t, path)...)
	for i, r := range all {
		if want := fmt.Sprint(2001 - len(all) + i); r.Event != want {
			t.Fatalf("event %d is %s, want %s: one was lost at a rotation", i, r.Event, want)
		}
	}
	if count, cause := log.Dropped(); count != 0 {
		t.Errorf("dropped %d: %v", count, cause)
	}
}

func TestEventsSurviveRemoval(t *testing.T) {
	path := t.TempDir() + "/events.jsonl"
	log := NewEvents(path, MaxEventsSize)
	defer log.Close()
	log.Append(Event{At: noon, Event: "1"})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	log.Append(Event{At: noon, Event: "2"})
	if got := records(t, path); len(got) != 1 || got[0].Event != "2" {
		t.Errorf("%+v", got)
	}
}

// What is behind a line that was torn, or spoilt, is read, and lost to nobody.
func TestEventsAfterATornOne(t *testing.T) {
	for _, spoilt := range []string{`{"at":"2026-05-01T12:0`, strings.Repeat("\x00", 3*maxLine), "\n\n", strings.Repeat("x", 2*maxLine) + "\n{}\n[]\n"} {
		path := t.TempDir() + "/events.jsonl"
		before := NewEvents(path, MaxEventsSize)
		before.Append(Event{At: noon, Event: "1"}, Event{At: noon, Event: "2"})
		if err := before.Close(); err != nil {
			t.Fatal(err)
		}
		add(t, path, spoilt)
		log := NewEvents(path, MaxEventsSize)
		log.Append(Event{At: noon, Event: "3"})
		log.Append(Event{At: noon, Event: "4"})
		for last, want := range map[int]string{-1: "1 2 3 4 ", 3: "2 3 4 "} {
			got := ""
			err := log.Read(t.Context(), EventQuery{Last: last}, func(e Event) error {
				got += e.Event + " "
				return nil
			})
			if got != want || err != nil {
				t.Errorf("after %.30q: the last %d are %q, %v", spoilt, last, got, err)
			}
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A full disk is played by the file size limit of this process: write fails, or is cut short, likewise.
func TestEventsOnAFullDisk(t *testing.T) {
	path := t.TempDir() + "/events.jsonl"
	log := NewEvents(path, MaxEventsSize)
	defer log.Close()
	log.Append(Event{At: noon, Event: "1"})

	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	full := before
	full.Cur = uint64(sizeOf(path)) + 10
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	log.Append(Event{At: noon, Event: "2"}, Event{At: noon, Event: "3"})
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if count, cause := log.Dropped(); count != 2 || cause == nil {
		t.Errorf("dropped %d, %v; want 2", count, cause)
	}
	log.Append(Event{At: noon, Event: "4"})
	got := records(t, path)
	if len(got) != 3 || got[1].Event != "events-dropped" || !strings.HasPrefix(got[1].Reason, "2 events: ") || got[2].Event != "4" {
		t.Errorf("%+v", got)
	}
}

func TestEventsFromManyGoroutines(t *testing.T) {
	path := t.TempDir() + "/events.jsonl"
	log := NewEvents(path, MaxEventsSize)
	defer log.Close()
	var writers sync.WaitGroup
	for range 10 {
		writers.Go(func() {
			for range 50 {
				log.Append(Event{At: noon, Event: "x"})
			}
		})
	}
	writers.Wait()
	if got := records(t, path); len(got) != 500 {
		t.Errorf("%d events, want 500", len(got))
	}
}
