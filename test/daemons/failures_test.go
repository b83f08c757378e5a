package daemons

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// A promise is what the table in docs/behaviour.md gives for one way of failing of an app that stands alone.
type promise struct {
	name string
	// fail brings the failure about. It is given the main process and a way to ask for a path.
	fail func(t *testing.T, pid int, ask func(path string) (string, error))
	// reasons of which the end must have one; delay is how long the next start is put off then.
	reasons map[string]time.Duration
	// detected is how long it may take until it is known.
	detected time.Duration
}

var promises = []promise{
	{
		name: "raises", reasons: map[string]time.Duration{"exit": time.Second},
		fail: func(_ *testing.T, _ int, ask func(string) (string, error)) { _, _ = ask("/raise") },
	},
	{
		// A uvicorn that takes SIGTERM for an order to exit with 0 has ended cleanly, and is not killed.
		name: "killed", reasons: map[string]time.Duration{"killed": 0, "clean": time.Second},
		fail: func(t *testing.T, pid int, _ func(string) (string, error)) { send(t, pid, syscall.SIGTERM) },
	},
	{
		name: "shot", reasons: map[string]time.Duration{"signal": 0},
		fail: func(t *testing.T, pid int, _ func(string) (string, error)) { send(t, pid, syscall.SIGKILL) },
	},
	{
		// Two checks 2 s apart, and a second in which it may still end by itself.
		name: "sick", reasons: map[string]time.Duration{"health": 0}, detected: 5 * time.Second,
		fail: func(t *testing.T, _ int, ask func(string) (string, error)) {
			if _, err := ask("/sicken"); err != nil {
				t.Fatal(err)
			}
		},
	},
}

// hungry is the app that is killed for want of memory.
var hungry = promise{
	name: "hungry", reasons: map[string]time.Duration{"oom": 0}, detected: 5 * time.Second,
	fail: func(_ *testing.T, _ int, ask func(string) (string, error)) { _, _ = ask("/eat") },
}

func send(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatal(err)
	}
}

// site is a FastAPI app or pool under a manager.
type site struct {
	t       *testing.T
	m       *stage.Manager
	unit    string
	address string
}

func (s *site) ask(path string) (string, error) { return get("http://" + s.address + path) }

// TestFailures has an app fail in each of the ways that docs/behaviour.md promises something for, and measures for how
// long nobody was served.
func TestFailures(t *testing.T) {
	t.Parallel()
	m, address := bootSites(t)
	t.Run("app", func(t *testing.T) {
		for _, p := range promises {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				s := &site{t: t, m: m, unit: "app.site[" + p.name + "]", address: address(p.name)}
				defer m.LogsOfFailure(t, s.unit)
				status := s.m.Until(s.unit, patience, "is active", isActive)
				s.fails(p, status)
			})
		}
		t.Run("pool", func(t *testing.T) {
			t.Parallel()
			s := &site{t: t, m: m, unit: "pool.api", address: address("api")}
			defer m.LogsOfFailure(t, s.unit)
			s.m.Until(s.unit, patience, "has three workers", allReady)
			t.Run("hung worker", func(t *testing.T) { s.of(t).hangs() })
			t.Run("sick worker", func(t *testing.T) { s.of(t).sickens() })
			t.Run("stopped worker", func(t *testing.T) { s.of(t).stands() })
			t.Run("silent worker", func(t *testing.T) { s.of(t).fallsSilent() })
			t.Run("crowd at a hung worker", func(t *testing.T) { s.of(t).keepsWaiting() })
			t.Run("broken release", func(t *testing.T) { s.of(t).refuses() })
		})
		t.Run("no worker", func(t *testing.T) {
			t.Parallel()
			s := &site{t: t, m: m, unit: "pool.mortal", address: address("mortal")}
			defer m.LogsOfFailure(t, s.unit)
			s.m.Until(s.unit, patience, "has all workers", allReady)
			s.dies()
		})
	})
}

// TestOutOfMemory has the kernel kill an app for want of memory, in a cgroup that has little of it.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	if why := missing([]string{"/usr/bin/python3"}, []string{"fastapi", "uvicorn"}); why != "" {
		t.Skip(why)
	}
	home, port := stage.Home(t), freePort(t)
	copyTo(t, home, "site")
	m := stage.Boot(t, stage.Setting{
		Home: home, Units: copyUnits(t, home, "hungry"), Env: []string{"PORT_SITE=" + port}, Cgroup: littleMemory(t),
	})
	m.Do("start", "site")
	s := &site{t: t, m: m, unit: "app.site", address: "127.0.0.1:" + port}
	defer m.LogsOfFailure(t, s.unit)
	s.fails(hungry, m.Status("site"))
}

