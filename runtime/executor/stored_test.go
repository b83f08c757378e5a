package executor_test

import (
	"net"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// What a program stores comes back to it behind its sockets, whatever ends it, until it is stopped.
func TestStoredFiles(t *testing.T) {
	address := freePort(t)
	m := boot(t, `
app "a" {
  type         = "notify"
  command      = [var.program, "program:storing"]
  directory    = path.state
  fd_store_max = 3
  listen "http" {
    address = "unix:a.sock"
  }
  restart {
    delay = "10ms"
  }
}
app "none" {
  type      = "notify"
  command   = [var.program, "program:storing"]
  directory = path.state
}
app "hook" {
  command      = ["sleep", "1000"]
  fd_store_max = 1
  pre_start    = [[var.program, "program:notify", "store", "barrier", "exit"]]
  post_start   = [["sh", "-c", "echo FDSTORE=$FDSTORE >hook"]]
  directory    = path.state
}
`)
	m.active("app.a")
	m.active("app.none")
	m.active("app.hook")
	m.given("app.a", "FDSTORE=3 http")
	m.given("app.none", "FDSTORE=")
	files := restingFiles(t)
	m.order("app.a", "memory state first")
	m.order("app.a", "listen conn "+address)
	m.stored("app.a", 0, "state", "conn")
	m.order("app.a", "again state other")
	m.order("app.a", "again conn conn")
	m.stored("app.a", 0, "state", "conn")

	m.ungiven()
	m.kill("app.a")
	m.given("app.a", "FDSTORE=3 http state=first conn")
	m.active("app.a")
	m.order("app.a", "say FDSTOREREMOVE=1 FDNAME=state")
	m.stored("app.a", 0, "conn")
	m.order("app.a", "memory state second")
	m.ungiven()
	m.order("app.a", "exit 3")
	m.given("app.a", "FDSTORE=3 http conn state=second")
	m.ungiven()
	m.result(m.restart("app.a"), job.Done, "")
	m.given("app.a", "FDSTORE=3 http conn state=second")

	m.order("app.a", "memory last third")
	m.order("app.a", "memory more fourth")
	m.order("app.a", "memory more fifth")
	m.stored("app.a", 0, "conn", "state", "last")
	if lines := m.said.Lines("the store of this unit is full (3): closed 1"); len(lines) != 1 || !strings.Contains(lines[0], "unit=app.a") {
		t.Errorf("of what was too much it said %q", lines)
	}
	m.ungiven()
	m.result(m.stop("app.a"), job.Done, "")
	if listener, err := net.Listen("tcp", address); err != nil {
		t.Errorf("a stored socket is open after the stop: %v", err)
	} else {
		listener.Close()
	}
	m.result(m.start("app.a"), job.Done, "")
	m.given("app.a", "FDSTORE=3 http")

	// What nobody may store is closed: by units without a store, and by hooks.
	m.order("app.none", "memory state first")
	m.stored("app.none", 0)
	if lines := m.said.Lines("the store of this unit is full (0): closed 1"); len(lines) != 1 {
		t.Errorf("of a unit without a store it said %q", lines)
	}
	m.stored("app.hook", 0)
	m.waitFile("hook", "FDSTORE=\n")
	m.eventually("nothing else is open", func(*engine.Model) bool { return openFiles(t) <= files })
}

// What is not good for anything any more is given up while nobody runs, too.
func TestStoredFilesHangUp(t *testing.T) {
	m := boot(t, `
app "a" {
  type         = "notify"
  command      = [var.program, "program:storing"]
  directory    = path.state
  fd_store_max = 10
  restart {
    delay = "1h"
    max_delay = "1h"
    immediate = []
  }
}
`)
	m.active("app.a")
	files := restingFiles(t)
	for _, order := range []string{"memory state x", "pipe one", "pipe two", "pipe-unpolled three"} {
		m.order("app.a", order)
	}
	m.stored("app.a", 0, "state", "one", "two", "three")
	m.eventually("4 more files are open, and one to watch them", func(*engine.Model) bool { return openFiles(t) == files+5 })
	m.order("app.a", "hangup one")
	m.order("app.a", "hangup three")
	m.stored("app.a", 0, "state", "two", "three")
	m.kill("app.a") // closes the other ends of all
	m.waitSub("app.a", "auto-restart")
	m.stored("app.a", 0, "state", "three")
	m.result(m.start("app.a"), job.Done, "")
	m.given("app.a", "FDSTORE=10 state=x three")
	m.order("app.a", "say FDSTOREREMOVE=1 FDNAME=a:b")
	m.order("app.a", "say FDSTOREREMOVE=1 FDNAME=three FDSTORE=0")
	m.stored("app.a", 0, "state")
	if lines := m.said.Lines("ignore FDSTOREREMOVE=1 without a valid FDNAME"); len(lines) != 1 {
		t.Errorf("it said %q", lines)
	}
}

// Each worker has a store of its own, which whoever replaces it begins with.
func TestStoredFilesOfAPool(t *testing.T) {
	m := boot(t, `
app "web" {
  type         = "notify"
  command      = [var.program, "program:storing"]
  directory    = path.state
  fd_store_max = 2
  pre_start    = [["sh", "-c", "! test -e broken"]]
  restart {
    immediate = ["signal"]
  }
}
pool "web" {
  app     = app.web
  workers = 2
}
`)
	m.poolReady(2)
	files := restingFiles(t)
	for _, worker := range []string{"pool.web/1", "pool.web/2"} {
		m.given(worker, "FDSTORE=2")
		m.order(worker, "memory state of-"+fileOf(worker))
	}
	own := func(index, n string) {
		t.Helper()
		m.given("pool.web/"+index, "FDSTORE=2 state=of-pool.web-"+index+n)
	}
	m.stored("pool.web", 1, "state")
	m.stored("pool.web", 2, "state")
	m.ungiven()
	m.killPID(m.worker("has index 2", func(w *lifecycle.Worker) bool { return w.Index == 2 }))
	own("2", "")
	m.poolReady(2)
	m.result(m.reload("pool.web"), job.Done, "")
	own("1", "")
	own("2", "")
	m.poolReady(2)
	m.stored("pool.web", 1, "state")

	// A generation that does not become ready changes nothing.
	m.home.write(t, "broken", "", 0o600)
	m.result(m.reload("pool.web"), job.Failed, "pre_start hook 1")
	if err := os.Remove(m.dir + "/broken"); err != nil {
		t.Fatal(err)
	}
	m.ungiven()
	m.result(m.restart("pool.web"), job.Done, "")
	m.poolReady(2)
	own("1", "")
	own("2", "")
	m.order("pool.web/1", "memory more x")
	m.stored("pool.web", 1, "state", "more")

	m.call(func(model *engine.Model) {
		if err := model.Scale("pool.web", 1); err != nil {
			t.Error(err)
		}
	})
	m.eventually("one is left", func(model *engine.Model) bool { return len(model.Unit("pool.web").Pool.Workers) == 1 })
	m.call(func(model *engine.Model) {
		if err := model.Scale("pool.web", 0); err != nil {
			t.Error(err)
		}
	})
	m.poolReady(2)
	m.given("pool.web/2", "FDSTORE=2")
	m.ungiven()
	m.result(m.stop("pool.web"), job.Done, "")
	m.eventually("nothing else is open", func(*engine.Model) bool { return openFiles(t) <= files })
	m.result(m.start("pool.web"), job.Done, "")
	m.poolReady(2)
	m.given("pool.web/1", "FDSTORE=2")
}

// A program that stores thousands of files gets no more of the manager than its share, and others go on.
func TestStoreFlood(t *testing.T) {
	m := boot(t, `
app "flood" {
  type         = "notify"
  command      = [var.program, "program:storing"]
  directory    = path.state
  fd_store_max = 1024
}
app "other" {
  type         = "notify"
  command      = [var.program, "program:storing"]
  directory    = path.state
  fd_store_max = 3
}
`)
	m.active("app.flood")
	m.active("app.other")
	files := restingFiles(t)
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	const most = 200
	limit := old
	limit.Cur = most
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
			t.Error(err)
		}
	})
	flooded := make(chan struct{})
	go func() {
		defer close(flooded)
		for _, order := range []string{"flood 1000 1", "flood 200 16", "flood 100 17", "flood 50 40"} {
			m.order("app.flood", order)
		}
	}()
	for restarts := 0; ; restarts++ {
		m.result(m.restart("app.other"), job.Done, "")
		select {
		case <-flooded:
			t.Logf("%d restarts of the other unit meanwhile", restarts+1)
		default:
			continue
		}
		break
	}
	if now := openFiles(t); now > most*3/4 {
		t.Errorf("%d files of %d are open", now, most)
	}
	if lines := m.said.Lines("half of the files that unitd may open are stored (100 of 200)"); len(lines) != 1 {
		t.Errorf("it said %q", lines)
	}
	if lines := m.said.Lines("too many open files"); len(lines) > 0 {
		t.Errorf("it had too many files: %q", lines)
	}
	m.eventually("the state says what is stored", func(model *engine.Model) bool {
		n := len(model.Unit("app.flood").Process.Stored)
		return n > 20 && n <= most/2
	})
	m.result(m.restart("app.flood"), job.Done, "")
	if got := strings.Count(m.file("app.flood.given"), " flood"); got < 20 || got > most/2 {
		t.Errorf("given back: %d", got)
	}
	m.result(m.stop("app.flood"), job.Done, "")
	m.eventually("nothing else is open", func(*engine.Model) bool { return openFiles(t) <= files })
}
