package executor_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// versions asks a pool again and again which version of the code it serves, and remembers every answer.
type versions struct {
	mu     sync.Mutex
	seen   []string
	failed []string
	cut    bool // workers are killed, and with them goes what they have accepted
	stop   chan struct{}
	done   sync.WaitGroup
}

func watchVersions(url string, cut bool) *versions {
	v := &versions{cut: cut, stop: make(chan struct{})}
	for range 2 {
		v.done.Go(func() {
			for {
				body, err := get(url)
				v.mu.Lock()
				switch fields := strings.Fields(body); {
				case v.cut && err != nil && !errors.Is(err, syscall.ECONNREFUSED) && !os.IsTimeout(err):
				case err != nil || len(fields) != 3:
					v.failed = append(v.failed, fmt.Sprint(body, err))
				case !slices.Contains(v.seen, fields[2]):
					v.seen = append(v.seen, fields[2])
				}
				v.mu.Unlock()
				select { // last, so that each has asked once however soon the end comes
				case <-v.stop:
					return
				default:
				}
			}
		})
	}
	return v
}

// end wants no request to have failed, and these versions to have been seen, in this order.
func (v *versions) end(t *testing.T, want ...string) {
	t.Helper()
	close(v.stop)
	v.done.Wait()
	if len(v.failed) > 0 {
		t.Errorf("%d requests failed, the first with %s", len(v.failed), v.failed[0])
	}
	if !slices.Equal(v.seen, want) {
		t.Errorf("versions seen: %v, not %v", v.seen, want)
	}
}

// killWorker has the worker of an index crash, and waits until another one serves in its stead.
func (m *manager) killWorker(index int) {
	m.t.Helper()
	pid := 0
	m.call(func(model *engine.Model) { pid = m.poolIn(model).Worker(index).Process.MainPID })
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		m.t.Fatal(err)
	}
	m.eventually("a worker was started in its stead", func(model *engine.Model) bool {
		w := m.poolIn(model).Worker(index)
		return w != nil && w.Process.MainPID != pid && w.Process.Phase.Up()
	})
}

// reaches waits until a step of the present run has begun.
func (m *manager) reaches(step string) {
	m.t.Helper()
	m.eventually("step "+step+" has begun", func(model *engine.Model) bool {
		run := model.Unit("pipeline.deploy").Pipeline.Run
		return run != nil && slices.ContainsFunc(run.Steps, func(st lifecycle.StepRun) bool { return st.Name == step && !st.Began.IsZero() })
	})
}

// ask begins a run of pipeline.deploy.
func (m *manager) ask() int {
	m.t.Helper()
	id, err := m.engine.Deploy(context.Background(), "pipeline.deploy", lifecycle.PipelineRequest{By: lifecycle.ByDeploy})
	if err != nil {
		m.t.Fatal(err)
	}
	return id
}

const gated = `
  step "gate" {
    command = ["sh", "-c", "until test -e ~/go; do sleep 0.02; done; rm ~/go"]
  }
  step "reload" {
    reload = [pool.web]
  }
}
`

func webHCL(address, directory, recycle string) string {
	return `
app "web" {
  command       = [var.program, "program:web"]
  directory     = "` + directory + `"
  start_timeout = "2s"
  restart {
    delay = "10ms"
  }
  health "http" {
    path     = "/health"
    interval = "100ms"
  }
}
pool "web" {
  app     = app.web
  workers = 2
  listen "http" {
    address = "` + address + `"
  }
  recycle {
    max_age = "` + recycle + `"
  }
}
`
}

// A worker that crashes or is recycled starts the code of its generation, whatever was fetched, and whatever current leads to by
// then. Releases in which something runs are not pruned.
func TestPipelinePins(t *testing.T) {
	h := newHome(t)
	r := newRepository(t, h)
	h.write(t, "site/releases/0-0000000/version", "zero", 0o644)
	if err := os.Symlink("releases/0-0000000", filepath.Join(h.dir, "site/current")); err != nil {
		t.Fatal(err)
	}
	address := freePort(t)
	m := live(t, h, h.load(t, webHCL(address, "~/site/current", "1s")+`
app "apart" {
  command   = ["sh", "-c", "cp version ~/apart; exec sleep 1000"]
  directory = "~/site/current"
}
pipeline "deploy" {
  directory = "~/site"
  step "fetch" {
    git {
      url  = "`+r.bare+`"
      keep = 1
    }
  }
`+gated))
	m.poolReady(2)
	m.waitFile("apart", "zero")
	url := "http://" + address + "/"

	// The new code does not get ready.
	r.push(map[string]string{"version": "slow", "slow": ""})
	v := watchVersions(url, true)
	run := m.ask()
	m.reaches("gate")
	m.killWorker(1)
	m.recycled(2, 4)
	h.write(t, "go", "", 0o644)
	m.eventually("current has moved", func(*engine.Model) bool {
		to, _ := os.Readlink(filepath.Join(h.dir, "site/current"))
		return strings.HasPrefix(to, "releases/1-")
	})
	m.killWorker(2)
	ended := m.endedRun(run)
	if ended.Result != lifecycle.RunRolledBack || !strings.Contains(ended.Why, "step reload: pool.web: the new generation did not become ready") {
		t.Errorf("%s: %s", ended.Result, ended.Why)
	}
	if to, _ := os.Readlink(filepath.Join(h.dir, "site/current")); to != "releases/0-0000000" {
		t.Errorf("current leads to %s", to)
	}
	m.killWorker(1)
	v.end(t, "zero")

	// Good code.
	r.git(r.dir, "rm", "--quiet", "slow")
	r.push(map[string]string{"version": "one"})
	v = watchVersions(url, false)
	run = m.ask()
	m.reaches("gate")
	h.write(t, "go", "", 0o644)
	if ended := m.endedRun(run); ended.Result != lifecycle.RunOK {
		t.Errorf("%s: %s", ended.Result, ended.Why)
	}
	v.end(t, "zero", "one")
	m.killWorker(1)
	v = watchVersions(url, false)
	m.recycled(2, 12)
	v.end(t, "one")
	releases := func() string {
		entries, err := os.ReadDir(filepath.Join(h.dir, "site/releases"))
		if err != nil {
			t.Fatal(err)
		}
		var runs []string
		for _, entry := range entries {
			number, _, _ := strings.Cut(entry.Name(), "-")
			runs = append(runs, number)
		}
		return strings.Join(runs, " ")
	}
	deploy := func(version string) {
		t.Helper()
		r.push(map[string]string{"version": version})
		h.write(t, "go", "", 0o644)
		if ended := m.deploy(lifecycle.PipelineRequest{By: lifecycle.ByDeploy}); ended.Result != lifecycle.RunOK {
			t.Errorf("%s: %s", ended.Result, ended.Why)
		}
	}
	deploy("two")
	deploy("three")
	if got := releases(); got != "0 3 4" {
		t.Errorf("releases of the runs %s, not those that are live, were before, and run", got)
	}
	m.result(m.restart("apart"), job.Done, "")
	m.waitFile("apart", "three")
	deploy("four")
	if got := releases(); got != "4 5" {
		t.Errorf("releases of the runs %s", got)
	}
}

