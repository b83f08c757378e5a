package engine

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// What waits for the loop is taken in before the state is handed over, and where nobody takes it the loop goes on.
func TestHandOver(t *testing.T) {
	quiet(t, []*units.Unit{app("a")}, func(b *bench) {
		b.boot()
		b.pass(time.Second)
		errNobody := errors.New("nobody takes it")
		idle := 0
		var saved Saved
		err := b.engine.HandOver(b.t.Context(), func() bool {
			if idle++; idle == 1 { // the executor does something, and tells of it
				u := b.engine.units["app.a"].Process
				b.engine.inbox <- message{"app.a", lifecycle.Event{Kind: lifecycle.Notified, Run: u.Main, Notice: &lifecycle.Notice{Status: text("in between")}}}
			}
			return idle > 3
		}, time.Minute, func(text []byte) error {
			if err := json.Unmarshal(text, &saved); err != nil {
				t.Fatal(err)
			}
			return errNobody
		})
		if !errors.Is(err, errNobody) {
			b.fail("it says %v", err)
		}
		u := saved.Units["app.a"].State
		if !saved.Whole || u == nil || u.Process.StatusText != "in between" {
			b.fail("what was handed over is %+v", saved)
		}
		if len(saved.Jobs.Transactions) == 0 {
			b.fail("the boot has been forgotten: %+v", saved.Jobs)
		}
		b.call(func(m *Model) {
			if _, err := m.Submit(job.Stop, []units.ID{"app.a"}); err != nil {
				b.fail("stop: %v", err)
			}
		})
		b.pass(time.Second)
		b.want("inactive (dead)", "app.a")
	})
}

// An executor that is never done keeps nobody waiting for ever.
func TestHandOverInTime(t *testing.T) {
	quiet(t, []*units.Unit{app("a")}, func(b *bench) {
		b.boot()
		began, called := time.Now(), false
		err := b.engine.HandOver(b.t.Context(), func() bool { return false }, time.Second, func([]byte) error {
			called = true
			return nil
		})
		if took := time.Since(began); err != nil || !called || took < time.Second || took > 2*time.Second {
			b.fail("%v after %v, called %t", err, took, called)
		}
	})
}

// A watchdog begins anew for a manager that has not heard everything, and for no other.
func TestHandOverKeepsWatchdogs(t *testing.T) {
	fed := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, handedOver := range []bool{false, true} {
		def := app("a")
		def.App.Watchdog = 30 * time.Second
		u := lifecycle.New(def)
		u.Process.Phase, u.Process.Main, u.Process.MainPID, u.Process.Invocation = lifecycle.Active, 64, 100, "x"
		u.Process.Watchdog, u.Process.WatchdogBy = 30*time.Second, fed.Add(30*time.Second)
		u.Resume(def, lifecycle.In{Now: fed.Add(10 * time.Second), HandedOver: handedOver})
		want := fed.Add(40 * time.Second)
		if handedOver {
			want = fed.Add(30 * time.Second)
		}
		if !u.Process.WatchdogBy.Equal(want) || !u.Deadline().Equal(want) {
			t.Errorf("handed over %t: by %v, deadline %v, want %v", handedOver, u.Process.WatchdogBy, u.Deadline(), want)
		}
	}
}

func text(s string) *string { return &s }
