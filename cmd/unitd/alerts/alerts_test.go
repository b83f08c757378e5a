package alerts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"unitd/policy/alert"
	courier "unitd/runtime/alert"
	"unitd/runtime/journal"
	"unitd/runtime/state"
	"unitd/units"
)

// desk is a state directory that one manager after the other uses, and who is told.
type desk struct {
	dir  string
	said strings.Builder
	mu   sync.Mutex
	told []string // "UNIT EVENT LEFT_OUT"
	err  error    // of who is told
	hold chan struct{}
}

// open makes the Alerts of a manager that begins, when units stand somewhere.
func (d *desk) open(t *testing.T, active string, defs ...*units.Unit) *Alerts {
	t.Helper()
	events := journal.NewEvents(filepath.Join(d.dir, "events.jsonl"), journal.MaxEventsSize)
	t.Cleanup(func() { _ = events.Close() })
	a := New(Config{
		StateDir: d.dir, Where: alert.Where{Host: "web1", Account: "shop"}, Events: events,
		Logger: slog.New(slog.NewTextHandler(&d.said, nil)),
		Hand: func(ctx context.Context, _ string, _, env []string, _ []byte) ([]byte, error) {
			d.mu.Lock()
			hold := d.hold
			d.mu.Unlock()
			if hold != nil {
				select {
				case <-hold:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			value := func(key string) string {
				i := slices.IndexFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "UNITD_ALERT_"+key+"=") })
				_, v, _ := strings.Cut(env[i], "=")
				return v
			}
			d.told = append(d.told, fmt.Sprint(value("UNIT"), " ", value("EVENT"), " ", value("LEFT_OUT")))
			return []byte("heard"), d.err
		},
		Output: func(_ context.Context, _ units.ID, n int) []string { return make([]string, n) },
	})
	a.Load()
	for _, def := range defs {
		a.Observe(def, alert.Observation{At: time.Now().Round(0), Active: active, Sub: "x", Past: true})
	}
	a.Begin()
	return a
}

func (d *desk) await(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d.mu.Lock()
		got = slices.Clone(d.told)
		d.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("told %q, want %q", got, want)
		}
	}
}

func app(name string, interval time.Duration) *units.Unit {
	return &units.Unit{ID: units.NewID(units.KindApp, name, ""), App: &units.App{}, Alerts: []units.Alert{{
		Name: "ops", On: []units.AlertKind{units.AlertFailed, units.AlertRecovered}, Command: []string{"tell"},
		Timeout: 10 * time.Second, Interval: interval,
	}}}
}

func stands(active string) alert.Observation {
	return alert.Observation{At: time.Now().Round(0), Active: active, Sub: "x", Reason: "why"}
}

// A manager that begins goes on where the one before ended, however that was: nothing is told twice and nothing left out.
func TestOverTheEndsOfManagers(t *testing.T) {
	d, def := &desk{dir: t.TempDir()}, app("a", 0)
	a := d.open(t, "inactive", def)
	a.Observe(def, stands("failed"))
	d.await(t, "app.a failed 0")
	a.Close(t.Context())
	a.Save()

	// It has failed still, and is well then.
	a = d.open(t, "failed", def)
	a.Observe(def, stands("active"))
	d.await(t, "app.a failed 0", "app.a recovered 0")

	// The next is being told when the manager dies, and after it has noted that: it is told by the one after.
	hold := make(chan struct{})
	d.mu.Lock()
	d.hold = hold
	d.mu.Unlock()
	a.Observe(def, stands("failed"))
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		text, _ := os.ReadFile(filepath.Join(d.dir, "alerts.json"))
		if strings.Contains(string(text), `"kind":"failed"`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it is not noted")
		}
	}
	began := time.Now()
	ended, end := context.WithCancel(t.Context())
	end()
	a.Close(ended) // as if it were killed: nothing is saved, and nothing waited for
	if took := time.Since(began); took > grace {
		t.Errorf("ended after %v", took)
	}
	d.mu.Lock()
	d.hold = nil
	d.mu.Unlock()
	a = d.open(t, "failed", def)
	d.await(t, "app.a failed 0", "app.a recovered 0", "app.a failed 0")

	// One that is held back is told by whoever manages by then; one that is taken out of the unit files is not.
	slow, gone := app("slow", time.Second), app("gone", time.Hour)
	for _, active := range []string{"failed", "active", "failed"} {
		a.Observe(slow, stands(active))
		a.Observe(gone, stands(active))
	}
	a.Close(t.Context())
	a.Save()
	a = d.open(t, "failed", slow)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d.mu.Lock()
		n := 0
		for _, word := range d.told {
			if word == "app.slow failed 0" {
				n++
			}
		}
		d.mu.Unlock()
		if n == 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("told %q", d.told)
		}
	}
	a.Forget(slow.ID)
	a.Close(t.Context())
	a.Close(t.Context()) // as at the end of a manager that was about to be executed anew
	a.Save()
	text, err := os.ReadFile(filepath.Join(d.dir, "alerts.json"))
	if err != nil || strings.Contains(string(text), "app.slow") || strings.Contains(string(text), "app.gone") {
		t.Errorf("remembered of what is gone: %s %v", text, err)
	}
}

