package executor_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// worker waits for a worker of pool.web in a phase and gives its pid.
func (m *manager) worker(what string, condition func(*lifecycle.Worker) bool) (pid int) {
	m.t.Helper()
	m.eventually("a worker "+what, func(model *engine.Model) bool {
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if w.Process.MainPID != 0 && !w.Process.MainGone && condition(w) {
				pid = w.Process.MainPID
				return true
			}
		}
		return false
	})
	return pid
}

func (m *manager) killPID(pid int) {
	m.t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
		m.t.Fatal(err)
	}
}

// In whichever phase a worker is killed, no connection is refused or left without an answer, and the pool is
// whole again.
func TestWorkerKilledInAnyPhase(t *testing.T) {
	home := newHome(t)
	pool, url := webPool(t, 3, func(p *units.Process, _ *units.Program) {
		p.Directory, p.Restart.Delay = home.dir, 100*time.Millisecond
	})
	m := live(t, home, units.NewSet(pool))
	m.poolReady(3)
	slow := filepath.Join(home.dir, "slow")
	phases := []struct {
		name string
		kill func(m *manager)
	}{
		{"ready", func(m *manager) {
			m.killPID(m.worker("is ready", func(w *lifecycle.Worker) bool { return w.Process.Phase == lifecycle.Active }))
		}},
		{"starting, after a death", func(m *manager) {
			m.home.write(t, "slow", "", 0o600)
			m.killPID(m.worker("is ready", func(w *lifecycle.Worker) bool { return w.Process.Phase == lifecycle.Active }))
			starting := func(w *lifecycle.Worker) bool { return w.Process.Phase == lifecycle.Starting }
			first := m.worker("is starting", starting)
			m.killPID(first)
			m.worker("is starting again", func(w *lifecycle.Worker) bool { return starting(w) && w.Process.MainPID != first })
			if err := os.Remove(slow); err != nil {
				t.Fatal(err)
			}
			m.killPID(m.worker("is starting", starting))
		}},
		{"starting, in a reload", func(m *manager) {
			m.home.write(t, "slow", "", 0o600)
			reload := m.begin(job.Reload, "pool.web")
			m.killPID(m.worker("is starting", func(w *lifecycle.Worker) bool { return w.Role == lifecycle.Successor }))
			if err := os.Remove(slow); err != nil {
				t.Fatal(err)
			}
			m.result(m.finished(reload), job.Failed, "SIGKILL")
		}},
		{"draining", func(m *manager) {
			reload := m.begin(job.Reload, "pool.web")
			m.killPID(m.worker("is draining", func(w *lifecycle.Worker) bool { return w.Process.Phase == lifecycle.Draining }))
			m.result(m.finished(reload), job.Done, "")
		}},
		{"stopping", func(m *manager) {
			reload := m.begin(job.Reload, "pool.web")
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				for range 4 { // whichever worker has one under way is slow to stop
					get(url + "?pause=300ms")
				}
			}()
			m.killPID(m.worker("is stopping", func(w *lifecycle.Worker) bool { return w.Process.Phase == lifecycle.Stopping }))
			m.result(m.finished(reload), job.Done, "")
			<-answered
		}},
		{"all at once", func(m *manager) {
			var pids []int
			m.call(func(model *engine.Model) {
				for _, w := range model.Unit("pool.web").Pool.Workers {
					pids = append(pids, w.Process.MainPID)
				}
			})
			for _, pid := range pids {
				m.killPID(pid)
			}
			m.eventually("they are gone", func(*engine.Model) bool {
				for _, pid := range pids {
					if alive(pid) {
						return false
					}
				}
				return true
			})
		}},
	}
	for _, phase := range phases {
		t.Run(phase.name, func(t *testing.T) {
			m := m.in(t)
			l := loadOn(url)
			phase.kill(m)
			m.poolReady(3)
			l.endRefused(t)
		})
	}
}

// What waits in the queue of a worker that never serves it again is answered by others.
func TestQueueOfAHungWorker(t *testing.T) {
	pool, url := webPool(t, 1, func(p *units.Process, program *units.Program) {
		program.Health[0].Interval = time.Minute // the reload comes first
		p.StopTimeout = 300 * time.Millisecond
	})
	pool.Pool.Drain = 300 * time.Millisecond
	m := start(t, pool)
	m.poolReady(1)
	hung := m.worker("is ready", func(*lifecycle.Worker) bool { return true })
	if err := syscall.Kill(hung, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	m.eventually("all its threads have stopped", func(*engine.Model) bool { return frozen(t, hung) })
	answers := make(chan error, 5)
	for range cap(answers) {
		go func() {
			_, err := get(url)
			answers <- err
		}()
	}
	m.eventually("they wait", func(*engine.Model) bool { return waiting(t, url) >= cap(answers) }) // and perhaps a health check
	m.result(m.reload("pool.web"), job.Done, "")
	m.poolReady(1)
	for range cap(answers) {
		if err := <-answers; err != nil {
			t.Errorf("a connection that waited for the hung worker: %v", err)
		}
	}
}

// frozen tells whether every thread of a process has stopped: one that has not could still accept a connection.
func frozen(t *testing.T, pid int) bool {
	t.Helper()
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(stats) == 0 {
		t.Fatalf("threads of pid %d: %q, %v", pid, stats, err)
	}
	for _, path := range stats {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), ") T ") {
			return false
		}
	}
	return true
}