// In place nothing is recycled until the code has passed, or is what it was.
func TestPipelineInPlace(t *testing.T) {
	h := newHome(t)
	r := newRepository(t, h)
	r.push(map[string]string{"version": "one"})
	r.git(h.dir, "clone", "--quiet", r.bare, filepath.Join(h.dir, "site"))
	address := freePort(t)
	m := live(t, h, h.load(t, webHCL(address, "~/site", "1s")+`
pipeline "deploy" {
  directory = "~/site"
  step "fetch" {
    git {
      remote = "origin"
      layout = "in_place"
    }
  }
`+gated))
	m.poolReady(2)
	url := "http://" + address + "/"
	due := func() (notes string) {
		m.eventually("workers would be recycled", func(model *engine.Model) bool {
			pool := model.Unit("pool.web")
			notes = pool.Note()
			overdue := 0
			for _, w := range pool.Pool.Workers {
				if w.Due != "" && w.Role == lifecycle.Serving {
					overdue++
				}
			}
			return overdue == 2 && len(pool.Pool.Workers) == 2
		})
		return notes
	}

	// The run is stopped: the code is what it was.
	r.push(map[string]string{"version": "bad"})
	v := watchVersions(url, false)
	run := m.ask()
	m.reaches("gate")
	if notes := due(); !strings.Contains(notes, "it is recycled once pipeline.deploy has deployed") {
		t.Errorf("the pool says %q", notes)
	}
	if m.file("site/version") != "bad" {
		t.Errorf("the checkout is at %s", m.file("site/version"))
	}
	m.result(m.stop("pipeline.deploy"), job.Done, "")
	if ended := m.endedRun(run); ended.Result != lifecycle.RunCanceled || m.file("site/version") != "one" {
		t.Errorf("%s: %s, the checkout is at %s", ended.Result, ended.Why, m.file("site/version"))
	}
	m.eventually("workers are recycled again", func(model *engine.Model) bool {
		return !slices.ContainsFunc(model.Unit("pool.web").Pool.Workers, func(w *lifecycle.Worker) bool { return w.Key < 5 })
	})
	v.end(t, "one")

	r.push(map[string]string{"version": "two"})
	v = watchVersions(url, false)
	run = m.ask()
	m.reaches("gate")
	due()
	h.write(t, "go", "", 0o644)
	if ended := m.endedRun(run); ended.Result != lifecycle.RunOK || ended.Checked != r.git(r.dir, "rev-parse", "HEAD") {
		t.Errorf("%s: %s: %s", ended.Result, ended.Why, ended.Checked)
	}
	v.end(t, "one", "two")
}

// A remote that accepts and never answers holds up nobody who wants to stop it, and leaves no git behind.
func TestPipelineSilentRemote(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	h := newHome(t)
	m := live(t, h, h.load(t, `
pipeline "deploy" {
  directory = "~/site"
  step "fetch" {
    timeout = "1s"
    git {
      url = "git://`+silent.Addr().String()+`/site.git"
    }
  }
  step "never" { command = ["true"] }
}
`))
	ended := m.deploy(lifecycle.PipelineRequest{By: lifecycle.ByDeploy})
	if want := "step fetch: git fetch git://" + silent.Addr().String() + "/site.git: it took longer than its timeout of 1 s"; ended.Why != want {
		t.Errorf("%s: %s", ended.Result, ended.Why)
	}
	run := m.ask()
	m.eventually("git asks", func(*engine.Model) bool { return len(processesNaming(silent.Addr().String())) > 0 })
	began := time.Now()
	m.result(m.stop("pipeline.deploy"), job.Done, "")
	if ended := m.endedRun(run); ended.Result != lifecycle.RunCanceled || time.Since(began) > 5*time.Second {
		t.Errorf("%s: %s, after %v", ended.Result, ended.Why, time.Since(began))
	}
	if left := processesNaming(silent.Addr().String()); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
