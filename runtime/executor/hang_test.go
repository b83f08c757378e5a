package executor_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"unitd/runtime/engine"
	"unitd/units"
)

// slowPool is a pool of workers that each serve one connection at a time, without health checks.
func slowPool(t *testing.T, n int, hang time.Duration) (*units.Unit, string) {
	pool, url := poolOf(t, n, func(_ *units.Process, program *units.Program) { program.Health = nil }, "serial", "0")
	pool.Pool.HangTimeout = hang
	return pool, url
}

func TestSaturatedWorkerIsNotHung(t *testing.T) {
	pool, url := slowPool(t, 1, time.Second)
	m := start(t, pool)
	m.poolReady(1)
	before := m.workerPIDs()
	var clients sync.WaitGroup
	var done atomic.Bool
	for range 10 { // each waits for half a second, and somebody always does
		clients.Go(func() {
			for !done.Load() {
				if _, err := get(url + "?pause=50ms"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	begun := time.Now()
	for looks := 0; looks < 2 || time.Since(begun) < 2*time.Second; looks++ {
		for _, suspect := range []bool{true, false} { // markers wait, and get there
			m.eventually(fmt.Sprintf("suspect is %v", suspect), func(model *engine.Model) bool {
				return model.Unit("pool.web").Pool.Workers[0].Suspect == suspect
			})
		}
	}
	done.Store(true)
	clients.Wait()
	if after := m.workerPIDs(); after[1] != before[1] {
		t.Errorf("pid %d was replaced by %d", before[1], after[1])
	}
}

// A queue that is full has no place for a marker; it gets in all the same.
func TestHungWorkerWithAFullQueue(t *testing.T) {
	pool, url := slowPool(t, 1, time.Second)
	pool.Pool.Listen[0].Backlog = 2
	m := start(t, pool)
	m.poolReady(1)
	pid := m.workerPIDs()[1]
	m.freeze(pid)
	l := loadOn(url)
	m.eventually("it is replaced for being hung", func(model *engine.Model) bool {
		w := model.Unit("pool.web").Pool.Workers[0]
		return w.Process.Phase.Up() && w.Process.MainPID != pid && w.Process.LastExit.Reason == units.ReasonHang
	})
	l.end(t)
}

func TestHungWorkerIsFoundByItsQueue(t *testing.T) {
	pool, url := slowPool(t, 3, time.Second)
	m := start(t, pool)
	m.poolReady(3)
	answer, err := get(url)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(answer)
	index, _ := strconv.Atoi(words[0])
	pid := m.workerPIDs()[index]
	m.freeze(pid)
	stopped := time.Now()
	l := loadOn(url)
	m.eventually("the worker that hangs is suspect", func(model *engine.Model) bool {
		p := model.Unit("pool.web").Pool
		return len(p.Steered) == 2
	})
	t.Logf("steered away from after %v", time.Since(stopped).Round(time.Millisecond))
	others := loadOn(url)
	m.eventually(fmt.Sprintf("worker %d is replaced", index), func(model *engine.Model) bool {
		p := model.Unit("pool.web").Pool
		for _, w := range p.Workers {
			if w.Index == index && (w.Process.MainPID == pid || w.Process.LastExit == nil || w.Process.LastExit.Reason != units.ReasonHang) {
				return false
			}
		}
		return p.Ready() == 3 && len(p.Steered) == 3
	})
	t.Logf("replaced after %v", time.Since(stopped).Round(time.Millisecond))
	l.end(t)
	others.end(t)
	if others.sent.Load() < 100 {
		t.Error("the others have not served meanwhile")
	}
}

// freeze stops a process as a hung one stands still.
func (m *manager) freeze(pid int) {
	m.t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		m.t.Fatal(err)
	}
	m.eventually(fmt.Sprintf("all threads of pid %d have stopped", pid), func(*engine.Model) bool { return frozen(m.t, pid) })
}
