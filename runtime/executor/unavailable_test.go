package executor_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// doors are the ways in which clients reach a pool, by the name of the pool that has one.
var doors = map[string]func(t *testing.T, dir string) units.Listen{
	"each": func(t *testing.T, _ string) units.Listen {
		return units.Listen{Name: "http", Address: freePort(t), Backlog: 128, PerWorker: true}
	},
	"shared": func(t *testing.T, _ string) units.Listen {
		return units.Listen{Name: "http", Address: freePort(t), Backlog: 128}
	},
	"proxy": func(t *testing.T, _ string) units.Listen {
		return units.Listen{Name: "http", Address: freePort(t), Backlog: 128}
	},
	"unix": func(_ *testing.T, dir string) units.Listen {
		return units.Listen{Name: "http", Address: "unix:" + filepath.Join(dir, "pool.sock"), Backlog: 128, Mode: 0o600}
	},
}

// place is a pool behind a door: who it is, who visits it, and the directory that it runs in.
type place struct {
	pool    units.ID
	visitor *visitor
	dir     string
}

// bootDoors boots a pool of n workers for each door, which answers its clients after a while; change may change it.
func bootDoors(t *testing.T, n int, after time.Duration, change func(p *units.Pool, dir string)) (*manager, map[string]place) {
	t.Helper()
	places := map[string]place{}
	var pools []*units.Unit
	for name, listen := range doors {
		dir, err := os.MkdirTemp("", "door")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		pool, _ := webPool(t, n, func(p *units.Process, _ *units.Program) {
			p.Directory = dir
			p.Restart.Delay, p.Restart.MaxDelay = 200*time.Millisecond, 200*time.Millisecond
		})
		l := listen(t, dir)
		pool.ID = units.ID("pool." + name)
		pool.Pool.AppID = units.ID("app." + name)
		pool.Pool.Listen, pool.Pool.Proxy = []units.Listen{l}, name == "proxy"
		pool.Pool.Unavailable = &units.Unavailable{After: after, Status: 503, RetryAfter: 7 * time.Second}
		if change != nil {
			change(pool.Pool, dir)
		}
		pools = append(pools, pool)
		places[name] = place{pool.ID, visitorOf(t, l), dir}
	}
	return start(t, pools...), places
}

// atEachDoor runs a test at each door of a manager.
func atEachDoor(t *testing.T, n int, after time.Duration, change func(p *units.Pool, dir string), test func(m *manager, v *visitor, dir string)) {
	t.Helper()
	m, places := bootDoors(t, n, after, change)
	t.Run("door", func(t *testing.T) {
		for name, at := range places {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				v := *at.visitor
				v.t = t
				test(m.in(t).of(at.pool), &v, at.dir)
			})
		}
	})
}

// visitor is a client of a pool behind a door.
type visitor struct {
	t      *testing.T
	dial   func(context.Context) (net.Conn, error)
	client http.Client
}

func visitorOf(t *testing.T, l units.Listen) *visitor {
	network, address := "tcp", l.Address
	if path, ok := strings.CutPrefix(l.Address, "unix:"); ok {
		network, address = "unix", path
	}
	v := &visitor{t: t, dial: func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, network, address) }}
	v.client = http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return v.dial(ctx) },
	}}
	return v
}

// visit is what became of one request.
type visit struct {
	status int
	header http.Header
	body   string
	err    error
	began  time.Time
	took   time.Duration
}

func (v *visitor) visit(method string, body io.Reader) visit {
	begun := time.Now()
	request, err := http.NewRequest(method, "http://localhost/", body)
	if err != nil {
		v.t.Fatal(err)
	}
	response, err := v.client.Do(request)
	got := visit{err: err, began: begun}
	if err == nil {
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		got.status, got.header, got.body, got.err = response.StatusCode, response.Header, string(text), err
	}
	got.took = time.Since(begun)
	return got
}

// must wants one request to be answered so.
func (v *visitor) must(status int) visit {
	v.t.Helper()
	got := v.visit(http.MethodGet, nil)
	if got.err != nil || got.status != status {
		v.t.Fatalf("status %d, %v; want %d", got.status, got.err, status)
	}
	return got
}

