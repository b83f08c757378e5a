package executor_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Whatever is asked for its health, and however it misbehaves: what comes of it is seen, nothing is left of it, and
// with action "none" nothing else happens.
func TestChecksOfAllKinds(t *testing.T) {
	h := newHome(t)
	address, other, nobody := freePort(t), freePort(t), freePort(t)
	text := `
app "a" {
  command   = [var.program, "program:faulty"]
  directory = path.state
  listen "http" {
    address = "` + address + `"
  }
  listen "admin" {
    address = "unix:admin.sock"
  }
  listen "other" {
    address = "` + other + `"
  }
`
	checks := []struct{ name, block, fails string }{
		{"path", "path = \"/ok\"\nlisten = \"http\"", ""},
		{"socket", "path = \"/ok\"\nlisten = \"admin\"", ""},
		{"other", "path = \"/ok\"\nlisten = \"other\"", ""},
		{"url", `url = "http://` + address + `/ok"`, ""},
		{"tcp", `address = "` + other + `"`, ""},
		{"status", "path = \"/teapot\"\nlisten = \"http\"\nstatus = [\"418\", \"500-599\"]", ""},
		{"nostatus", "path = \"/teapot\"\nlisten = \"http\"", "get /teapot: status 418, want 200-399"},
		{"headers", "path = \"/header\"\nlisten = \"http\"\nheaders = { X-Probe = \"unitd\", host = \"shop.example\" }", ""},
		{"loops", "path = \"/loops\"\nlisten = \"http\"", ""}, // a redirect is an answer, and not followed
		{"noredirect", "path = \"/loops\"\nlisten = \"http\"\nstatus = [\"200\"]", "get /loops: status 302, want 200"},
		{"floods", "path = \"/floods\"\nlisten = \"http\"", ""},
		{"hangs", "path = \"/hangs\"\nlisten = \"admin\"", "get /hangs: no answer within 300ms"},
		{"trickles", "path = \"/trickles\"\nlisten = \"http\"", "get /trickles: no answer within 300ms"},
		{"closes", "path = \"/closes\"\nlisten = \"http\"", "get /closes: connection closed before the answer was complete"},
		{"refused", `url = "http://` + nobody + `/"`, "connection refused"},
		{"tcprefused", `address = "` + nobody + `"`, "connect " + nobody + ": connection refused"},
		{"exec", `command = ["sh", "-c", "test $UNIT_NAME = app.a && test -S admin.sock"]`, ""},
		{"exit", `command = ["sh", "-c", "exit 4"]`, "exit 4"},
		{"signal", `command = ["sh", "-c", "kill -9 $$"]`, "SIGKILL"},
		{"missing", `command = ["no-such-program"]`, "find program no-such-program: not found"},
		{"forks", `command = ["sh", "-c", "sleep 4711 & setsid sleep 4711 & exit 0"]`, ""},
		{"execfloods", `command = ["sh", "-c", "head -c 100000000 /dev/zero; head -c 1000000 /dev/zero >&2"]`, ""},
		{"exechangs", `command = ["sh", "-c", "trap '' TERM; sleep 4711; sleep 4711"]`, "run check: no answer within 300ms"},
	}
	for _, c := range checks {
		text += "  health \"" + c.name + "\" {\n" + c.block +
			"\ninterval = \"200ms\"\ntimeout = \"300ms\"\naction = \"none\"\ngates_ready = false\n}\n"
	}
	m := live(t, h, h.load(t, text+"}\n"))
	m.active("app.a")
	pid := m.pid("app.a")
	for _, c := range checks {
		// Where all of them are made at once some may be slow to come true.
		m.eventually(c.name+" is as it should be", func(model *engine.Model) bool {
			for _, s := range model.Unit("app.a").Process.Checks {
				if s.Name == c.name {
					return c.fails == "" && s.OK || c.fails != "" && !s.OK && s.Failures > 1 && strings.Contains(s.LastError, c.fails)
				}
			}
			t.Fatalf("there is no check %s", c.name)
			return false
		})
	}
	m.active("app.a")
	if m.pid("app.a") != pid {
		t.Error("it was restarted")
	}
	for _, part := range []string{`health "exit" failed `, `health "hangs" failed `} {
		if note := m.note("a"); !strings.Contains(note, part) {
			t.Errorf("its note does not say %s: %s", part, note)
		}
	}
	// No more is read of a flood than fits into buffers on the way.
	m.waitFile("log/app.a.log", "sent ")
	for line := range strings.Lines(m.file("log/app.a.log")) {
		if rest, ok := strings.CutPrefix(line, "sent "); ok && len(strings.Fields(rest)[0]) > 2 {
			t.Errorf("it could send %s", rest)
		}
	}
	m.result(m.stop("a"), job.Done, "")
	if left := living("sleep", "4711"); len(left) > 0 {
		t.Errorf("of its checks is left: %v", left)
	}
}

