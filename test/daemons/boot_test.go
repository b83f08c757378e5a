package daemons

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"unitd/test/stage"
)

// settle is the duration of the delay in testdata/chain.
const settle = 2 * time.Second

// TestHostAndManagerEnd has the host go down and boot, and unitd killed, under a FastAPI pool at the end of a chain.
func TestHostAndManagerEnd(t *testing.T) {
	t.Parallel()
	if why := missing([]string{"/usr/bin/python3"}, []string{"fastapi", "uvicorn"}); why != "" {
		t.Skip(why)
	}
	home, port := stage.Home(t), freePort(t)
	copyTo(t, home, "site")
	units := copyUnits(t, home, "chain")
	if err := os.WriteFile(filepath.Join(units, "config.env"), []byte("PORT="+port+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := stage.ByCron(t, stage.Setting{Home: home, Units: units})
	s := &site{t: t, m: m, unit: "pool.api", address: "127.0.0.1:" + port}
	m.Cron("@reboot")
	s.m.Until(s.unit, patience, "has all workers", allReady)
	t.Run("host reboot", func(t *testing.T) { s.of(t).reboots() })
	t.Run("unitd killed", func(t *testing.T) { s.of(t).losesItsManager() })
}

// reboots ends unitd as a host does that goes down, and runs what cron does when it is up again.
func (s *site) reboots() {
	load := startLoad(1, 5*time.Millisecond, func() (string, error) { return s.ask("/") })
	stage.Await(s.t, patience, "it serves", func() bool { return load.answered(func(string) bool { return true }) > 10 })
	before := s.invocations()
	isOld := func(answer string) bool { return before[answer] }
	begun := time.Now()
	send(s.t, s.m.PID(), syscall.SIGTERM)
	stage.Await(s.t, patience, "unitd has ended", func() bool { return s.m.PID() == 0 })
	booted := time.Now()
	s.m.Cron("@reboot")
	stage.Await(s.t, patience, "it serves again", func() bool { return load.answered(func(id string) bool { return !isOld(id) }) > 0 })
	after := s.m.Until(s.unit, patience, "has all workers", allReady)
	attempts := load.end()

	last, first := begun, time.Time{}
	for _, a := range attempts {
		switch {
		case a.err != nil:
		case isOld(a.answer):
			last = a.ended
		case first.IsZero():
			first = a.ended
		}
	}
	var start time.Duration
	for _, w := range after.Workers {
		if p, ok := stage.Find(w.MainPID); ok {
			start = max(start, w.Since.Sub(p.Started))
		}
	}
	up := first.Sub(booted)
	if up < settle || up > settle+start+margin(start) {
		s.t.Errorf("it served %s after the boot, want a delay of %s and a start of %s", up, settle, start)
	}
	delay, supervisor := s.m.Status("delay.settle"), s.m.Status("supervisor.web")
	if delay.Since.After(supervisor.Since) || supervisor.Since.After(after.Since) && after.Workers[0].Since.Before(delay.Since) {
		s.t.Errorf("the chain came up in the order: delay %s, supervisor %s, pool %s", delay.Since, supervisor.Since, after.Since)
	}
	s.t.Logf("it served %s after cron's @reboot line was run: a delay of %s, and a start of %s; nobody was served for %s, the stop included",
		rounded(up), settle, rounded(start), rounded(first.Sub(last)))
}

// losesItsManager kills unitd, which is back by itself or by cron's second line.
func (s *site) losesItsManager() {
	load := startArrivals(func() (string, error) { return s.ask("/") })
	stage.Await(s.t, patience, "it serves", func() bool { return load.answered(func(string) bool { return true }) > 10 })
	before, old := s.m.Status(s.unit), s.m.PID()
	killed := time.Now()
	send(s.t, old, syscall.SIGKILL)
	answered := load.answered(func(string) bool { return true })
	stage.Await(s.t, patience, "it serves without its manager", func() bool {
		return load.answered(func(string) bool { return true }) > answered+10
	})
	s.m.Cron("* * * * *")
	stage.Await(s.t, patience, "another unitd answers", func() bool { pid := s.m.PID(); return pid != 0 && pid != old })
	back := time.Since(killed)
	answered = load.answered(func(string) bool { return true })
	stage.Await(s.t, patience, "it serves under the other one", func() bool {
		return load.answered(func(string) bool { return true }) > answered+300
	})
	after := s.m.Until(s.unit, patience, "has all workers", allReady)
	attempts := load.end()
	for i, w := range after.Workers {
		if w.MainPID != before.Workers[i].MainPID {
			s.t.Errorf("worker %d went from pid %d to %d", w.Index, before.Workers[i].MainPID, w.MainPID)
		}
	}
	s.t.Logf("another unitd answered %s later", rounded(back))
	s.uninterrupted("death of unitd", attempts, 0, time.Time{})
	if failed, _, first := failures(attempts); failed > 0 {
		s.t.Errorf("%d of %d requests failed; the first: %v", failed, len(attempts), first)
	}
}

// invocations are what the workers answer with.
func (s *site) invocations() map[string]bool {
	s.t.Helper()
	seen := map[string]bool{}
	stage.Await(s.t, patience, "all workers have answered", func() bool {
		if id, err := s.ask("/"); err == nil {
			seen[id] = true
		}
		return len(seen) == len(s.m.Status(s.unit).Workers)
	})
	return seen
}
