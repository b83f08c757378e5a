package systemd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

func TestMain(m *testing.M) { os.Exit(stage.MainAsBooted(m, "../..", "docs")) }

const patience = 30 * time.Second

// documented are the unit files of the documentation as they stand there.
func documented(t *testing.T) (service, socket string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(stage.Dir(), "docs/behaviour.md"))
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(text), "```ini\n") {
		block, _, _ = strings.Cut(block, "```")
		switch {
		case strings.Contains(block, "[Service]\n"):
			service = block
		case strings.HasPrefix(block, "[Socket]\n"):
			socket = block
		}
	}
	if service == "" || socket == "" {
		t.Fatal("the documentation has no unit files")
	}
	return service, socket
}

// units are those of service.
var units = []string{"plain", "stubborn"}

// service is unitd.service under a systemd of the test's own, started by its socket, with two units: one of them flees from
// its session and ignores SIGTERM.
func service(t *testing.T) *user {
	t.Helper()
	home := stage.Home(t)
	service, socket := documented(t)
	stage.Write(t, home, ".config/systemd/user/unitd.service", service, 0o644)
	stage.Write(t, home, ".config/systemd/user/unitd.socket", socket, 0o644)
	stage.Write(t, home, ".config/systemd/user/unitd.service.d/watchdog.conf", "[Service]\nWatchdogSec=5\n", 0o644)
	stage.Write(t, home, ".config/unitd/units/units.hcl", `
app "plain" {
  command = ["sleep", "1000"]
}
app "stubborn" {
  command      = ["sh", "-c", "trap '' TERM; (setsid sleep 1000 &); while :; do sleep 1; done"]
  stop_timeout = "100ms"
}
`, 0o644)
	if err := os.Mkdir(filepath.Join(home, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"unitd", "unitctl"} {
		if err := os.Symlink(filepath.Join(stage.Dir(), "bin", name), filepath.Join(home, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	u := start(t, home)
	u.do("start", "unitd.socket")
	for _, name := range units {
		if output, err := u.run("unitctl", "wait", name, "--for", "active", "--timeout", "20s"); err != nil {
			t.Fatalf("the first request starts unitd: %v\n%s", err, output)
		}
	}
	return u
}

// pids are those of what the units run.
func (u *user) pids() []int {
	u.t.Helper()
	output, err := u.run("unitctl", append([]string{"status", "--json"}, units...)...)
	if err != nil {
		u.t.Fatalf("%v: %s", err, output)
	}
	var list []protocol.UnitStatus
	if err := json.Unmarshal([]byte(output), &list); err != nil {
		u.t.Fatalf("%v: %s", err, output)
	}
	var pids []int
	for _, status := range list {
		pids = append(pids, status.MainPID)
	}
	return pids
}

// As a service of systemd's, unitd says how it stands, loads unit files again, and loses no unit when it dies, hangs or is
// executed anew; an end that was asked for takes all units with it and is not undone.
func TestService(t *testing.T) {
	u := service(t)
	says := func(status string) {
		t.Helper()
		stage.Await(t, patience, "systemd shows "+status, func() bool { return u.property("StatusText") == status })
	}
	const two, three = "2 units: 2 active, 0 failed", "3 units: 3 active, 0 failed"
	says(two)
	if shown := u.do("status", "unitd"); !strings.Contains(shown, `Status: "`+two+`"`) {
		t.Errorf("systemctl status shows\n%s", shown)
	}

	before, main := u.pids(), u.pid()
	same := func(what string) {
		t.Helper()
		if now := u.pids(); !slices.Equal(now, before) {
			t.Errorf("after %s units have pids %d, had %d", what, now, before)
		}
	}
	another := func(what string) {
		t.Helper()
		stage.Await(t, patience, "there is another unitd after "+what, func() bool {
			pid := u.pid()
			return pid != 0 && pid != main && u.property("ActiveState") == "active"
		})
		main = u.pid()
		same(what)
	}
	if err := syscall.Kill(main, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	another("SIGKILL")
	says(two)
	if err := syscall.Kill(main, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	another("the watchdog")
	says(two)
	if restarts := u.property("NRestarts"); restarts != "2" {
		t.Errorf("systemd has started it %s times", restarts)
	}

	more := stage.Write(t, u.home, ".config/unitd/units/more.hcl", "app \"more\" {\n  command = [\"sleep\", \"1000\"]\n}\n", 0o644)
	u.do("reload", "unitd")
	says(three)
	if err := os.WriteFile(more, []byte("app \"more\" {"), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := u.systemctl("reload", "unitd"); err == nil {
		t.Errorf("unit files that do not load are loaded: %s", output)
	}
	if err := os.Remove(more); err != nil {
		t.Fatal(err)
	}
	u.do("reload", "unitd")
	says(two)
	if output, err := u.run("unitctl", "manager", "reexec"); err != nil || u.pid() != main {
		t.Errorf("%v, pid %d was %d: %s", err, u.pid(), main, output)
	}
	same("a re-exec and reloads")
	if status, err := u.run("unitctl", "manager", "status"); err != nil || !strings.Contains(status, "containment: cgroup") || !strings.Contains(status, "guard       none: ") {
		t.Errorf("%v\n%s", err, status)
	}

	tree := stage.Tree(main)
	u.do("restart", "unitd")
	for _, p := range tree {
		if p.Alive() {
			t.Errorf("a restart leaves pid %d (%s)", p.PID, p.Command)
		}
	}
	says(two)
	tree = stage.Tree(u.pid())
	if output, err := u.run("unitctl", "manager", "shutdown"); err != nil {
		t.Errorf("%v: %s", err, output)
	}
	stage.Await(t, patience, "it has ended", func() bool { return u.property("ActiveState") == "inactive" })
	for _, p := range tree {
		if p.Alive() {
			t.Errorf("a shutdown leaves pid %d (%s)", p.PID, p.Command)
		}
	}
	if result := u.property("Result"); result != "success" {
		t.Errorf("the result is %s", result)
	}
}

// Type=notify-reload is understood by systemd 253 and later.
func TestNotifyReload(t *testing.T) {
	if v := version(); v < 253 {
		t.Skipf("systemd %d knows no Type=notify-reload (0: there is none)", v)
	}
	u := service(t)
	stage.Write(t, u.home, ".config/systemd/user/unitd.service.d/reload.conf", "[Service]\nType=notify-reload\nExecReload=\n", 0o644)
	u.do("daemon-reload")
	u.do("restart", "unitd")
	stage.Write(t, u.home, ".config/unitd/units/more.hcl", "app \"more\" {\n  command = [\"sleep\", \"1000\"]\n}\n", 0o644)
	u.do("reload", "unitd")
	if output, err := u.run("unitctl", "wait", "more", "--for", "active", "--timeout", "20s"); err != nil {
		t.Errorf("%v: %s", err, output)
	}
	if state := u.property("SubState"); state != "running" {
		t.Errorf("it is %s", state)
	}
}
