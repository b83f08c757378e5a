package stage

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"unitd/ipc/protocol"
)

// ByCron is a manager that only Cron starts, as often as the test likes, and that may die in between. When the test ends
// it is shut down, and has to leave nothing behind.
func ByCron(t testing.TB, in Setting) *Manager {
	t.Helper()
	m := newManager(t, in)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("unitd said:\n%s", m.words())
		}
		tree := Tree(m.PID())
		if output, err := m.Try("manager", "shutdown"); err != nil {
			t.Errorf("unitctl manager shutdown: %v\n%s", err, output)
		}
		Await(t, patience, "unitd has ended", func() bool {
			_, err := m.Try("manager", "status")
			return err != nil
		})
		m.reap(tree)
	})
	return m
}

// Cron runs what `unitctl boot enable --print` has for a schedule, as "@reboot", and as cron does: with a bare environment
// and no terminal. It returns when that does.
func (m *Manager) Cron(schedule string) {
	m.t.Helper()
	for line := range strings.Lines(m.Do("boot", "enable", "--print")) {
		command, found := strings.CutPrefix(line, schedule+" ")
		if !found {
			continue
		}
		cmd := exec.Command("/bin/sh", "-c", command)
		cmd.Dir = m.Home
		cmd.Env = []string{"HOME=" + m.Home, "LOGNAME=" + os.Getenv("USER"), "SHELL=/bin/sh", "PATH=/usr/bin:/bin"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if output, err := cmd.CombinedOutput(); err != nil || len(output) > 0 {
			m.t.Fatalf("cron runs %s: %v, and mails %q", strings.TrimSpace(command), err, output)
		}
		return
	}
	m.t.Fatalf("boot enable --print has no line for %s", schedule)
}

// managerPID asks for the pid; 0: nobody answers.
func (m *Manager) managerPID() int {
	output, err := m.Try("manager", "status", "--json")
	if err != nil {
		return 0
	}
	var status protocol.ManagerStatus
	if err := json.Unmarshal([]byte(output), &status); err != nil {
		m.t.Fatalf("unitctl manager status --json: %v\n%s", err, output)
	}
	return status.PID
}

// words are what the manager has said.
func (m *Manager) words() string {
	var all strings.Builder
	for _, name := range []string{"unitd.out", ".local/state/unitd/log/unitd.log"} {
		if output, err := os.ReadFile(filepath.Join(m.Home, name)); err == nil {
			all.Write(output)
		}
	}
	return all.String()
}