// Directories that somebody has cleaned away are made again.
func TestDirectoriesAreGone(t *testing.T) {
	m := boot(t, `
app "a" {
  command = ["sh", "-c", "echo hello; exec sleep 1000"]
}
`)
	m.active("app.a")
	for _, name := range []string{"run/exit", "log"} {
		if err := os.RemoveAll(filepath.Join(m.dir, name)); err != nil {
			t.Fatal(err)
		}
		m.result(m.restart("a"), job.Done, "")
		m.stands("a", "running", "")
	}
	m.waitFile("log/app.a.log", "hello")
}

// While no worker can be started, a reload to a release that cannot either fails, and one to a release that can ends it.
func TestReloadDuringACrashLoop(t *testing.T) {
	home := newHome(t)
	current := filepath.Join(home.dir, "current")
	release := func(name string) {
		t.Helper()
		next := filepath.Join(home.dir, "next")
		if err := errors.Join(os.Symlink(filepath.Join(home.dir, name), next), os.Rename(next, current)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"1/broken", "2/broken", "3/fine"} {
		home.write(t, name, "", 0o600)
	}
	release("1")
	pool, url := webPool(t, 2, func(p *units.Process, _ *units.Program) {
		p.Directory, p.Restart.Delay = current, 100*time.Millisecond
	})
	pool.Enabled = false
	m := live(t, home, units.NewSet(pool))
	m.result(m.start("pool.web"), job.Failed, "exit 3")
	release("2")
	m.result(m.reload("pool.web"), job.Failed, "exit 3")
	m.waitSub("pool.web", "auto-restart")
	release("3")
	waits := make(chan error, 1)
	go func() {
		_, err := get(url)
		waits <- err
	}()
	m.result(m.reload("pool.web"), job.Done, "")
	m.poolReady(2)
	if err := <-waits; err != nil {
		t.Errorf("who waited: %v", err)
	}
	l := loadOn(url)
	m.result(m.reload("pool.web"), job.Done, "")
	l.end(t)
}

// A scale and a stop during a reload.
func TestReloadMeetsScaleAndStop(t *testing.T) {
	home := newHome(t)
	pool, url := webPool(t, 2, func(p *units.Process, _ *units.Program) { p.Directory = home.dir })
	m := live(t, home, units.NewSet(pool))
	m.poolReady(2)
	slow := home.write(t, "slow", "", 0o600)
	l := loadOn(url)
	reload := m.begin(job.Reload, "pool.web")
	m.worker("is starting", func(w *lifecycle.Worker) bool { return w.Role == lifecycle.Successor })
	second := m.begin(job.Reload, "pool.web")
	m.call(func(model *engine.Model) {
		if err := model.Scale("pool.web", 4); err != nil {
			t.Error(err)
		}
	})
	m.call(func(model *engine.Model) {
		if err := model.Scale("pool.web", 1); err != nil {
			t.Error(err)
		}
	})
	if err := os.Remove(slow); err != nil {
		t.Fatal(err)
	}
	// The one that hangs before it is ready is killed, and the roll given up; the second one works.
	m.killPID(m.worker("is starting", func(w *lifecycle.Worker) bool { return w.Role == lifecycle.Successor }))
	m.result(m.finished(reload), job.Failed, "SIGKILL")
	m.result(m.finished(second), job.Done, "")
	m.poolReady(1)
	l.end(t)
	home.write(t, "slow", "", 0o600)
	reload = m.begin(job.Reload, "pool.web")
	m.worker("is starting", func(w *lifecycle.Worker) bool { return w.Role == lifecycle.Successor })
	m.result(m.stop("pool.web"), job.Done, "")
	if tx := m.finished(reload); tx.Result == job.Done {
		t.Errorf("the reload that was cut short: %+v", tx)
	}
	m.stands("pool.web", "dead", "")
	if _, err := get(url); err == nil {
		t.Error("something answers after the stop")
	}
}
