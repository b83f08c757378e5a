package notify

import (
	"os/exec"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
)

// On a host that is so busy that unitd does not run for a while, and then finds deadlines that have passed and messages
// that have waited, a program that has fed its watchdog in time is not ended; one that has not is.
func TestWatchdogUnderLoad(t *testing.T) {
	m := boot(t, `
app "beats" {
  type     = "notify"
  command  = [var.program, "program:beating"]
  watchdog = "400ms"
}
app "silent" {
  type     = "notify"
  command  = [var.program, "program:ready"]
  watchdog = "400ms"
  enabled  = false
  restart {
    policy = "no"
  }
}
`)
	for range 4 {
		busy := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done") // ends with the test
		if err := busy.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = busy.Wait() })
	}
	m.Until("beats", 10*time.Second, "is active", func(u protocol.UnitStatus) bool { return u.Active == "active" })
	m.Do("start", "silent")
	signal := func(sig syscall.Signal) {
		if err := syscall.Kill(m.PID(), sig); err != nil {
			t.Fatal(err)
		}
	}
	for pause := 500 * time.Millisecond; pause < 1200*time.Millisecond; pause += 200 * time.Millisecond {
		signal(syscall.SIGSTOP)
		time.Sleep(pause)
		signal(syscall.SIGCONT)
		time.Sleep(50 * time.Millisecond)
	}
	if u := m.Status("beats"); u.Restarts == nil || *u.Restarts > 0 {
		t.Errorf("it was restarted: %+v", u.LastExit)
	}
	m.Until("silent", 10*time.Second, "was ended", func(u protocol.UnitStatus) bool { return u.Sub == "watchdog" })
}
