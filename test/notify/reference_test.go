package notify

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// What systemd-notify says has the effect that its manual describes, by the time that it returns.
func TestSystemdNotify(t *testing.T) {
	help, err := exec.Command("systemd-notify", "--help").Output()
	if err != nil {
		t.Skipf("systemd-notify is not installed: %v", err)
	}
	m := boot(t, `
app "says" {
  type      = "notify"
  command   = ["sh", "-c", <<-EOT
    systemd-notify EXTEND_TIMEOUT_USEC=20000000 --status="getting ready"
    sleep 0.7
    systemd-notify --ready --status="by systemd-notify"
    mkfifo go
    while read line <go; do
      systemd-notify "$line" && echo "$line" >said
    done
  EOT
  ]
  directory     = path.state
  start_timeout = "500ms"
  watchdog      = "1h"
}
app "moves" {
  type    = "notify"
  command = ["sh", "-c", "sleep 1000 & systemd-notify --pid=$! --ready; wait"]
}
app "leaves" {
  type    = "notify"
  command = ["sh", "-c", "sleep 1001 & exec systemd-notify --no-block --pid=$! --ready --status=left"]
}
app "reloads" {
  type          = "notify-reload"
  start_timeout = "10s"
  command = ["sh", "-c", <<-EOT
    now() { sleep 0.02; awk '{ printf "%.0f", $1 * 1000000 }' /proc/uptime; } # which counts hundredths
    trap 'systemd-notify RELOADING=1 MONOTONIC_USEC=$(now); systemd-notify --ready --status=reloaded' HUP
    systemd-notify --ready
    while :; do sleep 0.05; done
  EOT
  ]
}
app "lingers" {
  type         = "notify"
  command      = ["sh", "-c", <<-EOT
    trap 'systemd-notify EXTEND_TIMEOUT_USEC=20000000; sleep 2.5; exit 0' TERM
    systemd-notify --ready
    while :; do sleep 0.05; done
  EOT
  ]
  stop_timeout = "2s"
}
app "keeps" {
  type         = "notify"
  command      = ["sh", "-c", "echo kept >file; systemd-notify --fd=4 --fdname=file --ready --status=\"given $LISTEN_FDNAMES\" --exec \\; sleep 1000 4<file"]
  directory    = path.state
  fd_store_max = 1
  enabled      = false
}
`)
	active := func(u protocol.UnitStatus) bool { return u.Active == "active" }
	for unit, status := range map[string]string{"says": "by systemd-notify", "moves": "", "leaves": "left", "reloads": "", "lingers": ""} {
		if u := m.Until(unit, 20*time.Second, "is active", active); u.StatusText != status {
			t.Errorf("%s: its status is %q, want %q", unit, u.StatusText, status)
		}
	}
	for unit, command := range map[string]string{"moves": "sleep 1000", "leaves": "sleep 1001"} {
		pid := m.Status(unit).MainPID
		if pid == 0 || commandOf(t, pid) != command {
			t.Errorf("%s: its main process is %v", unit, pid)
		}
	}
	m.Do("stop", "lingers")
	if exit := m.Status("lingers").LastExit; exit == nil || exit.Code == nil || *exit.Code != 0 {
		t.Errorf("it ended by %+v, and had asked for more time to stop", exit)
	}
	m.Do("reload", "reloads")
	if u := m.Status("reloads"); u.Active != "active" || u.StatusText != "reloaded" {
		t.Errorf("after the reload it is %s, %q", u.Active, u.StatusText)
	}
	state := filepath.Join(m.Home, ".local/state/unitd")
	for _, line := range []string{"STATUS=first", "STATUS=second", "STATUS=WATCHDOG", "WATCHDOG=trigger"} {
		if err := os.WriteFile(filepath.Join(state, "go"), []byte(line+"\n"), 0); err != nil {
			t.Fatal(err)
		}
		stage.Await(t, 10*time.Second, "it has said "+line, func() bool {
			text, err := os.ReadFile(filepath.Join(state, "said"))
			return err == nil && string(text) == line+"\n" || line == "WATCHDOG=trigger"
		})
		if text, ok := strings.CutPrefix(line, "STATUS="); ok && m.Status("says").StatusText != text {
			t.Errorf("its status is %q, want %q", m.Status("says").StatusText, text)
		}
	}
	m.Until("says", 10*time.Second, "was ended by its watchdog", func(u protocol.UnitStatus) bool {
		return u.LastExit != nil && u.LastExit.Reason == "watchdog"
	})
	if !strings.Contains(string(help), "--exec") {
		t.Log("this systemd-notify has no --fd and --exec")
		return
	}
	m.Do("start", "keeps")
	m.Do("restart", "keeps")
	if u := m.Status("keeps"); u.StatusText != "given file" {
		t.Errorf("its status is %q", u.StatusText)
	}
}

func commandOf(t *testing.T, pid int) string {
	t.Helper()
	p, ok := stage.Find(pid)
	if !ok {
		t.Errorf("pid %d is gone", pid)
	}
	return p.Command
}

// libsystemd stores a file and finds it again, and understands the environment.
func TestLibsystemd(t *testing.T) {
	const load = "import ctypes; ctypes.CDLL('libsystemd.so.0')"
	if out, err := exec.Command("/usr/bin/python3", "-c", load).CombinedOutput(); err != nil {
		t.Skipf("no Python or no libsystemd: %s", out)
	}
	script := filepath.Join(stage.Dir(), "test/notify/testdata/libsystemd.py")
	m := boot(t, `
app "stores" {
  type         = "notify"
  command      = ["/usr/bin/python3", "`+script+`"]
  watchdog     = "30s"
  fd_store_max = 2
  listen "http" {
    address = "unix:stores.sock"
  }
}
`)
	given := func(want string) protocol.UnitStatus {
		t.Helper()
		return m.Until("stores", 20*time.Second, "was given "+want, func(u protocol.UnitStatus) bool {
			return u.Active == "active" && u.StatusText == want
		})
	}
	u := given("watchdog 30000000, FDSTORE 2: http")
	if err := syscall.Kill(u.MainPID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	given("watchdog 30000000, FDSTORE 2: http counter=1 stored")
	m.Do("restart", "stores")
	given("watchdog 30000000, FDSTORE 2: http counter=2 stored")
	m.Do("stop", "stores")
	m.Do("start", "stores")
	given("watchdog 30000000, FDSTORE 2: http")
}
