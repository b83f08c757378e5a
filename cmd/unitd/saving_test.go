package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"unitd/internal/testlog"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/state"
	"unitd/units"
)

// What cannot be written is written once that is possible, though nothing changes any more; it is said once.
func TestSavedOnceItCanBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said testlog.Log
		log := said.Logger()
		l := &loaded{saved: state.Overrides{BootID: "b"}, bootID: "b", unsaved: make(chan struct{}, 1)}
		l.dirs.State = filepath.Join(t.TempDir(), "removed")
		jobs := newMemories(l.dirs.State, log, map[units.ID]lifecycle.Memory{})
		s, err := newScribe(l, log, nil)
		if err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int32
		s.ask = func(context.Context) {
			asked.Add(1)
			s.save([]byte(`{"last_run":2}`), true)
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 3)
		go func() { ended <- l.save(ctx, log) }()
		go func() { ended <- jobs.run(ctx) }()
		go func() { ended <- s.run(ctx) }()

		l.persist(engine.Overrides{Stopped: map[units.ID]bool{"app.a": true}}, units.NewSet())
		l.applied(&units.Set{Sources: map[string][]byte{"a.hcl": []byte("# nothing\n")}})
		jobs.remember(map[units.ID]lifecycle.Memory{"job.b": {On: true, Rule: "every 1h"}})
		s.save([]byte(`{"last_run":1}`), true)
		time.Sleep(3 * rewrite)
		synctest.Wait()
		if failures := said.Lines("level=ERROR"); len(failures) != 3 || asked.Load() == 0 {
			t.Errorf("asked for the state %d times, said: %q", asked.Load(), failures)
		}

		if err := os.Mkdir(l.dirs.State, 0o700); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * rewrite)
		synctest.Wait()
		before := asked.Load()
		time.Sleep(3 * rewrite)
		synctest.Wait()
		if asked.Load() != before {
			t.Error("the state is asked for though it is recorded")
		}
		saved, err := state.LoadOverrides(l.dirs.State, "b")
		if err != nil || fmt.Sprint(saved.Stopped) != "[app.a]" {
			t.Errorf("saved are %+v, %v", saved, err)
		}
		if _, err := state.LoadSources(l.dirs.State); err != nil {
			t.Error(err)
		}
		if got := loadMemories(l.dirs.State, log).all; got["job.b"].Rule != "every 1h" {
			t.Errorf("remembered is %v", got)
		}
		if recorded := lastRecorded(t, l.dirs.State); recorded != `{"last_run":2}` {
			t.Errorf("recorded is %s", recorded)
		}
		if successes := said.Lines("level=INFO"); len(successes) != 3 {
			t.Errorf("that it is saved again is said: %q", successes)
		}
		end()
		for range cap(ended) {
			<-ended
		}
	})
}

// Where a state got lost because the disk was too slow, those after it count only from the next whole one on, which is asked for.
func TestRecordOnASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &loaded{bootID: "b"}
		l.dirs.State = t.TempDir()
		s, err := newScribe(l, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int32
		s.ask = func(context.Context) { asked.Add(1) }
		run := 0
		save := func(whole bool) { run++; s.save(fmt.Appendf(nil, `{"last_run":%d}`, run), whole) }
		save(false)
		save(true)
		for range scribeQueue - 2 {
			save(false)
		}
		full := run
		save(false) // is lost
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.run(ctx) }()
		synctest.Wait()
		if recorded := lastRecorded(t, l.dirs.State); recorded != fmt.Sprintf(`{"last_run":%d}`, full) {
			t.Errorf("recorded is %s, before the lost one there were %d", recorded, full)
		}
		save(false)
		synctest.Wait()
		if recorded := lastRecorded(t, l.dirs.State); recorded != fmt.Sprintf(`{"last_run":%d}`, full) {
			t.Errorf("recorded is %s, which builds on what was lost", recorded)
		}
		time.Sleep(rewrite + time.Second)
		synctest.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("a whole state was asked for %d times", n)
		}
		save(true)
		save(false)
		synctest.Wait()
		if recorded := lastRecorded(t, l.dirs.State); recorded != fmt.Sprintf(`{"last_run":%d}`, run) {
			t.Errorf("recorded is %s, not %d", recorded, run)
		}
		end()
		<-ended
	})
}

func lastRecorded(t *testing.T, stateDir string) string {
	t.Helper()
	recorded, err := state.LoadRecord(stateDir, "b")
	if err != nil {
		t.Error(err)
		return ""
	}
	return string(recorded.States[len(recorded.States)-1])
}
