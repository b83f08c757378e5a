package executor_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// placedPool is a pool with dispatch "proxy" of n workers, which end by SIGTERM at once.
func placedPool(t *testing.T, n int, change func(*units.Pool)) (*units.Unit, string) {
	pool, url := poolOf(t, n, nil, "placed")
	p := pool.Pool
	p.Proxy, p.Listen[0].PerWorker, p.HangTimeout = true, false, 30*time.Second
	if change != nil {
		change(p)
	}
	return pool, url
}

// keepers are clients that each send all their requests through one connection. They try nothing again.
type keepers struct {
	sent   atomic.Int64
	stop   chan struct{}
	done   sync.WaitGroup
	mu     sync.Mutex
	failed []error
}

// keepAlive makes n clients that send requests of a method.
func keepAlive(n int, method, url string) *keepers {
	k := &keepers{stop: make(chan struct{})}
	address, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	for range n {
		k.done.Go(func() {
			if err := k.send(method, address, "/"+path); err != nil {
				k.mu.Lock()
				defer k.mu.Unlock()
				k.failed = append(k.failed, fmt.Errorf("%s: %w", time.Now().Format("05.000"), err))
			}
		})
	}
	return k
}

func (k *keepers) send(method, address, path string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		select {
		case <-k.stop:
			return nil
		default:
		}
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n\r\nx", method, path); err != nil {
			return err
		}
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return err
		}
		switch {
		case answer.StatusCode != http.StatusOK:
			return errors.New(answer.Status)
		case answer.Close:
			return errors.New("the connection is not kept")
		}
		k.sent.Add(1)
	}
}

// end wants that no request was lost, of at least so many.
func (k *keepers) end(t *testing.T, least int64) {
	t.Helper()
	close(k.stop)
	k.done.Wait()
	t.Logf("%d requests, %d clients failed", k.sent.Load(), len(k.failed))
	for _, err := range k.failed {
		t.Error(err)
	}
	if k.sent.Load() < least {
		t.Errorf("%d requests only", k.sent.Load())
	}
}

// Clients that keep their connections, and clients that do not, lose nothing when workers are replaced, even if
// their requests may not be sent twice.
func TestProxyLosesNothingByReloadAndRecycling(t *testing.T) {
	pool, url := placedPool(t, 2, func(p *units.Pool) { p.Recycle = &units.Recycle{MaxRequests: 200, Jitter: 0.2} })
	m := start(t, pool)
	m.poolReady(2)
	kept, others := keepAlive(4, "POST", url), loadOn(url)
	m.recycled(2, 6)
	for range 3 {
		m.result(m.reload("pool.web"), job.Done, "")
	}
	m.recycled(2, 16)
	kept.end(t, 1000)
	others.end(t)
	m.call(func(model *engine.Model) {
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if w.Process.Restarts != 0 {
				t.Errorf("worker %d: %d restarts", w.Index, w.Process.Restarts)
			}
		}
	})
}

func TestProxyLosesNothingByKilledWorkers(t *testing.T) {
	pool, url := placedPool(t, 2, func(p *units.Pool) { p.App.Restart.ResetAfter = time.Millisecond })
	m := start(t, pool)
	m.poolReady(2)
	kept, others := keepAlive(8, "GET", url), loadOn(url)
	for i := range 20 {
		pids := m.workerPIDs()
		if err := syscall.Kill(pids[1+i%2], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		m.othersThan(map[int]int{1 + i%2: pids[1+i%2]})
	}
	// All at once: who comes then waits.
	pids := m.workerPIDs()
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	m.othersThan(pids)
	kept.end(t, 100)
	others.end(t)
}

func TestProxyReplacesHungWorker(t *testing.T) {
	pool, url := placedPool(t, 2, func(p *units.Pool) { p.HangTimeout = time.Second })
	m := start(t, pool)
	m.poolReady(2)
	kept := keepAlive(4, "GET", url)
	if _, err := get(url + "never"); err == nil || err.Error() != "status 504" {
		t.Errorf("a request that is never answered: %v, want status 504", err)
	}
	m.eventually("its worker is replaced", func(model *engine.Model) bool {
		hung := 0
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if last := w.Process.LastExit; last != nil && last.Reason == units.ReasonHang && w.Process.Phase.Up() {
				hung++
			}
		}
		return hung == 1
	})
	// One that stands still is spared first, and then replaced.
	pids := m.workerPIDs()
	m.freeze(pids[1])
	m.othersThan(map[int]int{1: pids[1]})
	close(kept.stop)
	kept.done.Wait()
	for _, err := range kept.failed {
		if !strings.HasSuffix(err.Error(), "504 Gateway Timeout") {
			t.Errorf("%v, want nothing but 504 for those whose worker stood still", err)
		}
	}
}

