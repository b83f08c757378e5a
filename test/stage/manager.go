package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
)

// patience is how long a manager may take to answer, or to stop its units and end.
const patience = 30 * time.Second

// pause is between two looks at what is waited for.
const pause = 20 * time.Millisecond

// A Manager is a unitd that runs in a home directory of its own until its test ends.
type Manager struct {
	Home  string
	t     testing.TB
	env   []string
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // of Wait, after ended
}

// A Setting is where a manager runs.
type Setting struct {
	Home  string   // that Home has made
	Units string   // directory of the unit files
	Env   []string // beside that of a login
	// Cgroup is the directory of one that it starts in; "": that of the test.
	Cgroup string
}

// Boot runs unitd and waits until it answers. When the test ends so does unitd, which has to leave nothing behind.
func Boot(t testing.TB, in Setting) *Manager {
	t.Helper()
	m := newManager(t, in)
	output, err := os.Create(filepath.Join(in.Home, "unitd.out"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	m.cmd = m.command("unitd")
	if in.Cgroup != "" {
		enter := []string{"/bin/sh", "-c", `echo $$ >"$1/cgroup.procs" && exec "$2"`, "sh", in.Cgroup, m.cmd.Path}
		m.cmd.Path, m.cmd.Args = enter[0], enter
	}
	m.cmd.Stdout, m.cmd.Stderr = output, output
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		m.err = m.cmd.Wait()
		close(m.ended)
	}()
	t.Cleanup(m.end)
	Await(t, patience, "unitd answers", func() bool {
		select {
		case <-m.ended:
			t.Fatalf("unitd ended before it answered: %v\n%s", m.err, m.words())
		default:
		}
		_, err := m.Try("manager", "status")
		return err == nil
	})
	return m
}

func newManager(t testing.TB, in Setting) *Manager {
	return &Manager{Home: in.Home, t: t, ended: make(chan struct{}), env: append([]string{
		"HOME=" + in.Home, "USER=" + os.Getenv("USER"), "LOGNAME=" + os.Getenv("USER"), "LANG=C.UTF-8",
		"PATH=" + filepath.Join(Dir(), "bin") + ":/usr/local/bin:/usr/bin:/bin", "UNITD_UNITS=" + in.Units,
	}, in.Env...)}
}

// Home makes a home directory that is gone after the test. Its name is short: a socket path has 107 bytes at most,
// and t.TempDir names the test.
func Home(t testing.TB) string {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "u")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	return home
}

func (m *Manager) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(Dir(), "bin", name), args...)
	cmd.Dir, cmd.Env = m.Home, m.env
	return cmd
}

// PID is the manager's own; 0: there is none, of one that Cron starts.
func (m *Manager) PID() int {
	if m.cmd == nil {
		return m.managerPID()
	}
	return m.cmd.Process.Pid
}

// Try runs unitctl and returns what it printed: its stdout, or all of it beside an error.
func (m *Manager) Try(args ...string) (string, error) {
	cmd := m.command("unitctl", args...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	output, err := cmd.Output()
	if err != nil {
		return string(output) + complaint.String(), err
	}
	return string(output), nil
}

// Do runs unitctl, which has to succeed.
func (m *Manager) Do(args ...string) string {
	m.t.Helper()
	output, err := m.Try(args...)
	if err != nil {
		m.t.Fatalf("unitctl %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return output
}

// Status is what unitctl tells of one unit.
func (m *Manager) Status(name string) protocol.UnitStatus {
	m.t.Helper()
	output, err := m.Try("status", "--json", name)
	const notActive = 3
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != notActive) {
		m.t.Fatalf("unitctl status %s: %v\n%s", name, err, output)
	}
	var units []protocol.UnitStatus
	if err := json.NewDecoder(strings.NewReader(output)).Decode(&units); err != nil || len(units) != 1 {
		m.t.Fatalf("unitctl status --json %s (%v): %s", name, err, output)
	}
	return units[0]
}

// Until waits until the status of a unit is as wanted, and returns it.
func (m *Manager) Until(name string, within time.Duration, what string, wanted func(protocol.UnitStatus) bool) protocol.UnitStatus {
	m.t.Helper()
	var last protocol.UnitStatus
	Await(m.t, within, name+" "+what, func() bool {
		last = m.Status(name)
		return wanted(last)
	})
	return last
}

// LogsOfFailure logs the last lines of a unit's output when the test has failed.
func (m *Manager) LogsOfFailure(t testing.TB, name string) {
	if t.Failed() {
		output, err := m.Try("logs", "-n", "50", name)
		t.Logf("%s said (%v):\n%s", name, err, output)
	}
}

// end stops the manager, which has to end well and leave no process.
func (m *Manager) end() {
	if m.t.Failed() {
		m.t.Logf("unitd said:\n%s", m.words())
	}
	tree := Tree(m.PID())
	if err := m.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		m.t.Errorf("end unitd: %v", err)
	}
	select {
	case <-m.ended:
		if m.err != nil {
			m.t.Errorf("unitd ended badly: %v\n%s", m.err, m.words())
		}
	case <-time.After(patience):
		m.t.Errorf("unitd does not end within %s of SIGTERM\n%s", patience, m.words())
	}
	m.reap(tree)
}

// reap wants all processes to have ended, and ends them.
func (m *Manager) reap(tree []Process) {
	for _, p := range tree {
		if p.Alive() {
			m.t.Errorf("left behind: pid %d (%s)", p.PID, p.Command)
			_ = syscall.Kill(p.PID, syscall.SIGKILL) // it may be gone by now
		}
	}
}

// Await waits until something is so, and fails the test when it is not within that time.
func Await(t testing.TB, within time.Duration, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !so(); time.Sleep(pause) {
		if time.Now().After(deadline) {
			t.Fatalf("not so within %s: %s", within, what)
		}
	}
}
