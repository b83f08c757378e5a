package executor

import (
	"testing"
	"time"

	"unitd/policy/lifecycle"
)

func TestMailboxAdmits(t *testing.T) {
	var box mailbox
	now := time.Now()
	for n := range freely + 1 {
		if got, want := box.admit(now), n < freely; got != want {
			t.Fatalf("event %d: %v", n+1, got)
		}
	}
	if now = now.Add(interval - 1); box.admit(now) {
		t.Error("one too early")
	}
	now = now.Add(1)
	if !box.admit(now) || box.admit(now) {
		t.Error("one after each interval")
	}
	if now = now.Add(time.Hour); !box.admit(now) {
		t.Error("none after an hour")
	}
	box.held = []lifecycle.Event{{}}
	if box.admit(now) {
		t.Error("it overtakes what is held back")
	}
}

func TestMailboxHolds(t *testing.T) {
	var box mailbox
	say := func(n lifecycle.Notice) bool { return box.hold(lifecycle.Event{Kind: lifecycle.Notified, Notice: &n}) }
	text := func(s string) *string { return &s }
	for n := range 1000 {
		if !say(lifecycle.Notice{Status: text("busy"), Alive: n%2 == 0}) {
			t.Fatalf("no room for message %d", n)
		}
	}
	say(lifecycle.Notice{Status: text("last")})
	if len(box.held) != 1 || *box.held[0].Notice.Status != "last" || !box.held[0].Notice.Alive {
		t.Fatalf("held back: %+v", box.held)
	}
	// What has an order keeps it, a barrier too.
	say(lifecycle.Notice{Ready: true})
	box.hold(lifecycle.Event{Kind: lifecycle.Barrier, Barrier: 7})
	say(lifecycle.Notice{Reloading: true})
	say(lifecycle.Notice{Ready: true})
	held := box.held
	if len(held) != 4 || !held[0].Notice.Ready || held[1].Barrier != 7 || !held[2].Notice.Reloading || !held[3].Notice.Ready {
		t.Fatalf("held back: %+v", held)
	}
	for range mostHeld {
		say(lifecycle.Notice{Reloading: true})
		say(lifecycle.Notice{Ready: true})
	}
	if len(box.held) != mostHeld || say(lifecycle.Notice{Reloading: true}) || !say(lifecycle.Notice{Status: text("words")}) {
		t.Errorf("%d are held back, and what follows is not as it should be", len(box.held))
	}
}

func TestSendersAreRemembered(t *testing.T) {
	var s senders
	looks := 0
	lookup := func(pid int) (uint64, bool) { looks++; return uint64(pid), pid != 2 }
	for range 100 {
		for pid := range 3 {
			if token, found := s.of(pid, lookup); token != uint64(pid) || found != (pid != 2) {
				t.Fatalf("pid %d: %d, %v", pid, token, found)
			}
		}
	}
	if looks > 6 { // a busy machine may let them get out of date
		t.Errorf("looked %d times", looks)
	}
	for pid, known := range s.known {
		known.until = time.Now()
		s.known[pid] = known
	}
	before := looks
	s.of(1, lookup)
	if looks != before+1 {
		t.Error("it is out of date and was not looked up")
	}
	for pid := range 10 * mostSenders {
		s.of(pid, lookup)
	}
	if len(s.known) > mostSenders {
		t.Errorf("%d are remembered", len(s.known))
	}
}