// When a stop, a restart or a crash has been answered, nothing is left of the commands that asked about the program.
func TestCommandsOfChecksEndWithTheProgram(t *testing.T) {
	m := boot(t, `
app "a" {
  command   = ["sleep", "1000"]
  directory = path.state
  health "long" {
    command     = ["sh", "-c", "trap '' TERM HUP; setsid sleep 4712 & echo $$ >>asked; sleep 4712"]
    interval    = "20ms"
    timeout     = "1h"
    gates_ready = false
  }
  restart {
    delay     = "10ms"
    immediate = []
  }
}
`)
	asked := 0
	next := func() {
		t.Helper()
		asked++
		m.eventually("it is asked", func(*engine.Model) bool {
			return strings.Count(m.file("asked"), "\n") == asked && len(living("sleep", "4712")) == 2
		})
	}
	next()
	first := living("sleep", "4712")
	m.call(func(model *engine.Model) {
		if unit, ok := m.executor.UnitOf(first[0]); !ok || unit != "app.a" {
			t.Errorf("a process of its check counts as one of %q, %v", unit, ok)
		}
	})
	m.result(m.restart("a"), job.Done, "")
	for _, pid := range first {
		if alive(pid) {
			t.Errorf("pid %d of a check has outlived the restart", pid)
		}
	}
	next()
	second := living("sleep", "4712")
	m.kill("a")
	m.eventually("it is to be restarted", func(model *engine.Model) bool {
		return model.Unit("app.a").Process.Restarts > 0
	})
	for _, pid := range second {
		if alive(pid) {
			t.Errorf("pid %d of a check has outlived the crash", pid)
		}
	}
	next()
	m.result(m.stop("a"), job.Done, "")
	if left := living("sleep", "4712"); len(left) > 0 {
		t.Errorf("of its check is left: %v", left)
	}
}

// What fails is seen in the note and in the counts, before anything follows from it.
func TestUnhealthyIsSeenBeforeItActs(t *testing.T) {
	m := boot(t, `
app "a" {
  command   = ["sleep", "1000"]
  directory = path.state
  health "file" {
    command  = ["sh", "-c", "test ! -e ill || exit 9"]
    interval = "300ms"
    failures = 3
  }
}
`)
	m.active("app.a")
	pid := m.pid("app.a")
	m.home.write(t, "ill", "", 0o600)
	for _, note := range []string{`health "file" failed 1 of 3 times: exit 9`, `health "file" failed 2 of 3 times: exit 9`} {
		m.eventually("its note is "+note, func(model *engine.Model) bool {
			u := model.Unit("app.a")
			if u.Phase() != lifecycle.Active || u.MainPID() != pid {
				t.Fatalf("it is %s before its note was %s", u.Phase(), note)
			}
			return u.Note() == note && u.Process.Checks[0].Failures > 0 && u.Process.Checks[0].LastError == "exit 9"
		})
	}
	if err := os.Remove(m.dir + "/ill"); err != nil { // in time
		t.Fatal(err)
	}
	m.eventually("it is well again", func(model *engine.Model) bool {
		u := model.Unit("app.a")
		return u.Note() == "" && u.Process.Checks[0].Failures == 0
	})
	m.home.write(t, "ill", "", 0o600)
	m.eventually("it was ended", func(model *engine.Model) bool {
		p := model.Unit("app.a").Process
		return p.LastExit != nil && p.LastExit.Reason == units.ReasonHealth
	})
}

// Only a start is in a hurry: what does not gate it is asked at its own pace, and what has yet to come up has that
// long.
func TestChecksKeepTheirPace(t *testing.T) {
	m := boot(t, `
app "a" {
  command = ["sleep", "1000"]
  health "no" {
    command     = ["false"]
    interval    = "400ms"
    failures    = 3
    gates_ready = false
  }
  restart {
    policy = "no"
  }
}
`)
	m.waitSub("a", "health")
	m.call(func(model *engine.Model) {
		p := model.Unit("app.a").Process
		if lived := p.LastExit.At.Sub(p.UpSince); lived < 800*time.Millisecond {
			t.Errorf("three checks, 400 ms apart, took %v", lived)
		}
	})
}