func (s *site) of(t *testing.T) *site {
	other := *s
	other.t = t
	return &other
}

// bootSites boots the units of testdata/fastapi; address tells where one of them listens.
func bootSites(t *testing.T) (m *stage.Manager, address func(name string) string) {
	t.Helper()
	if why := missing([]string{"/usr/bin/python3"}, []string{"fastapi", "uvicorn"}); why != "" {
		t.Skip(why)
	}
	home := stage.Home(t)
	ports := map[string]string{}
	var env []string
	for _, name := range []string{"raises", "killed", "shot", "sick", "api", "mortal"} {
		ports[name] = freePort(t)
		env = append(env, "PORT_"+strings.ToUpper(name)+"="+ports[name])
	}
	copyTo(t, home, "site")
	copyTo(t, filepath.Join(home, "mortal"), "site")
	m = stage.Boot(t, stage.Setting{Home: home, Units: copyUnits(t, home, "fastapi"), Env: env})
	return m, func(name string) string { return "127.0.0.1:" + ports[name] }
}

func isActive(u protocol.UnitStatus) bool { return u.Active == protocol.Active }

func allReady(u protocol.UnitStatus) bool {
	for _, w := range u.Workers {
		if w.Active != protocol.Active {
			return false
		}
	}
	return u.Active == protocol.Active && u.Sub == "running"
}

// fails has an app fail under load and holds what follows against the promise.
func (s *site) fails(p promise, before protocol.UnitStatus) {
	s.t.Helper()
	load := startLoad(1, 5*time.Millisecond, func() (string, error) { return s.ask("/") })
	old := strconv.Itoa(before.MainPID)
	stage.Await(s.t, patience, "it serves", func() bool { return load.answered(func(pid string) bool { return pid == old }) > 0 })
	begun := time.Now()
	p.fail(s.t, before.MainPID, s.ask)
	after := s.m.Until(s.unit, patience, "runs again", func(u protocol.UnitStatus) bool {
		return isActive(u) && u.MainPID != before.MainPID
	})
	stage.Await(s.t, patience, "it serves again", func() bool { return load.answered(func(pid string) bool { return pid != old }) > 0 })
	attempts := load.end()

	delay, known := p.reasons[after.LastExit.Reason]
	if !known {
		s.t.Fatalf("last exit %+v, want one of %v", after.LastExit, p.reasons)
	}
	successor, _ := stage.Find(after.MainPID)
	start := after.Since.Sub(successor.Started)
	putOff := successor.Started.Sub(after.LastExit.At)
	// The start of a process is known to 10 ms.
	if putOff < delay*85/100-50*time.Millisecond || putOff > delay*11/10+margin(start) {
		s.t.Errorf("started again %s after its end, want %s", putOff, delay)
	}
	if detected := after.LastExit.At.Sub(begun); detected > p.detected+margin(start) {
		s.t.Errorf("it took %s until its end, want at most %s", detected, p.detected)
	}
	down := served(attempts, old).Sub(lastServed(attempts, old, begun))
	if most := p.detected + delay*11/10 + start + margin(start); down > most {
		s.t.Errorf("nobody was served for %s, want at most %s", down, most)
	}
	failed, refused, first := failures(attempts)
	if refused > 0 {
		s.t.Errorf("%d connections were refused: %v", refused, first)
	}
	s.t.Logf("reason %s, known after %s; started %s later, which took %s; nobody was served for %s; %d requests failed, %d were refused",
		after.LastExit.Reason, rounded(after.LastExit.At.Sub(begun)), rounded(putOff), rounded(start), rounded(down), failed, refused)
}

// margin is what a machine may add to times because others use it. How busy it is shows in how long a start takes, which
// is half a second on an idle one.
func margin(start time.Duration) time.Duration { return time.Second + start }

func rounded(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }

// served is when the first answer came from another process than the old one.
func served(attempts []attempt, old string) time.Time {
	for _, a := range attempts {
		if a.err == nil && a.answer != old {
			return a.ended
		}
	}
	return time.Time{}
}

// lastServed is when the last answer came from the old process, but not before the failure began.
func lastServed(attempts []attempt, old string, begun time.Time) time.Time {
	last := begun
	for _, a := range attempts {
		if a.err == nil && a.answer == old && a.ended.After(last) {
			last = a.ended
		}
	}
	return last
}

// longestGap is the longest time between two answers.
func longestGap(attempts []attempt) time.Duration {
	var last time.Time
	var gap time.Duration
	for _, a := range attempts {
		if a.err != nil {
			continue
		}
		if !last.IsZero() {
			gap = max(gap, a.ended.Sub(last))
		}
		last = a.ended
	}
	return gap
}

