package test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// patience is how long a manager may take to answer, or to stop its units and end.
const patience = 20 * time.Second

// A manager is a unitd that a script started, in its own session.
type manager struct {
	cmd    *exec.Cmd
	output string // file
	ended  chan struct{}
	err    error // of Wait, after ended
}

// running holds the manager of each script, by its home directory.
var running sync.Map

// startManager starts unitd and waits until unitctl reaches it.
func startManager(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("use exits with unitd for a manager that does not start")
	}
	home := ts.Getenv("HOME")
	m := &manager{output: filepath.Join(home, "unitd.out"), ended: make(chan struct{})}
	out, err := os.OpenFile(m.output, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	ts.Check(err)
	defer out.Close()

	m.cmd = exec.Command(filepath.Join(ts.Getenv("STAGE"), "bin/unitd"), args...)
	m.cmd.Dir, m.cmd.Env, m.cmd.Stdout, m.cmd.Stderr = home, environment(ts), out, out
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	ts.Check(m.cmd.Start())
	go func() {
		m.err = m.cmd.Wait()
		close(m.ended)
	}()
	if _, again := running.Swap(home, m); !again {
		ts.Defer(func() { cleanUp(ts, home) })
	}
	ts.Setenv("MANAGER", strconv.Itoa(m.cmd.Process.Pid))

	for deadline := time.Now().Add(patience); ts.Exec("unitctl", "manager", "status") != nil; {
		select {
		case <-m.ended:
			ts.Fatalf("unitd ended before it answered: %v\n%s", m.err, m.words())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			ts.Fatalf("unitd does not answer within %s\n%s", patience, m.words())
		}
	}
}

// passed are the variables of a script that its manager gets: what a login gives to programs, the
// directories, and what unit files read by env().
var passed = []string{
	"HOME", "USER", "LOGNAME", "PATH", "LANG", "UNITD_UNITS", "UNITD_STATE_DIR", "UNITD_RUNTIME_DIR",
	"UNITD_VAR_workers", "GROUP", "APP", "PORT1", "PORT2", "PORT3", "PORT4",
}

func environment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range passed {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// endManager signals the manager and, but for HUP, wants it to end well with nothing left.
func endManager(ts *testscript.TestScript, neg bool, args []string) {
	home := ts.Getenv("HOME")
	value, ok := running.Load(home)
	if neg || !ok || len(args) > 1 {
		ts.Fatalf("usage, after manager: end [-SIGNAL]")
	}
	m, _ := value.(*manager)
	name := "TERM"
	if len(args) == 1 {
		name = strings.TrimPrefix(args[0], "-")
	}
	if name == "KILL" {
		killGuard(ts)
	}
	ts.Check(m.cmd.Process.Signal(unix.SignalNum("SIG" + name)))
	if name == "HUP" {
		return
	}
	select {
	case <-m.ended:
	case <-time.After(patience):
		ts.Fatalf("unitd does not end within %s of SIG%s\n%s", patience, name, m.words())
	}
	if name == "KILL" {
		return
	}
	if m.err != nil {
		ts.Fatalf("unitd ended badly after SIG%s: %v\n%s", name, m.err, m.words())
	}
	if left := processesOf(home); len(left) > 0 {
		ts.Fatalf("processes are left after SIG%s: %v", name, left)
	}
}

// die kills the guard and the manager that has the lock.
func die(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: die")
	}
	lock, err := os.ReadFile(filepath.Join(ts.Getenv("STATE"), "run/lock"))
	ts.Check(err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(lock)))
	ts.Check(err)
	killGuard(ts)
	ts.Check(syscall.Kill(pid, syscall.SIGKILL))
	poll(ts, false, []string{patience.String(), "!", "unitctl", "manager", "status"})
}

// killGuard kills who would start the manager again. The manager makes another one, but not at once.
func killGuard(ts *testscript.TestScript) {
	for pid, command := range processesOf(ts.Getenv("HOME")) {
		if strings.HasPrefix(command, "unitd-guard ") {
			ts.Check(syscall.Kill(pid, syscall.SIGKILL))
		}
	}
}

func (m *manager) words() string {
	output, err := os.ReadFile(m.output)
	return fmt.Sprintf("unitd.out (%v):\n%s", err, output)
}

// cleanUp ends what a script left: politely, then by SIGKILL.
func cleanUp(ts *testscript.TestScript, home string) {
	value, _ := running.LoadAndDelete(home)
	m, _ := value.(*manager)
	if err := m.cmd.Process.Signal(syscall.SIGTERM); err == nil {
		select {
		case <-m.ended:
		case <-time.After(patience):
			ts.Logf("unitd did not end on SIGTERM\n%s", m.words())
		}
	}
	for range 10 {
		left := processesOf(home)
		if len(left) == 0 {
			return
		}
		ts.Logf("killing what is left: %v", left)
		for pid := range left {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				ts.Logf("kill %d: %v", pid, err)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// processesOf finds the living processes that were started in a home directory or name it: pid -> command.
func processesOf(home string) map[int]string {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	found := map[int]string{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		command, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		environ, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		if names(command, home) || bytes.Contains(environ, []byte("HOME="+home+"\x00")) {
			found[pid] = strings.TrimSpace(strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return found
}

// names tells whether a command line names a file in home. A zombie has no command line.
func names(command []byte, home string) bool { return bytes.Contains(command, []byte(home+"/")) }
