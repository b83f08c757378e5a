package executor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"unitd/runtime/engine"
	"unitd/units"
)

// recycled waits until all workers are later ones than that with key, and the pool is whole.
func (m *manager) recycled(workers, key int) {
	m.t.Helper()
	m.eventually(fmt.Sprintf("%d workers are ready, all later than #%d, and no other is left", workers, key), func(model *engine.Model) bool {
		p := model.Unit("pool.web").Pool
		for _, w := range p.Workers {
			if w.Key <= key {
				return false
			}
		}
		return p.Ready() == workers && len(p.Workers) == workers
	})
}

func TestRecycleByAgeLosesNothing(t *testing.T) {
	pool, url := webPool(t, 2, nil)
	pool.Pool.Recycle = &units.Recycle{MaxAge: 300 * time.Millisecond, Jitter: 0.3}
	m := start(t, pool)
	m.poolReady(2)
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
