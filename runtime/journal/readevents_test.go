package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// eventLog has events of app.a, of app.ab and of worker 2 of pool.a, in turn; the n-th is n seconds after noon.
func eventLog(t *testing.T, n int, limit int64) *Events {
	t.Helper()
	log := NewEvents(t.TempDir()+"/events.jsonl", limit)
	t.Cleanup(func() { log.Close() })
	for i := range n {
		log.Append(event(i))
	}
	return log
}

func event(i int) Event {
	e := Event{At: noon.Add(time.Duration(i) * time.Second), To: &State{"active", "running"}, Reason: fmt.Sprint(i)}
	switch i % 3 {
	case 0:
		e.Unit = "app.a"
	case 1:
		e.Unit = `app.ab["x"]`
	case 2:
		e.Unit, e.Worker = "pool.a", 2
	}
	return e
}

// read gives the reasons of what was read, which number the events.
func read(t *testing.T, log *Events, query EventQuery) string {
	t.Helper()
	var got []string
	if err := log.Read(t.Context(), query, func(e Event) error { got = append(got, e.Reason); return nil }); err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, " ")
}

func TestReadEvents(t *testing.T) {
	log := eventLog(t, 9, MaxEventsSize)
	for name, c := range map[string]struct {
		query EventQuery
		want  string
	}{
		"all":             {EventQuery{Last: -1}, "0 1 2 3 4 5 6 7 8"},
		"the last":        {EventQuery{Last: 2}, "7 8"},
		"none":            {EventQuery{}, ""},
		"more than all":   {EventQuery{Last: 100}, "0 1 2 3 4 5 6 7 8"},
		"of a unit":       {EventQuery{Last: 2, Units: []string{"app.a"}}, "3 6"},
		"of an instance":  {EventQuery{Last: -1, Units: []string{`app.ab["x"]`}}, "1 4 7"},
		"of workers":      {EventQuery{Last: -1, Units: []string{"pool.a"}}, "2 5 8"},
		"of a worker":     {EventQuery{Last: -1, Units: []string{"pool.a/2"}}, "2 5 8"},
		"of no worker":    {EventQuery{Last: -1, Units: []string{"pool.a/1"}}, ""},
		"of several":      {EventQuery{Last: 3, Units: []string{"app.a", "pool.a"}}, "5 6 8"},
		"since":           {EventQuery{Last: -1, Since: noon.Add(6 * time.Second)}, "6 7 8"},
		"since elsewhere": {EventQuery{Last: -1, Since: noon.UTC().Add(7 * time.Second)}, "7 8"},
		"the last since":  {EventQuery{Last: 1, Since: noon, Units: []string{"app.a"}}, "6"},
	} {
		if got := read(t, log, c.query); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestReadEventsWhole(t *testing.T) {
	log := NewEvents(t.TempDir()+"/events.jsonl", MaxEventsSize)
	defer log.Close()
	if got := read(t, log, EventQuery{Last: -1}); got != "" {
		t.Errorf("of a log that is not there: %q", got)
	}
	want := []Event{
		{At: noon, Event: "started", PID: 1},
		{At: noon, Unit: "pool.a", Worker: 12, From: &State{"active", "running"}, To: &State{"failed", "oom"}, Ended: "oom",
			Reason: `say "unit":"app.a"` + "\n", Invocation: "abc", PID: 7},
	}
	for _, e := range want {
		log.Append(e)
	}
	var got []Event
	err := log.Read(t.Context(), EventQuery{Last: -1}, func(e Event) error {
		e.At = e.At.In(noon.Location())
		got = append(got, e)
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v\nwant %+v", got, err, want)
	}
	if got := read(t, log, EventQuery{Last: -1, Units: []string{"app.a"}}); got != "" {
		t.Errorf("a reason is taken for a unit: %q", got)
	}
}

// A line that somebody has spoilt costs no other.
func TestReadSpoiltEvents(t *testing.T) {
	log := eventLog(t, 1, MaxEventsSize)
	file, err := os.OpenFile(log.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(file, `{"at":"half a li`)
	fmt.Fprintln(file, `{"at":"yesterday","unit":"app.a"}`)
	file.Close()
	log.Append(event(1))
	if got := read(t, log, EventQuery{Last: -1}); got != "0 1" {
		t.Errorf("read %q", got)
	}
}

func TestReadRotatedEvents(t *testing.T) {
	log := eventLog(t, 100, 5000)
	if sizeOf(log.path+".1") == 0 || sizeOf(log.path) == 0 {
		t.Fatal("the log was not rotated")
	}
	got := strings.Fields(read(t, log, EventQuery{Last: 40}))
	var want []string
	for i := 60; i < 100; i++ {
		want = append(want, fmt.Sprint(i))
	}
	if !slices.Equal(got, want) {
		t.Errorf("read %v", got)
	}
}

// One who follows gets each event once, whenever it comes and however often the log is rotated.
func TestFollowEvents(t *testing.T) {
	log := eventLog(t, 4, 5000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got, ended := make(chan string), make(chan error, 1)
	go func() {
		ended <- log.Read(ctx, EventQuery{Last: 1, Units: []string{"app.a"}, Follow: true}, func(e Event) error {
			got <- e.Reason
			return nil
		})
	}()
	if first := <-got; first != "3" {
		t.Errorf("begins with %s", first)
	}
	for i := 4; i < 400; i++ {
		log.Append(event(i))
		if i%3 == 0 {
			if next := <-got; next != fmt.Sprint(i) {
				t.Fatalf("got %s after event %d", next, i)
			}
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if len(log.followers) != 0 {
		t.Error("it is still told of events")
	}
}

// One who is slow delays nobody, and gets what he has missed from the files.
func TestFollowEventsSlowly(t *testing.T) {
	log := eventLog(t, 1, MaxEventsSize)
	begun, goOn := make(chan struct{}), make(chan struct{})
	var got []string
	enough := errors.New("enough")
	ended := make(chan error, 1)
	go func() {
		ended <- log.Read(t.Context(), EventQuery{Last: 1, Follow: true}, func(e Event) error {
			if got = append(got, e.Reason); len(got) == 1 {
				close(begun)
				<-goOn
			}
			if e.Reason == "999" {
				return enough
			}
			return nil
		})
	}()
	<-begun
	for i := 1; i < 1000; i++ {
		log.Append(event(i))
	}
	close(goOn)
	if err := <-ended; !errors.Is(err, enough) || len(got) != 1000 {
		t.Errorf("%d events, %v", len(got), err)
	}
}

// A log that does not exist yet can be followed.
func TestFollowNoEvents(t *testing.T) {
	log := eventLog(t, 0, MaxEventsSize)
	got, ended := make(chan string, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		ended <- log.Read(ctx, EventQuery{Last: 1, Follow: true}, func(e Event) error { got <- e.Reason; return nil })
	}()
	log.Append(event(0))
	select {
	case first := <-got:
		if first != "0" {
			t.Errorf("got %s", first)
		}
	case <-time.After(10 * time.Second):
		t.Error("got nothing")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
