package screen

import (
	"strings"
	"testing"
	"time"

	"unitd/ipc/protocol"
)

// happened reads events, one a line: seconds, unit, worker, invocation, states, "pid N", "ended REASON", "- WORDS".
func happened(t *testing.T, lines ...string) []protocol.Event {
	t.Helper()
	var events []protocol.Event
	for _, line := range lines {
		facts, words, _ := strings.Cut(line, " - ")
		f := strings.Fields(facts)
		at, err := time.ParseDuration(f[0])
		if err != nil {
			t.Fatal(err)
		}
		e := protocol.Event{At: now.Add(at), Unit: f[1], InvocationID: f[2], Reason: words}
		if unit, worker, is := strings.Cut(f[1], "/"); is {
			e.Unit, e.Worker = unit, int(worker[0]-'0')
		}
		state := func(text string) *protocol.State {
			active, sub, _ := strings.Cut(text, ":")
			return &protocol.State{Active: active, Sub: sub}
		}
		e.From, e.To = state(f[3]), state(f[4])
		for _, word := range f[5:] {
			if e.Ended = word; word == "pid" {
				e.Ended, e.PID = "", 7
			}
		}
		events = append(events, e)
	}
	return events
}

func TestHistory(t *testing.T) {
	const dead, start, up, kill, again = "inactive:dead", "activating:start", "active:running", "deactivating:kill", "activating:auto-restart"
	for name, c := range map[string]struct {
		events []string
		want   string
	}{
		"a failure that is forgotten was one": {[]string{
			"0s app.a A " + dead + " " + start + " - start: asked for",
			"1s app.a A " + start + " " + up + " pid - ready",
			"61s app.a A " + up + " " + kill + " pid exit - exit 3; gave up",
			"61s app.a A " + kill + " failed:start-limit - exit 3; gave up",
			"63s app.a A failed:start-limit " + dead + " - its failure was forgotten",
		}, `
12:00:00  ran 1 min   exit 3; gave up; failed (start-limit)
`},
		"a crash, a wait, a kill, and it runs": {[]string{
			"0s app.a A " + dead + " " + start + " - start: asked for",
			"1s app.a A " + start + " " + up + " pid",
			"61s app.a A " + up + " " + kill + " pid exit - exit 3",
			"61s app.a A " + kill + " " + again + " - exit 3",
			"63s app.a B " + again + " " + start + " - exit 3",
			"63s app.a B " + start + " " + up + " pid",
			"64s app.a B " + up + " " + kill + " pid oom - SIGKILL (out of memory)",
			"64s app.a C " + kill + " " + start + " - SIGKILL (out of memory)",
			"64s app.a C " + start + " " + up + " pid",
		}, `
12:00:00  ran 1 min   exit 3; started again after 2 s
12:01:03  ran 1 s     oom: SIGKILL (out of memory); started again at once
12:01:04  runs 1 h    pid 7
`},
		"stopped by hand, then started": {[]string{
			"0s app.a A " + dead + " " + start,
			"1s app.a A " + start + " " + up + " pid",
			"2s app.a A " + up + " deactivating:stop pid - stop: asked for",
			"3s app.a A deactivating:stop " + kill + " stop",
			"3s app.a A " + kill + " " + dead,
			"9s app.a B " + dead + " " + start + " - start: asked for",
		}, `
12:00:00  ran 3 s     stop: asked for
12:00:09  starts
`},
		"never started": {[]string{
			"0s app.a A " + dead + " " + start,
			"5ms app.a A " + start + " failed:start - find program x: not found",
			"1m app.a B failed:start " + start,
		}, `
12:00:00  ran 5 ms    find program x: not found; failed (start)
12:01:00  starts
`},
		"the manager was killed": {[]string{
			"0s app.a A " + dead + " " + start,
			"1s app.a A " + start + " " + up + " pid",
			"5s app.a B " + dead + " " + start + " - start: started at boot",
		}, `
12:00:00  ran 5 s     its end was not seen
12:00:05  starts
`},
		"the beginning is lost": {[]string{
			"0s app.a A " + up + " " + kill + " exit - exit 3",
			"0s app.a B " + kill + " " + start,
		}, `
12:00:00  starts
`},
		"workers that overlap": {[]string{
			"0s pool.a P " + dead + " " + start,
			"0s pool.a/1 A " + dead + " " + start,
			"0s pool.a/2 A " + dead + " " + start,
			"1s pool.a/1 A " + start + " " + up + " pid",
			"1s pool.a/2 A " + start + " " + up + " pid",
			"10s pool.a/1 B " + dead + " " + start,
			"11s pool.a/1 B " + start + " " + up + " pid",
			"11s pool.a/1 A " + up + " deactivating:stop pid - replaced by generation 2",
			"12s pool.a/1 A deactivating:stop " + dead + " stop",
		}, `
12:00:00  a/1       ran 12 s    replaced by generation 2
12:00:00  a/2       runs 1 h    pid 7
12:00:10  a/1       runs 1 h    pid 7
`},
		"nothing": {nil, "\n"},
	} {
		s := style(80)
		s.Now = now.Add(time.Hour + 2*time.Minute)
		if got := "\n" + History(Runs(happened(t, c.events...)), s); got != c.want {
			t.Errorf("%s:%s\nwant%s", name, got, c.want)
		}
	}
}

func TestEvent(t *testing.T) {
	state := func(active, sub string) *protocol.State { return &protocol.State{Active: active, Sub: sub} }
	long := protocol.Event{
		At: now.Add(-time.Minute), Unit: "app.inventory-of-the-shop", From: state("activating", "start"),
		To: state("failed", "timeout"), PID: 4711, Reason: `not ready within 1 min 30 s: health "http": get /health: status 503`,
	}
	want := `11:59:00  app.inventory-of-the-shop  activating (start) → failed (timeout)  pid
          4711  not ready within 1 min 30 s: health "http": get /health: status
          503`
	if got := Event(long, style(80)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s := style(80)
	s.Colour = true
	for colour, e := range map[string]protocol.Event{
		red: long, faint: {At: now, What: "started"},
		yellow: {At: now, From: state("deactivating", "kill"), To: state("activating", "auto-restart")},
	} {
		if got := Event(e, s); !strings.HasPrefix(got, "\x1b["+colour+"m") {
			t.Errorf("%q is not in colour %s", got, colour)
		}
	}
	old := Event(protocol.Event{At: now.AddDate(0, 0, -2), Unit: "app.a", To: state("active", "running")}, style(80))
	if old != "May 02 12:00:00  app.a           active" {
		t.Errorf("of another day: %q", old)
	}
}
