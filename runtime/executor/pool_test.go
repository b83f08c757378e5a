package executor_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/runtime/engine"
	"unitd/units"
)

// webPool is a pool of n workers that serve address, each ready once its own health check has passed.
func webPool(t *testing.T, n int, change func(*units.Process, *units.Program)) (*units.Unit, string) {
	return poolOf(t, n, change, "web")
}

// poolOf is a webPool of another program.
func poolOf(t *testing.T, n int, change func(*units.Process, *units.Program), words ...string) (*units.Unit, string) {
	address := freePort(t)
	p := process(func(p *units.Process, program *units.Program) {
		program.Health = []units.Health{{
			Name: "http", Path: "/health", Interval: 500 * time.Millisecond, Timeout: time.Second, Failures: 2, Successes: 1,
			Restart: true, GatesReady: true,
		}}
		if change != nil {
			change(p, program)
		}
	}, words...)
	return &units.Unit{ID: "pool.web", Enabled: true, Pool: &units.Pool{
		AppID: "app.web", App: &p, Workers: n, MinReady: 1, Surge: 1, Drain: 5 * time.Second,
		Listen: []units.Listen{{Name: "http", Address: address, Backlog: 128, PerWorker: true}},
	}}, "http://" + address + "/"
}

// load sends requests, each through a connection of its own, until it is stopped.
type load struct {
	sent, failed atomic.Int64
	refused      atomic.Int64 // of the failed: no connection came about
	mu           sync.Mutex
	first        error
	stop         chan struct{}
	done         sync.WaitGroup
}

func loadOn(url string) *load {
	l := &load{stop: make(chan struct{})}
	for range 4 {
		l.done.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
				}
				if _, err := get(url); err != nil {
					l.failed.Add(1)
					if errors.Is(err, syscall.ECONNREFUSED) || os.IsTimeout(err) {
						l.refused.Add(1)
					}
					l.mu.Lock()
					if l.first == nil {
						l.first = fmt.Errorf("%s: %w", time.Now().Format("05.000"), err)
					}
					l.mu.Unlock()
				}
				l.sent.Add(1)
			}
		})
	}
	return l
}

func (l *load) end(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.done.Wait()
	t.Logf("%d requests, %d failed", l.sent.Load(), l.failed.Load())
	if l.failed.Load() > 0 {
		t.Errorf("%d of %d requests failed, the first with: %v", l.failed.Load(), l.sent.Load(), l.first)
	}
}

// endRefused bears requests that were cut since the process that had accepted them was killed.
func (l *load) endRefused(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.done.Wait()
	t.Logf("%d requests, %d cut, %d refused or not answered", l.sent.Load(), l.failed.Load(), l.refused.Load())
	if l.refused.Load() > 0 {
		t.Errorf("%d connections were refused or not answered, the first failure is: %v", l.refused.Load(), l.first)
	}
}

func (m *manager) poolReady(n int) {
	m.t.Helper()
	m.eventually(fmt.Sprintf("%d workers are ready and no other is left", n), func(model *engine.Model) bool {
		p := m.poolIn(model)
		return p.Ready() == n && len(p.Workers) == n
	})
}

func TestPoolServes(t *testing.T) {
	pool, url := webPool(t, 3, nil)
	m := start(t, pool)
	m.poolReady(3)
	seen := map[string]bool{}
	for range 200 {
		body, err := get(url)
		if err != nil {
			t.Fatal(err)
		}
		seen[strings.Fields(body)[0]] = true
	}
	if len(seen) != 3 {
		t.Errorf("answers came from workers %v", seen)
	}
}

func TestRollingReloadLosesNothing(t *testing.T) {
	pool, url := webPool(t, 2, nil)
	m := start(t, pool)
	m.poolReady(2)
	l := loadOn(url)
	for range 3 {
		if tx := m.submit(job.Reload, "pool.web"); tx.Result != job.Done {
			t.Errorf("reload: %+v", tx)
		}
	}
	m.poolReady(2)
	l.end(t)
	m.call(func(model *engine.Model) {
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if w.Generation != 4 {
				t.Errorf("worker %d is of generation %d", w.Index, w.Generation)
			}
		}
	})
}

func TestBrokenReleaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	releases := map[string]string{"good": filepath.Join(dir, "good"), "bad": filepath.Join(dir, "bad")}
	for _, release := range releases {
		if err := os.Mkdir(release, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(releases["bad"], "broken"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	current := filepath.Join(dir, "current")
	if err := os.Symlink(releases["good"], current); err != nil {
		t.Fatal(err)
	}
	pool, url := webPool(t, 2, func(p *units.Process, _ *units.Program) { p.Directory = current })
	m := start(t, pool)
	m.poolReady(2)
	l := loadOn(url)
	if err := os.Remove(current); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(releases["bad"], current); err != nil {
		t.Fatal(err)
	}
	tx := m.submit(job.Reload, "pool.web")
	if tx.Result != job.Failed || !strings.Contains(tx.Reason, "exit 3") {
		t.Errorf("reload to a broken release: %+v", tx)
	}
	// A worker of the old generation that dies is replaced by one of the old generation.
	var pid int
	m.call(func(model *engine.Model) { pid = model.Unit("pool.web").Pool.Workers[0].Process.MainPID })
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	m.eventually("the killed worker is gone", func(*engine.Model) bool { return !alive(pid) })
	m.poolReady(2)
	close(l.stop)
	l.done.Wait()
	if _, err := get(url); err != nil {
		t.Errorf("after the broken release: %v", err)
	}
}

func TestScale(t *testing.T) {
	pool, url := webPool(t, 1, nil)
	m := start(t, pool)
	m.poolReady(1)
	l := loadOn(url)
	for _, n := range []int{4, 2} {
		m.call(func(model *engine.Model) {
			if err := model.Scale("pool.web", n); err != nil {
				t.Error(err)
			}
		})
		m.poolReady(n)
	}
	l.end(t)
}