// What reached nobody is an event, a result and a line of the log; a test of an alert is none of them.
func TestFailuresAreSaid(t *testing.T) {
	d, def := &desk{dir: t.TempDir(), err: errors.New("exit 75")}, app("a", 0)
	a := d.open(t, "inactive", def)
	trials := a.Try(t.Context(), def, def.Alerts)
	if len(trials) != 1 || trials[0].Err == nil || trials[0].Err.Error() != "tell: exit 75: heard" || trials[0].Said != "heard" {
		t.Fatalf("%+v", trials)
	}
	if len(a.Results(def.ID)) != 0 {
		t.Error("a trial is remembered")
	}
	d.mu.Lock()
	d.err = fmt.Errorf("find program: %w", fs.ErrNotExist) // another try would not find it
	d.mu.Unlock()
	a.Observe(def, stands("failed"))
	result := Result{}
	for deadline := time.Now().Add(10 * time.Second); result.Error == ""; time.Sleep(5 * time.Millisecond) {
		if result = a.Results(def.ID)["ops"]; time.Now().After(deadline) {
			t.Fatal("there is no result")
		}
	}
	a.Close(t.Context())
	a.Save()
	text, err := os.ReadFile(filepath.Join(d.dir, "events.jsonl"))
	for what, said := range map[string]string{"result": result.Error, "event": string(text), "log": d.said.String()} {
		if !strings.Contains(said, "find program: file does not exist") {
			t.Errorf("%s: %s (%v)", what, said, err)
		}
	}
	if !strings.Contains(string(text), `"event":"alert-failed"`) || !strings.Contains(string(text), "ops: failed, not told after 1 try") {
		t.Errorf("event %s", text)
	}
	if again := d.open(t, "failed", def).Results(def.ID)["ops"]; again.Error != result.Error || again.Event != units.AlertFailed {
		t.Errorf("the next manager knows %+v", again)
	}
}

// What nobody could be told of for a day is dropped.
func TestOldAlertsAreDropped(t *testing.T) {
	d, def := &desk{dir: t.TempDir()}, app("a", 0)
	old := alert.Message{Unit: def.ID, Alert: "ops", Item: alert.Item{Kind: units.AlertFailed, At: time.Now().Add(-25 * time.Hour)}}
	young := old
	young.Kind, young.At = units.AlertRecovered, time.Now().Add(-23*time.Hour)
	if err := state.SaveAlerts(d.dir, document{Letters: []alert.Message{old, young}}); err != nil {
		t.Fatal(err)
	}
	a := d.open(t, "failed", def)
	d.await(t, "app.a recovered 0", "app.a failed 0") // what was left comes first
	a.Close(t.Context())
	if !strings.Contains(d.said.String(), "alert dropped") {
		t.Errorf("log: %s", d.said.String())
	}
}

// More alerts than are kept, while nobody can be told: the oldest are given up, and who observes does not wait.
func TestMoreThanAreKept(t *testing.T) {
	hold := make(chan struct{})
	d := &desk{dir: t.TempDir(), hold: hold}
	var defs []*units.Unit
	for i := range courier.MaxLetters + 20 {
		defs = append(defs, app(fmt.Sprint("a", i), 0))
	}
	a := d.open(t, "inactive", defs...)
	observed := make(chan struct{})
	go func() {
		defer close(observed)
		for _, def := range defs {
			a.Observe(def, stands("failed"))
		}
	}()
	select {
	case <-observed:
	case <-time.After(10 * time.Second):
		t.Fatal("who observes waits for ever")
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if result := a.Results(defs[1].ID)["ops"]; strings.Contains(result.Error, courier.ErrFull.Error()) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it is not said that one was given up")
		}
	}
	close(hold)
	a.Close(t.Context())
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.told) == 0 || d.told[0] != "app.a0 failed 0" {
		t.Errorf("told %q", d.told)
	}
}