// arrivals has somebody come every few milliseconds until stop is called, which gives what became of them.
func (v *visitor) arrivals() (stop func() []visit) {
	var all sync.WaitGroup
	var mu sync.Mutex
	var visits []visit
	end := make(chan struct{})
	all.Go(func() {
		for {
			all.Go(func() {
				got := v.visit(http.MethodGet, nil)
				mu.Lock()
				defer mu.Unlock()
				visits = append(visits, got)
			})
			select {
			case <-end:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return func() []visit {
		close(end)
		all.Wait()
		return visits
	}
}

// put makes a file in a directory, drop removes it.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func drop(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// killWorkers kills the main process of each worker at once.
func (m *manager) killWorkers() {
	m.t.Helper()
	for _, pid := range m.workerPIDs() {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			m.t.Fatal(err)
		}
	}
}

// All workers die at once, and none comes back for a while: clients wait for so long and no longer, whether they come
// then or wait in a queue already; and once a worker is ready all get to it.
func TestNoWorkerReady(t *testing.T) {
	const after = time.Second
	atEachDoor(t, 2, after, nil, func(m *manager, v *visitor, dir string) {
		t := m.t
		m.poolReady(2)
		v.must(200)
		put(t, dir, "broken", "")
		stop := v.arrivals()
		m.killWorkers()
		m.eventually("none is ready", func(model *engine.Model) bool { return m.poolIn(model).Ready() == 0 })
		died := time.Now()
		m.eventually("clients are answered, and it says so", func(model *engine.Model) bool {
			return m.poolIn(model).Diverted && strings.Contains(model.Unit(m.pool).Note(), "no worker ready: answering 503; worker ")
		})
		t.Logf("answered %v after the workers died", time.Since(died).Round(time.Millisecond))
		got := v.must(503)
		if got.header.Get("Retry-After") != "7" || !strings.Contains(got.body, "Service Unavailable") {
			t.Errorf("%v, %q", got.header, got.body)
		}
		m.eventually("that has gone on for a while", func(*engine.Model) bool { return time.Since(died) > 2*after })
		drop(t, dir, "broken")
		m.eventually("a worker is ready", func(model *engine.Model) bool { return m.poolIn(model).Ready() > 0 })
		m.eventually("clients go to it", func(model *engine.Model) bool { return !m.poolIn(model).Diverted })
		back := time.Now()
		m.poolReady(2)
		for range 20 {
			v.must(200)
		}
		counts := map[int]int{}
		for _, got := range stop() {
			switch {
			case got.began.After(back) && got.status != 200:
				t.Errorf("%v after the return of a worker: status %d, %v", got.began.Sub(back), got.status, got.err)
			case got.err != nil && got.began.After(died): // before that, a worker may have taken the request with it
				t.Errorf("%v after the death: %v", got.began.Sub(died), got.err)
			case got.took > after+time.Second:
				t.Errorf("%v after the death one waited %v for status %d", got.began.Sub(died), got.took, got.status)
			}
			counts[got.status]++
		}
		t.Logf("answers by status: %v", counts)
		if counts[503] < 20 {
			t.Error("hardly anybody has come while there was no worker")
		}
	})
}

// A worker that is alive and never gets ready has a queue that nobody serves.
func TestWorkerNeverReady(t *testing.T) {
	slow := func(_ *units.Pool, dir string) { put(t, dir, "slow", "") }
	atEachDoor(t, 1, 700*time.Millisecond, slow, func(m *manager, v *visitor, _ string) {
		t := m.t
		m.eventually("it listens", func(model *engine.Model) bool { return m.poolIn(model).Listening })
		var early sync.WaitGroup
		for range 30 {
			early.Go(func() {
				if got := v.visit(http.MethodGet, nil); got.status != 503 || got.took > 3*time.Second {
					t.Errorf("status %d after %v, %v", got.status, got.took, got.err)
				}
			})
		}
		early.Wait()
		v.must(503)
		m.stands(string(m.pool), "start", "no worker ready: answering 503")
	})
}

// In maintenance the manager answers, and workers live on, are checked, killed, replaced and reloaded, but serve nobody.
func TestMaintenance(t *testing.T) {
	away := func(p *units.Pool, dir string) {
		put(t, dir, "down.html", "<h1>back soon</h1>")
		p.Unavailable.Page, p.Unavailable.Status = filepath.Join(dir, "down.html"), 500
	}
	atEachDoor(t, 2, time.Minute, away, func(m *manager, v *visitor, dir string) {
		t := m.t
		m.poolReady(2)
		before := m.workerPIDs()
		v.must(200)
		m.maintenance(true)
		for range 20 {
			got := v.must(500)
			if got.body != "<h1>back soon</h1>" || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("%v, %q", got.header, got.body)
			}
		}
		if got := v.visit(http.MethodHead, nil); got.status != 500 || got.body != "" || got.header.Get("Content-Length") != "18" {
			t.Errorf("HEAD: %+v", got)
		}
		if got := v.visit(http.MethodPost, bytes.NewReader(make([]byte, 3<<20))); got.status != 500 || got.body != "<h1>back soon</h1>" {
			t.Errorf("POST: %+v", got)
		}
		// Checks still reach the workers.
		ill := "ill." + string(m.pool)
		put(t, dir, ill+"/1", "")
		put(t, dir, ill+"/2", "")
		m.eventually("an ill worker is found", func(model *engine.Model) bool { return m.poolIn(model).Ready() < 2 })
		drop(t, dir, ill+"/1")
		drop(t, dir, ill+"/2")
		m.poolReady(2)
		if maps.Equal(m.workerPIDs(), before) {
			t.Error("it was not replaced")
		}
		m.killWorkers()
		m.poolReady(2)
		m.result(m.reload(string(m.pool)), job.Done, "")
		m.poolReady(2)
		v.must(500)
		m.stands(string(m.pool), "running", "maintenance: answering 500")
		// Said again, the page is read again; where there is none any more, clients are answered all the same.
		put(t, dir, "down.html", "still away")
		m.maintenance(true)
		if got := v.must(500); got.body != "still away" {
			t.Errorf("the page is %q", got.body)
		}
		drop(t, dir, "down.html")
		m.maintenance(true)
		if got := v.must(500); !strings.Contains(got.body, "Internal Server Error") {
			t.Errorf("without its page: %q", got.body)
		}
		m.stands(string(m.pool), "running", "a plain page is sent, since page "+filepath.Join(dir, "down.html")+" does not exist")
		m.maintenance(false)
		for range 20 {
			v.must(200)
		}
		m.stands(string(m.pool), "running", "")
		// It outlasts a restart and a stop.
		m.maintenance(true)
		m.result(m.restart(string(m.pool)), job.Done, "")
		v.must(500)
		m.result(m.stop(string(m.pool)), job.Done, "")
		if got := v.visit(http.MethodGet, nil); got.err == nil {
			t.Errorf("stopped, it answers %d", got.status)
		}
		m.result(m.start(string(m.pool)), job.Done, "")
		m.eventually("clients are answered", func(model *engine.Model) bool { return m.poolIn(model).Diverted })
		v.must(500)
	})
}

// maintenance turns it on or off and waits until clients go where they are meant to.
func (m *manager) maintenance(on bool) {
	m.t.Helper()
	m.call(func(model *engine.Model) {
		if err := model.SetMaintenance(m.pool, on); err != nil {
			m.t.Error(err)
		}
	})
	m.eventually("clients go elsewhere", func(model *engine.Model) bool { return m.poolIn(model).Attended() })
}

// Clients see a pool go into maintenance and out of it, again and again, and each is answered by one or the other.
func TestMaintenanceUnderLoad(t *testing.T) {
	atEachDoor(t, 2, time.Minute, nil, func(m *manager, v *visitor, _ string) {
		m.poolReady(2)
		stop := v.arrivals()
		for range 10 {
			m.maintenance(true)
			v.must(503)
			m.maintenance(false)
			v.must(200)
		}
		for _, got := range stop() {
			if got.err != nil || got.status != 200 && got.status != 503 {
				m.t.Errorf("status %d, %v", got.status, got.err)
			}
		}
	})
}

// A pool whose listener moves to another unit while clients are answered is one that serves.
func TestRenameInMaintenance(t *testing.T) {
	m, places := bootDoors(t, 1, time.Minute, nil)
	var renamed []*units.Unit
	for _, at := range places {
		m := m.of(at.pool)
		m.poolReady(1)
		m.maintenance(true)
		at.visitor.must(503)
		m.call(func(model *engine.Model) {
			pool := *model.Definition(at.pool)
			pool.ID += "2"
			renamed = append(renamed, &pool)
		})
	}
	m.call(func(model *engine.Model) {
		if _, _, err := model.Apply(units.NewSet(renamed...), false); err != nil {
			t.Error(err)
		}
		if len(model.Overrides().Maintenance) > 0 {
			t.Error("the overrides have outlived their units")
		}
	})
	for _, at := range places {
		m.eventually("the other one serves", func(model *engine.Model) bool {
			u := model.Unit(at.pool + "2")
			return u != nil && u.Phase() == lifecycle.Active && model.Unit(at.pool) == nil
		})
		at.visitor.must(200)
	}
}

// While no file can be opened those who wait for an answer are not given up.
func TestAnswersOnceFilesAreFree(t *testing.T) {
	m, places := bootDoors(t, 1, 2*time.Second, func(_ *units.Pool, dir string) { put(t, dir, "slow", "") })
	var waiting []net.Conn
	for name, at := range places {
		if name == "proxy" {
			continue // there nobody is accepted before there is a descriptor
		}
		m := m.of(at.pool)
		m.eventually("its worker runs", func(model *engine.Model) bool {
			p := m.poolIn(model)
			return len(p.Workers) == 1 && p.Workers[0].Process.MainPID != 0
		})
		for range 5 {
			conn, err := at.visitor.dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			waiting = append(waiting, conn)
		}
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 3
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	m.eventually("nobody can be accepted anywhere", func(*engine.Model) bool {
		return len(m.said.Lines("answer who waits; tried again")) == len(places)-1
	})
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for _, conn := range waiting {
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s: %+v, %v", conn.RemoteAddr(), response, err)
		}
	}
}
