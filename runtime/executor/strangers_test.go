package executor_test

import (
	"os"
	"strings"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// What a process says counts for the unit that it is of, and for nobody where it is of none.
func TestStrangersHaveNoSay(t *testing.T) {
	m := boot(t, `
app "waits" {
  type          = "notify"
  command       = ["sleep", "1000"]
  start_timeout = "1s"
  enabled       = false
  restart {
    policy = "no"
  }
}
app "other" {
  type      = "notify"
  command   = [var.program, "program:storing"]
  directory = path.state
}
`)
	m.active("app.other")
	tx := m.begin(job.Start, "waits")
	m.eventually("it runs", func(model *engine.Model) bool { return model.Unit("app.waits").MainPID() != 0 })
	for _, text := range []string{"READY=1", "STATUS=stranger", "MAINPID=1", "STOPPING=1", "FDSTORE=1"} {
		// By the manager itself, by a process beside it, and by one of another unit.
		t.Setenv("NOTIFY_SOCKET", m.executor.NotifySocket())
		if err := send(text, 0); err != nil {
			t.Fatal(err)
		}
		stranger, err := os.StartProcess(testBinary(), []string{"stranger", "program:notify", text, "exit"}, &os.ProcAttr{Env: os.Environ()})
		if err != nil {
			t.Fatal(err)
		}
		m.eventually("it has said so", func(*engine.Model) bool { return !alive(stranger.Pid) })
		if text != "STOPPING=1" {
			m.order("app.other", "say "+text)
		}
	}
	m.result(m.finished(tx), job.Failed, "it sent no READY=1")
	m.call(func(model *engine.Model) {
		waits, other := model.Unit("app.waits").Process, model.Unit("app.other").Process
		if waits.StatusText != "" || other.StatusText != "stranger" || other.Phase != lifecycle.Active {
			t.Errorf("the statuses are %q and %q, the other unit is %s", waits.StatusText, other.StatusText, other.Phase)
		}
	})
	if lines := m.said.Lines("ignore a notification of a process that is of no unit"); len(lines) != 1 {
		t.Errorf("of strangers it said %q", lines)
	}
}

// Datagrams that make no sense are dropped, what makes no sense in others is ignored, and the log says so once.
func TestMessagesWithoutSense(t *testing.T) {
	m := boot(t, `
app "a" {
  type      = "notify"
  command   = [var.program, "program:storing"]
  directory = path.state
}
`)
	m.active("app.a")
	m.order("app.a", "say STATUS=fine")
	for range 3 {
		m.order("app.a", "nonsense")
	}
	m.order("app.a", "say ERRNO=5")
	m.call(func(model *engine.Model) {
		if p := model.Unit("app.a").Process; p.StatusText != "fine" || p.Errno != 5 || p.Phase != lifecycle.Active {
			t.Errorf("its status is %q, errno %d, it is %s", p.StatusText, p.Errno, p.Phase)
		}
	})
	for _, why := range []string{
		"more than 16384 bytes", "more than 16 files came with it", "it holds a NUL byte", "BARRIER=1 came together",
		"BARRIER=1 needs exactly one file", "ignore values that make no sense",
	} {
		if lines := m.said.Lines(why); len(lines) != 1 || !strings.Contains(lines[0], "unit=app.a") {
			t.Errorf("of %q it said %q", why, lines)
		}
	}
}