// replaced waits until a worker has ended for a reason since a time, and all are ready again.
func (s *site) replaced(reason string, since time.Time) protocol.Worker {
	s.t.Helper()
	var found protocol.Worker
	s.m.Until(s.unit, patience, "has replaced a worker", func(u protocol.UnitStatus) bool {
		for _, w := range u.Workers {
			if e := w.LastExit; e != nil && e.Reason == reason && e.At.After(since) {
				found = w
				return allReady(u)
			}
		}
		return false
	})
	return found
}

// uninterrupted holds that the other workers have served all the while, and that it was not a start that was waited for.
// Requests that began until lost may have been accepted by the worker that was killed.
func (s *site) uninterrupted(during string, attempts []attempt, start time.Duration, lost time.Time) {
	s.t.Helper()
	failed, refused, first := failures(attempts)
	later, _, _ := failures(slices.DeleteFunc(slices.Clone(attempts), func(a attempt) bool { return a.began.Before(lost) }))
	gap := longestGap(attempts)
	if refused > 0 || later > 0 {
		s.t.Errorf("%s: %d of %d requests failed, %d of them began after %s, %d were refused; the first: %v",
			during, failed, len(attempts), later, lost.Format(time.StampMilli), refused, first)
	}
	if gap > max(time.Second, start/2) {
		s.t.Errorf("%s: nobody was served for %s", during, gap)
	}
	s.t.Logf("%s: %d requests, %d failed, %d were refused, at most %s between two answers",
		during, len(attempts), failed, refused, rounded(gap))
}

// hangs blocks the event loop of a worker.
func (s *site) hangs() {
	load := startArrivals(func() (string, error) { return s.ask("/") })
	stage.Await(s.t, patience, "it serves", func() bool { return load.answered(func(string) bool { return true }) > 10 })
	begun := time.Now()
	blocked := make(chan error)
	go func() {
		_, err := s.ask("/block")
		blocked <- err
	}()
	w := s.replaced("hang", begun)
	attempts := load.end()
	if err := <-blocked; err == nil {
		s.t.Error("the request that blocked its worker was answered")
	}
	const hangTimeout = 2 * time.Second
	known := w.LastExit.At.Sub(begun)
	// A look at the queue, every 300 ms, comes twice before the marker goes in, and once after its time is up.
	start := w.Since.Sub(w.LastExit.At)
	if known < hangTimeout || known > hangTimeout+4*300*time.Millisecond+time.Second+margin(start) {
		s.t.Errorf("the worker was killed after %s, with a hang_timeout of %s", known, hangTimeout)
	}
	s.t.Logf("killed after %s, its successor was ready %s later", rounded(known), rounded(start))
	const last = time.Second // that it may have accepted something before it blocked
	s.uninterrupted("hung worker", attempts, start, begun.Add(last))
}

// sickens has the health check of one worker fail.
func (s *site) sickens() {
	load := startArrivals(func() (string, error) { return s.ask("/") })
	begun := time.Now()
	if _, err := s.ask("/sicken"); err != nil {
		s.t.Fatal(err)
	}
	w := s.replaced("health", begun)
	attempts := load.end()
	known := w.LastExit.At.Sub(begun)
	start := w.Since.Sub(w.LastExit.At)
	if known > 5*time.Second+margin(start) {
		s.t.Errorf("the worker ended after %s", known)
	}
	s.t.Logf("ended after %s, its successor was ready %s later", rounded(known), rounded(start))
	s.uninterrupted("sick worker", attempts, start, time.Time{})
}

// refuses reloads to a release that does not start.
func (s *site) refuses() {
	main := filepath.Join(s.m.Home, "site/main.py")
	text, err := os.ReadFile(main)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(main, append([]byte("import redis_is_not_here\n"), text...), 0o644); err != nil {
		s.t.Fatal(err)
	}
	before := s.m.Status(s.unit)
	load := startArrivals(func() (string, error) { return s.ask("/") })
	output, err := s.m.Try("reload", s.unit)
	attempts := load.end()
	if err == nil || !strings.Contains(output, "No module named 'redis_is_not_here'") {
		s.t.Errorf("unitctl reload (%v) says %s", err, output)
	}
	after := s.m.Status(s.unit)
	for i, w := range after.Workers {
		if w.MainPID != before.Workers[i].MainPID {
			s.t.Errorf("worker %d went from pid %d to %d", w.Index, before.Workers[i].MainPID, w.MainPID)
		}
	}
	s.uninterrupted("broken release", attempts, 0, time.Time{})
}
