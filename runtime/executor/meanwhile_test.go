package executor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// A stop may come at each step of a start; afterwards nothing of the unit lives and a new start works.
func TestStopDuringStart(t *testing.T) {
	h := newHome(t)
	daemon := h.daemon(t)
	m := live(t, h, h.load(t, `
locals {
  hang = ["sh", "-c", "touch $0; exec ${user.home}/bin/daemon 5001"]
}
app "prestart" {
  command   = ["sleep", "1000"]
  pre_start = [concat(local.hang, ["prestart"])]
  enabled   = false
}
app "oneshot" {
  type    = "oneshot"
  command = concat(local.hang, ["oneshot"])
  enabled = false
}
app "notify" {
  type    = "notify"
  command = concat(local.hang, ["notify"])
  enabled = false
}
app "health" {
  command = concat(local.hang, ["health"])
  enabled = false
  health "never" {
    command = ["sh", "-c", "sleep 0.01; exit 1"]
  }
}
app "poststart" {
  command    = ["sleep", "1000"]
  post_start = [concat(local.hang, ["poststart"])]
  enabled    = false
}
app "stubborn" {
  type         = "notify"
  command      = ["sh", "-c", "trap '' TERM; touch stubborn; while :; do sleep 0.02; done"]
  stop_timeout = "200ms"
  enabled      = false
}
`))
	for _, name := range []string{"prestart", "oneshot", "notify", "health", "poststart", "stubborn"} {
		t.Run(name, func(t *testing.T) {
			m := m.in(t)
			start := m.begin(job.Start, name)
			m.eventually("the step is reached", func(*engine.Model) bool {
				_, err := os.Stat(filepath.Join(m.dir, name))
				return err == nil
			})
			m.result(m.stop(name), job.Done, "")
			if tx := m.finished(start); tx.Result != job.Canceled && tx.Result != job.Failed {
				t.Errorf("the start: %+v", tx)
			}
			m.stands(name, "dead", "")
			if pids := living(daemon, "5001"); len(pids) > 0 {
				t.Errorf("pids %v are left", pids)
			}
		})
	}
	t.Run("at once", func(t *testing.T) {
		m := m.in(t)
		for range 20 { // in whichever moment of the spawn the stop arrives
			start := m.begin(job.Start, "notify")
			m.result(m.stop("notify"), job.Done, "")
			m.finished(start)
			if pids := living(daemon, "5001"); len(pids) > 0 {
				t.Fatalf("pids %v are left", pids)
			}
		}
	})
}

func TestRequestsThatMeet(t *testing.T) {
	m := boot(t, `
app "slow" {
  command  = ["sleep", "1000"]
  pre_stop = [["sh", "-c", "touch stopping; until test -e stopped; do sleep 0.01; done"]]
}
app "backoff" {
  command = ["sh", "-c", "test -e mended || exit 1; exec sleep 1000"]
  restart {
    delay = "1h"
    max_delay = "1h"
  }
}
app "backoff2" {
  command = ["sh", "-c", "test -e mended || exit 1; exec sleep 1000"]
  restart {
    delay = "1h"
    max_delay = "1h"
  }
}
app "stopped" {
  command = ["sh", "-c", "exit 1"]
  restart {
    delay = "1h"
    max_delay = "1h"
  }
}
app "restarted" {
  command  = ["sleep", "1000"]
  pre_stop = [["sleep", "0.2"]]
}
`)
	t.Run("start during stop", func(t *testing.T) {
		m := m.in(t)
		m.active("app.slow")
		old := m.pid("app.slow")
		stop := m.begin(job.Stop, "slow")
		m.eventually("it is stopping", func(*engine.Model) bool {
			_, err := os.Stat(filepath.Join(m.dir, "stopping"))
			return err == nil
		})
		start := m.begin(job.Start, "slow")
		m.home.write(t, "stopped", "", 0o600)
		m.result(m.finished(start), job.Done, "")
		m.finished(stop)
		if pid := m.pid("app.slow"); pid == old || pid == 0 || alive(old) {
			t.Errorf("pid was %d and is %d", old, pid)
		}
	})
	t.Run("start, restart and stop during backoff", func(t *testing.T) {
		m := m.in(t)
		for _, name := range []string{"backoff", "backoff2", "stopped"} {
			m.waitSub(name, "auto-restart")
		}
		m.result(m.stop("stopped"), job.Done, "")
		m.stands("stopped", "dead", "")
		m.home.write(t, "mended", "", 0o600)
		m.result(m.restart("backoff"), job.Done, "")
		m.stands("backoff", "running", "")
		m.result(m.start("backoff2"), job.Done, "")
		m.stands("backoff2", "running", "")
	})
	t.Run("two restarts", func(t *testing.T) {
		m := m.in(t)
		m.active("app.restarted")
		first := m.begin(job.Restart, "restarted")
		m.eventually("it is stopping", func(model *engine.Model) bool { return model.Unit("app.restarted").Phase() == lifecycle.Stopping })
		second := m.begin(job.Restart, "restarted")
		m.result(m.finished(first), job.Done, "")
		m.result(m.finished(second), job.Done, "")
	})
}

// The generation's directory is pinned: what dies starts again where it was; who restarts by hand gets the
// directory of now.
func TestDirectoryIsPinned(t *testing.T) {
	h := newHome(t)
	for _, release := range []string{"one", "two"} {
		h.write(t, "releases/"+release+"/name", release, 0o644)
	}
	current := filepath.Join(h.dir, "current")
	point := func(release string) {
		t.Helper()
		if err := os.RemoveAll(current); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(h.dir, "releases", release), current); err != nil {
			t.Fatal(err)
		}
	}
	point("one")
	m := live(t, h, h.load(t, `
app "a" {
  command   = ["sh", "-c", "cat name >>~/names; exec sleep 1000"]
  directory = "~/current"
  restart {
    delay = "100ms"
  }
}
`))
	m.waitFile("names", "one")
	point("two")
	m.active("app.a")
	m.kill("a")
	m.waitFile("names", "oneone")
	m.active("app.a")
	m.result(m.restart("a"), job.Done, "")
	m.waitFile("names", "oneonetwo")
	// A crash while the release is gone altogether is tried again until it is back.
	if err := os.Rename(filepath.Join(h.dir, "releases"), filepath.Join(h.dir, "away")); err != nil {
		t.Fatal(err)
	}
	m.kill("a")
	m.waitSub("a", "auto-restart")
	if note := m.note("a"); !strings.Contains(note, "directory") && !strings.Contains(note, "releases/two") {
		t.Errorf("note is %q", note)
	}
	if err := os.Rename(filepath.Join(h.dir, "away"), filepath.Join(h.dir, "releases")); err != nil {
		t.Fatal(err)
	}
	m.waitFile("names", "oneonetwotwo")
}
