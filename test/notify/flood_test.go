package notify

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// A unit that sends ten thousand messages in a second, with sense or without, or as many as are taken in, costs the manager a share of one
// processor at most; other units start meanwhile, their watchdogs are fed, and unitctl is answered.
func TestFloodOfMessages(t *testing.T) {
	const seconds = 2
	for name, flood := range map[string]struct {
		each int
		what string
	}{
		"ten thousand a second":                    {10_000, "sense"},
		"ten thousand a second that make no sense": {10_000, "nonsense"},
		"as many as it takes":                      {1_000_000, "sense"},
	} {
		t.Run(name, func(t *testing.T) {
			m := boot(t, fmt.Sprintf(`
app "flood" {
  type     = "notify"
  command  = [var.program, "program:flooding", "%d", "%d", "%s"]
  watchdog = "5s"
}
app "beats" {
  type     = "notify"
  command  = [var.program, "program:beating"]
  watchdog = "1s"
}
app "quick" {
  type    = "notify"
  command = [var.program, "program:ready"]
  enabled = false
}
`, flood.each, seconds, flood.what))
			for _, unit := range []string{"flood", "beats"} {
				m.Until(unit, 10*time.Second, "is active", func(u protocol.UnitStatus) bool { return u.Active == "active" })
			}
			if err := os.WriteFile(filepath.Join(m.Home, "flood"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			flooding := func() bool { return !strings.HasPrefix(m.Status("flood").StatusText, "sent ") }
			began, used := time.Now(), cpu(t, m.PID())
			var starts, looks slowest
			rounds := 0
			for ; time.Since(began) < seconds*time.Second; rounds++ {
				starts.time(func() { m.Do("start", "quick") })
				m.Do("stop", "quick")
				looks.time(func() { m.Do("status") })
			}
			took, used := time.Since(began), cpu(t, m.PID())-used
			stage.Await(t, 10*time.Second, "the last message counts", func() bool { return !flooding() })
			sent := strings.TrimPrefix(m.Status("flood").StatusText, "sent ")
			t.Logf("%s messages in %d s; unitd used %v of %v, for %d starts and stops too; slowest start %v, slowest status %v",
				sent, seconds, used, took, rounds, starts.most, looks.most)
			if used > took/2 {
				t.Errorf("unitd used %v of %v", used, took)
			}
			if starts.most > 5*time.Second || looks.most > 5*time.Second {
				t.Errorf("slowest start %v, slowest status %v", starts.most, looks.most)
			}
			for _, unit := range []string{"flood", "beats"} {
				if u := m.Status(unit); u.Restarts == nil || *u.Restarts > 0 {
					t.Errorf("%s was restarted: %+v", unit, u.LastExit)
				}
			}
		})
	}
}

// slowest keeps the longest time that something took.
type slowest struct{ most time.Duration }

func (s *slowest) time(f func()) {
	began := time.Now()
	f()
	s.most = max(s.most, time.Since(began))
}

// cpu is the processor time that a process has used (proc_pid_stat(5)).
func cpu(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var ticks int
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}
