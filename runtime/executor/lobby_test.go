package executor_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// briefPool is a countedPool whose workers may take longer to start than they live: before each start it looks for files in
// a directory. "short" makes it take a while, "long" a time in which nobody waits, "broken" has it fail.
func briefPool(t *testing.T, workers, most int) (pool *units.Unit, url, dir string) {
	dir = t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pool, url = countedPool(t, most)
	program := pool.Pool.App.Program.(counted)
	program.PreStart = [][]string{{"/bin/sh", "-c", "test ! -e short || sleep 0.7; test ! -e long || exec sleep 60; test ! -e broken"}}
	pool.Pool.App.Program = program
	pool.Pool.App.Directory = dir
	pool.Pool.App.Restart.Delay = 0
	pool.Pool.Workers = workers
	pool.Pool.Unavailable = &units.Unavailable{After: 3 * time.Second, Status: 503}
	return pool, url, dir
}

func touch(t *testing.T, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Where a worker has come to its number before another one can be ready, clients wait for that one: no worker gets so
// many that it ends itself.
func TestRecycleFasterThanAStart(t *testing.T) {
	pool, url, dir := briefPool(t, 2, 200)
	touch(t, dir, "short")
	m := start(t, pool)
	m.poolReady(2)
	l := loadOn(url + "?pause=2ms") // less than half a second for each worker
	m.recycled(2, 8)
	l.end(t)
	for worker := 1; worker <= 2; worker++ {
		if text := m.file("log/pool.web@" + strconv.Itoa(worker) + ".log"); strings.Contains(text, servedEnough) {
			t.Errorf("worker %d has ended itself: %s", worker, text)
		}
	}
}

// A replacement that fails leaves nobody in its queue, and the next one is waited for again.
func TestWaitingForABrokenReplacement(t *testing.T) {
	pool, url, dir := briefPool(t, 1, 400)
	touch(t, dir, "short")
	m := start(t, pool)
	m.poolReady(1)
	touch(t, dir, "broken")
	l := loadOn(url + "?pause=5ms")
	m.eventually("a replacement has failed", func(model *engine.Model) bool { return m.poolIn(model).NotRecycled >= 1 })
	if err := os.Remove(filepath.Join(dir, "broken")); err != nil {
		t.Fatal(err)
	}
	m.recycled(1, 1)
	l.end(t)
}

// A replacement that is not ready in time leaves those who wait for it to the worker that is there.
func TestWaitingTooLongForAReplacement(t *testing.T) {
	pool, url, dir := briefPool(t, 1, 60)
	pool.Pool.Unavailable.After = time.Second
	m := start(t, pool)
	m.poolReady(1)
	touch(t, dir, "long")
	spent := func() (is bool) {
		m.call(func(model *engine.Model) { is = m.poolIn(model).Lobby != nil })
		return is
	}
	var last string
	for n := 0; !spent() && n < 60; n++ {
		var err error
		if last, err = get(url + "?pause=10ms"); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	answer, err := get(url)
	waited := time.Since(begun)
	if err != nil || answer != last {
		t.Errorf("answered %q (%v) after %s, not by %q, which is there", answer, err, waited, last)
	}
	m.call(func(model *engine.Model) {
		p := m.poolIn(model)
		if p.Lobby == nil || p.Lobby.Open || len(p.Workers) != 2 || p.Workers[1].Role != lifecycle.Successor {
			t.Errorf("%+v, %d workers", p.Lobby, len(p.Workers))
		}
	})
	t.Logf("answered after %s", waited)
}