func TestProxyPassesOnWhatClientsSee(t *testing.T) {
	pool, url := placedPool(t, 1, func(p *units.Pool) { p.Drain = 300 * time.Millisecond })
	m := start(t, pool)
	m.poolReady(1)
	if body, err := get(url + "forwarded"); err != nil || !strings.HasPrefix(body, "for=127.0.0.1;host=") {
		t.Errorf("Forwarded: %q, %v", body, err)
	}
	environment, err := get(url + "environment")
	if err != nil || strings.Contains(environment, "LISTEN_FDS") || !strings.Contains(environment, "PORT=") {
		t.Errorf("environment %q, %v; want PORT and no sockets", environment, err)
	}
	// A worker that dies in the middle of an answer, and the next one.
	answer, err := http.Get(url + "half")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, answer.Body); err == nil {
		t.Errorf("%d bytes of a worker that has died seem to be all", n)
	}
	answer.Body.Close()
	if _, err := get(url); err != nil {
		t.Errorf("after that: %v, want that the request waits for the next worker", err)
	}
	// An answer without an end is cut when its worker has drained for long enough.
	events, err := http.Get(url + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	lines := bufio.NewReader(events.Body)
	for range 4 {
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	m.result(m.reload("pool.web"), job.Done, "")
	if _, err := io.Copy(io.Discard, lines); err == nil {
		t.Error("events end as if that were all")
	}
}

func TestProxyByUnixSockets(t *testing.T) {
	h := newHome(t)
	m := live(t, h, h.load(t, `
app "web" {
  command   = [var.program, "program:placed", worker.socket]
  pre_start = [["test", "-d", dirname(worker.socket)]]
  health "http" {
    path = "/health"
  }
}
pool "web" {
  app      = app.web
  workers  = 2
  dispatch = "proxy"
  listen "http" {
    address = "unix:~/web.sock"
  }
}
`))
	m.poolReady(2)
	client := http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", filepath.Join(m.dir, "web.sock"))
	}}}
	defer client.CloseIdleConnections()
	for _, restart := range []bool{false, true} {
		if restart {
			m.result(m.restart("pool.web"), job.Done, "")
			m.poolReady(2)
		}
		answer, err := client.Get("http://here/environment")
		if err != nil {
			t.Fatal(err)
		}
		environment, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || strings.Contains(string(environment), "\nPORT=") {
			t.Errorf("environment %q, %v; want no PORT", environment, err)
		}
	}
	if contained {
		m.call(func(model *engine.Model) {
			for _, w := range m.poolIn(model).Workers {
				for slot := range 3 {
					inside := fmt.Sprintf("/proc/%d/root%s/workers/pool.web.%d/socket", w.Process.MainPID, filepath.Join(m.dir, "run"), slot)
					if _, err := os.Stat(inside); (err == nil) != (slot == w.Slot) || err != nil && !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("worker in slot %d sees the socket of slot %d: %v", w.Slot, slot, err)
					}
				}
			}
		})
	}
	m.result(m.stop("pool.web"), job.Done, "")
	for _, runtime := range []string{m.dir + "/run", h.state() + "/front", h.state() + "/front/run", h.state() + "/front-control"} {
		if left, _ := filepath.Glob(filepath.Join(runtime, "workers", "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// A worker that listens elsewhere is not ready, and nobody else gets its requests.
func TestProxyFindsNobody(t *testing.T) {
	h := newHome(t)
	m := live(t, h, h.load(t, `
app "web" {
  command       = ["sleep", "1000"]
  start_timeout = "500ms"
}
pool "web" {
  app      = app.web
  workers  = 1
  dispatch = "proxy"
  listen "http" {
    address = "`+freePort(t)+`"
  }
}
`))
	m.eventually("the start has failed", func(model *engine.Model) bool {
		return strings.Contains(model.Unit("pool.web").Note(), "nothing of it listens on port")
	})
}

// A broken release is refused while clients notice nothing.
func TestProxyRefusesBrokenRelease(t *testing.T) {
	h := newHome(t)
	pool, url := placedPool(t, 2, func(p *units.Pool) { p.App.Directory = h.dir })
	m := live(t, h, units.NewSet(pool))
	m.poolReady(2)
	kept := keepAlive(2, "POST", url)
	broken := filepath.Join(h.dir, "broken")
	if err := os.WriteFile(broken, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if tx := m.reload("pool.web"); tx.Result != job.Failed {
		t.Errorf("the reload: %+v", tx)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	m.result(m.reload("pool.web"), job.Done, "")
	m.poolReady(2)
	kept.end(t, 10)
}

// A restart keeps the address; who comes meanwhile waits for the first worker. A stop waits for those who are served.
func TestProxyAtRestartAndStop(t *testing.T) {
	pool, url := placedPool(t, 1, func(p *units.Pool) { p.App.StopTimeout = time.Second })
	m := start(t, pool)
	m.poolReady(1)
	restart := m.begin(job.Restart, "pool.web")
	m.eventually("it stops", func(model *engine.Model) bool { return model.Unit("pool.web").Phase() != lifecycle.Active })
	if _, err := get(url); err != nil {
		t.Error(err)
	}
	m.finished(restart)
	m.poolReady(1)
	served := make(chan error)
	go func() {
		_, err := get(url + "?pause=300ms")
		served <- err
	}()
	m.eventually("the request has come", func(*engine.Model) bool {
		body, err := get(url + "under-way")
		return err == nil && body == "2" // this one, too
	})
	m.result(m.stop("pool.web"), job.Done, "")
	if err := <-served; err != nil {
		t.Errorf("a request that was being answered at the stop: %v", err)
	}
	if _, err := get(url); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after a stop: %v, want that nobody listens", err)
	}
}

// passedPool is the text of a pool behind a proxy, with its app.
func passedPool(name, address, more string) string {
	return `
app "` + name + `" {
  command   = [var.program, "program:placed"]
  directory = user.home
  health "http" {
    path = "/health"
  }
}
pool "` + name + `" {
  app      = app.` + name + `
  workers  = 2
  dispatch = "proxy"
  listen "http" {
    address = "` + address + `"
  }
  ` + more + `
}
`
}

// What changes in the file of a pool behind a proxy comes in force as for any other.
func TestProxyApplies(t *testing.T) {
	address, second := freePort(t), freePort(t)
	url := "http://" + address + "/"
	m := boot(t, webPoolText("web", address, ""))
	serves := func(url string) {
		t.Helper()
		m.eventually("the pool serves at "+url, func(*engine.Model) bool {
			_, err := get(url)
			return err == nil
		})
	}
	m.poolReady(2)
	for _, text := range []string{
		passedPool("web", address, ""),  // another dispatch
		webPoolText("web", address, ""), // and back
		passedPool("web", address, ""),
	} {
		_, tx := m.apply(text)
		m.result(tx, job.Done, "")
		m.poolReady(2)
		serves(url)
	}
	// Another address is bound first, and the old one served until the new workers are ready.
	l := loadOn(url)
	changes, tx := m.apply(passedPool("web", second, ""))
	m.result(tx, job.Done, "")
	serves("http://" + second + "/")
	if changes[0].Verdict != units.Rolled {
		t.Errorf("changes %+v", changes)
	}
	close(l.stop)
	l.done.Wait()
	if _, err := get(url); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the old address: %v, want that nobody listens", err)
	}
	// An app takes the address over, open as it is, and gives it back.
	url = "http://" + second + "/"
	for _, text := range []string{webApp("other", second), passedPool("web", second, "")} {
		_, tx := m.apply(text)
		m.result(tx, job.Done, "")
		serves(url)
	}
	m.poolReady(2)
	_, tx = m.apply(passedPool("web", second, "recycle {\n max_requests = 10\n}"))
	m.result(tx, job.Done, "")
	kept := keepAlive(1, "POST", url)
	m.recycled(2, 12)
	kept.end(t, 10)
}
