package executor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// recycled waits until as many workers are ready, all later ones than that with key.
func (m *manager) recycled(workers, key int) {
	m.t.Helper()
	m.eventually(fmt.Sprintf("%d workers later than #%d are ready", workers, key), func(model *engine.Model) bool {
		later := 0
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if w.Key > key && w.Role == lifecycle.Serving && w.Process.Phase.Up() {
				later++
			}
		}
		return later == workers
	})
}

func TestRecycleByAgeLosesNothing(t *testing.T) {
	pool, url := webPool(t, 2, nil)
	pool.Pool.Recycle = &units.Recycle{MaxAge: 300 * time.Millisecond, Jitter: 0.3}
	m := start(t, pool)
	m.recycled(2, 0) // there may be no moment without a third one
	l := loadOn(url)
	m.recycled(2, 6) // each index three times
	l.end(t)
	m.call(func(model *engine.Model) {
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if w.Process.Restarts != 0 || w.Generation != 1 {
				t.Errorf("worker %d: %d restarts, generation %d", w.Index, w.Process.Restarts, w.Generation)
			}
		}
	})
}

func TestReloadWhileRecycling(t *testing.T) {
	pool, url := webPool(t, 2, nil)
	pool.Pool.Recycle = &units.Recycle{MaxAge: 200 * time.Millisecond, Jitter: 0.5}
	m := start(t, pool)
	m.recycled(2, 0) // there may be no moment without a third one
	l := loadOn(url)
	for range 3 {
		m.eventually("a replacement gets ready", func(model *engine.Model) bool {
			return slices.ContainsFunc(model.Unit("pool.web").Pool.Workers, func(w *lifecycle.Worker) bool { return w.Role == lifecycle.Successor })
		})
		m.result(m.reload("pool.web"), job.Done, "")
	}
	l.end(t)
}

func TestBrokenReplacementLeavesTheOldWorker(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pool, url := webPool(t, 1, func(p *units.Process, _ *units.Program) { p.Directory = dir })
	pool.Pool.Recycle = &units.Recycle{MaxAge: 300 * time.Millisecond}
	m := start(t, pool)
	m.poolReady(1)
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	l := loadOn(url)
	m.eventually("a replacement has failed", func(model *engine.Model) bool {
		p := model.Unit("pool.web").Pool
		return p.NotRecycled >= 1 && p.Ready() == 1 && p.Phase.Up()
	})
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	m.recycled(1, 2)
	l.end(t)
}

// counted hands worker.max_requests to the program as its last argument.
type counted units.Program

func (c counted) Program(scope units.Scope) (units.Program, error) {
	program := units.Program(c)
	program.Command = append(slices.Clone(program.Command), strconv.Itoa(scope.Worker.MaxRequests))
	return program, nil
}

// countedPool is a pool of two workers that count their requests and end themselves after max_requests.
func countedPool(t *testing.T, most int) (*units.Unit, string) {
	pool, url := poolOf(t, 2, nil, "serial")
	pool.Pool.Recycle = &units.Recycle{MaxRequests: most, Jitter: 0.2}
	pool.Pool.App.Program = counted(pool.Pool.App.Program.(units.Fixed))
	pool.Pool.App.Restart.Delay = time.Hour // a failure would be seen
	return pool, url
}

// Workers that share their socket end themselves, and start again at once.
func TestRecycleByRequestsLosesNothing(t *testing.T) {
	pool, url := countedPool(t, 300)
	pool.Pool.Listen[0].PerWorker = false
	m := start(t, pool)
	m.poolReady(2)
	first := m.workerPIDs()
	l := loadOn(url)
	for range 3 {
		m.othersThan(first)
		first = m.workerPIDs()
	}
	l.end(t)
	m.call(func(model *engine.Model) {
		for _, w := range model.Unit("pool.web").Pool.Workers {
			p := w.Process
			if p.Restarts != 0 || p.Streak.Failures != 0 || p.LastExit == nil || p.LastExit.Reason != units.ReasonRecycle {
				t.Errorf("worker %d: %d restarts, %+v, last exit %+v", w.Index, p.Restarts, p.Streak, p.LastExit)
			}
		}
	})
}

// Where connections can be counted a worker is replaced before it ends itself, which not all programs do without loss.
func TestRecycleBeforeTheLastRequest(t *testing.T) {
	pool, url := countedPool(t, 200)
	m := start(t, pool)
	m.poolReady(2)
	l := loadOn(url + "?pause=20ms") // at most 50 a second for each worker, which is more than a start takes
	m.recycled(2, 2)
	l.end(t)
	for _, name := range []string{"log/pool.web@1.log", "log/pool.web@2.log"} {
		if text := m.file(name); strings.Contains(text, servedEnough) {
			t.Errorf("a worker has ended itself: %s", text)
		}
	}
}

func TestRecycleByMemoryLosesNothing(t *testing.T) {
	pool, url := webPool(t, 2, nil)
	pool.Pool.Recycle = &units.Recycle{MaxMemory: 128 << 20}
	m := start(t, pool)
	m.poolReady(2)
	before := m.workerPIDs()
	l := loadOn(url)
	answer, err := get(url + "?grow=160")
	if err != nil {
		t.Fatal(err)
	}
	index, _ := strconv.Atoi(strings.Fields(answer)[0])
	m.eventually("the worker that has grown is replaced", func(model *engine.Model) bool {
		p := model.Unit("pool.web").Pool
		return p.Ready() == 2 && len(p.Workers) == 2 && p.NextKey == 3
	})
	l.end(t)
	for i, pid := range m.workerPIDs() {
		if (pid != before[i]) != (i == index) {
			t.Errorf("worker %d has grown; worker %d was pid %d and is pid %d", index, i, before[i], pid)
		}
	}
}

// workerPIDs are the main processes of the workers that are ready, by index.
func (m *manager) workerPIDs() map[int]int {
	pids := map[int]int{}
	m.call(func(model *engine.Model) {
		for _, w := range m.poolIn(model).Workers {
			if w.Process.Phase.Up() {
				pids[w.Index] = w.Process.MainPID
			}
		}
	})
	return pids
}

// othersThan waits until each worker is ready as another process than before.
func (m *manager) othersThan(before map[int]int) {
	m.t.Helper()
	m.eventually("each worker is ready as another process", func(model *engine.Model) bool {
		p := m.poolIn(model)
		for _, w := range p.Workers {
			if pid := before[w.Index]; !w.Process.Phase.Up() || w.Process.MainPID == pid {
				return false
			}
		}
		return len(p.Workers) == p.Count
	})
}
