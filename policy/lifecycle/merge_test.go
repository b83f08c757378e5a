package lifecycle

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"unitd/units"
)

func TestNoticesAsOne(t *testing.T) {
	for _, c := range []struct{ first, then, both string }{
		{"STATUS=a", "STATUS=b", "STATUS=b"},
		{"STATUS=a", "WATCHDOG=1", "STATUS=a WATCHDOG=1"},
		{"WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"},
		{"STATUS=a", "READY=1 STATUS=b", "READY=1 STATUS=b"},
		{"READY=1 STATUS=a", "READY=1 STATUS=b", "READY=1 STATUS=b"},
		{"READY=1", "WATCHDOG=1", "READY=1 WATCHDOG=1"},
		{"EXTEND_TIMEOUT_USEC=9s", "EXTEND_TIMEOUT_USEC=5s", "EXTEND_TIMEOUT_USEC=9s"},
		{"ERRNO=2", "EXIT_STATUS=3 RESTART_RESET=1", "ERRNO=2 EXIT_STATUS=3 RESTART_RESET=1"},
		{"WATCHDOG_USEC=1s", "WATCHDOG_USEC=2s", "WATCHDOG_USEC=2s"},
		{"RELOADING=1 SINCE=1h", "RELOADING=1", "RELOADING=1 SINCE=1h"},
		{"MAINPID=5", "MAINPID=6 READY=1", "MAINPID=6 READY=1"},
		// What counts only in the order in which it was said.
		{"READY=1", "RELOADING=1", ""},
		{"RELOADING=1", "READY=1", ""},
		{"READY=1", "STOPPING=1", ""},
		{"STOPPING=1", "READY=1", ""},
		{"STOPPING=1", "WATCHDOG=1", ""},
		{"READY=1", "EXTEND_TIMEOUT_USEC=9s", ""},
		{"READY=1", "MAINPID=5", ""},
		{"READY=1", "WATCHDOG=trigger", ""},
		{"WATCHDOG=trigger", "READY=1", ""},
		{"EXTEND_TIMEOUT_USEC=9s", "WATCHDOG=1", ""},
	} {
		both, ok := says(c.first).Then(says(c.then))
		switch {
		case !ok && c.both != "":
			t.Errorf("%s, then %s: not as one", c.first, c.then)
		case ok && c.both == "":
			t.Errorf("%s, then %s: as one, %+v", c.first, c.then, both)
		case ok && told(both) != told(says(c.both)):
			t.Errorf("%s, then %s: got\n%s, want\n%s", c.first, c.then, told(both), told(says(c.both)))
		}
	}
}

func told(n *Notice) string {
	text, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Wherever a program stands, two notices as one have the effect of both.
func TestNoticesAsOneHaveOneEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, then := says(drawNotice(t)), says(drawNotice(t))
		both, ok := first.Then(then)
		if !ok {
			return
		}
		def := drawUnit(t, "app.a")
		def.App.Type = rapid.SampledFrom([]units.StartType{units.TypeNotify, units.TypeNotifyReload}).Draw(t, "type")
		life := drawLife(t, def)
		apart, together := lived(def, life), lived(def, life)
		if apart.unit.Process.Main == 0 {
			return // there is no program to say anything
		}
		apart.tell(first)
		apart.tell(then)
		together.tell(both)
		if a, b := apart.state(), together.state(); a != b {
			t.Fatalf("%s, then %s:\n%s\nas one:\n%s", told(first), told(then), a, b)
		}
	})
}

func drawNotice(t *rapid.T) string {
	words := []string{"STATUS=a", "STATUS=b", "READY=1", "RELOADING=1", "RELOADING=1 SINCE=1h", "RELOADING=1 READY=1", "STOPPING=1",
		"WATCHDOG=1", "WATCHDOG=trigger", "WATCHDOG_USEC=5s", "WATCHDOG_USEC=0s", "EXTEND_TIMEOUT_USEC=9s", "EXTEND_TIMEOUT_USEC=5m",
		"RESTART_RESET=1", "ERRNO=2", "EXIT_STATUS=3", "MAINPID=5", "MAINPID=6"}
	text := rapid.SampledFrom(words).Draw(t, "notice")
	if rapid.Bool().Draw(t, "more") {
		text += " " + rapid.SampledFrom(words).Draw(t, "notice")
	}
	return text
}

// drawLife is what happens to a program up to somewhere in its life.
func drawLife(t *rapid.T, def *units.Unit) []Event {
	l := newLedger(def)
	var life []Event
	step := func(ev Event) {
		life = append(life, ev)
		if _, err := l.step(ev, 0.5); err != nil {
			t.Fatal(err)
		}
	}
	step(Event{Kind: StartWanted})
	for range rapid.IntRange(0, 12).Draw(t, "events") {
		w := &world{ledger: l, t: t}
		choices := w.effects()
		if l.unit.Phase().Up() {
			choices = append(choices, Event{Kind: ReloadWanted}, Event{Kind: StopWanted, For: ForStop})
		}
		if len(choices) == 0 {
			break
		}
		step(rapid.SampledFrom(choices).Draw(t, "event"))
	}
	return life
}

func lived(def *units.Unit, life []Event) *ledger {
	l := newLedger(def)
	for _, ev := range life {
		if _, err := l.step(ev, 0.5); err != nil {
			panic(err)
		}
	}
	l.now = l.now.Add(time.Second)
	return l
}

// tell is a notice of the program. Whatever it starts has the same number, however many come before it.
func (l *ledger) tell(n *Notice) {
	l.next = 1 << 40
	if _, err := l.step(Event{Kind: Notified, Run: l.unit.Process.Main, Notice: n}, 0.5); err != nil {
		panic(err)
	}
}

func (l *ledger) state() string {
	text, err := json.MarshalIndent(l.unit, "", " ")
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%s\nexpires %s", text, l.unit.Deadline())
}
