package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"unitd/ipc/ipctest"
	"unitd/ipc/protocol"
)

// become records what run would have become.
func become(s *stage, result error) *string {
	was := new(string)
	s.exec = func(path string, argv, env []string) error {
		wd, _ := os.Getwd()
		umask := syscall.Umask(0)
		syscall.Umask(umask)
		*was = fmt.Sprintf("%s %q %q in %s umask %04o", path, argv, env, wd, umask)
		return result
	}
	return was
}

func TestRun(t *testing.T) {
	t.Chdir(".") // so that the test's directory is restored
	umask := syscall.Umask(0o022)
	t.Cleanup(func() { syscall.Umask(umask) })
	bin := t.TempDir()
	write(t, bin, map[string]string{"tool": "", "plain": ""})
	if err := os.Chmod(filepath.Join(bin, "tool"), 0o755); err != nil {
		t.Fatal(err)
	}
	environment := protocol.Environment{Unit: "app.up", Directory: bin, Umask: "0027", Variables: []protocol.Variable{
		{Name: "PATH", Value: "/nonexistent:" + bin}, {Name: "TOKEN", Value: "hunter2", Sensitive: true},
	}}
	env := fmt.Sprintf("[%q %q] in %s umask 0027", "PATH=/nonexistent:"+bin, "TOKEN=hunter2", bin)
	tests := []struct {
		name, args string
		result     error
		status     int
		was        string
		stderr     string
	}{
		{"as a unit", "run --as up -- tool -x --json", nil, 0, bin + `/tool ["tool" "-x" "--json"] ` + env, ""},
		{"as nobody", "run tool", nil, 0, bin + `/tool ["tool"] ` + env, ""},
		{"by path", "run ./tool", nil, 0, `./tool ["./tool"] ` + env, ""},
		{"exec fails", "run -- tool", syscall.ENOEXEC, 126, bin + `/tool ["tool"] ` + env, "exec format error"},
		{"not found", "run -- missing", nil, 127, "", "run missing: not found in PATH /nonexistent:"},
		{"not executable", "run -- plain", nil, 126, "", "plain: permission denied"},
		{"no command", "run --as up", nil, 2, "", "run: an argument is missing"},
		{"no such unit", "run --as nobody -- tool", nil, 4, "", "nobody"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := manager()
			fake.Env = environment
			s := newStage(t, fake)
			was := become(s, test.result)
			status := s.run(t, strings.Fields(test.args)...)
			if status != test.status || *was != test.was || !strings.Contains(s.stderr.String(), test.stderr) {
				t.Errorf("status %d, became %s\n%s\nwant %d, %s", status, *was, &s.stderr, test.status, test.was)
			}
		})
	}
	fake := manager()
	fake.Env = protocol.Environment{Directory: "/does/not/exist"}
	s := newStage(t, fake)
	if status := s.run(t, "run", "--", "tool"); status != 1 || !strings.Contains(s.stderr.String(), "enter the unit's directory") {
		t.Errorf("%d, %s", status, &s.stderr)
	}
}

func TestNoManager(t *testing.T) {
	s := newStage(t, nil)
	home := s.env["HOME"]
	for _, args := range []string{"status", "start up", "status --json", "logs", "env up", "run -- true", "plan", "manager status", "wait up"} {
		s := newStage(t, nil)
		s.env["HOME"] = home
		if status := s.run(t, strings.Fields(args)...); status != exitNoManager {
			t.Errorf("%s: exit status %d", args, status)
		}
		if got := s.stderr.String(); !strings.HasSuffix(got, "start one with: unitd --detach\n") || s.stdout.String() != "" {
			t.Errorf("%s: %s%s", args, &s.stdout, got)
		}
	}
	s.run(t, "status", "--state-dir", "/a b/s")
	if got := s.stderr.String(); !strings.HasSuffix(got, "unitd --detach --state-dir '/a b/s'\n") {
		t.Errorf("with a flag: %s", got)
	}
	s = newStage(t, nil)
	if status := s.run(t, "status", "--runtime-dir", "/"+strings.Repeat("x", 120)); status != exitFailed || !strings.Contains(s.stderr.String(), "--runtime-dir") {
		t.Errorf("long path: %d, %s", status, &s.stderr)
	}
	s = newStage(t, nil)
	if status := s.run(t, "__complete", "status", ""); status != 0 || s.stdout.String() != ":4\n" {
		t.Errorf("completion: %d, %s", status, &s.stdout)
	}
}

// TestNotPermitted has a socket that this user may not open.
func TestNotPermitted(t *testing.T) {
	s := newStage(t, manager())
	if err := os.Chmod(filepath.Join(s.env["UNITD_RUNTIME_DIR"], "control.sock"), 0); err != nil {
		t.Fatal(err)
	}
	if status := s.run(t, "status"); status != exitNotPermitted || !strings.Contains(s.stderr.String(), "may not use") {
		t.Errorf("%d, %s", status, &s.stderr)
	}
}

// begun is a manager whose streams stay open once they have begun, and that says so.
type begun struct {
	*ipctest.Manager
	streams chan struct{}
}

func newBegun() *begun {
	fake := manager()
	fake.Hold, fake.Progress = true, job(running)
	return &begun{Manager: fake, streams: make(chan struct{}, 1)}
}

func (m *begun) tell() { m.streams <- struct{}{} }

func (m *begun) WatchUnits(ctx context.Context, names []string, emit func([]protocol.UnitStatus) error) error {
	return m.Manager.WatchUnits(ctx, names, func(list []protocol.UnitStatus) error {
		defer m.tell()
		return emit(list)
	})
}

func (m *begun) WatchJob(ctx context.Context, id uint64, emit func(protocol.JobStatus) error) error {
	return m.Manager.WatchJob(ctx, id, func(job protocol.JobStatus) error {
		defer m.tell()
		return emit(job)
	})
}

func (m *begun) Logs(ctx context.Context, query protocol.LogQuery, emit func(protocol.LogLine) error) (string, error) {
	m.tell()
	return m.Manager.Logs(ctx, query, emit)
}

func TestInterrupted(t *testing.T) {
	type ending struct {
		status int
		said   string
	}
	for args, want := range map[string]ending{
		"logs -f": {exitDone, ""}, "wait broken": {exitInterrupted, ""},
		"start up": {exitInterrupted, "unitctl: interrupted; start app.up goes on\n"},
	} {
		fake := newBegun()
		s := newStage(t, fake)
		ctx, interrupt := context.WithCancel(context.Background())
		ended := make(chan int, 1)
		go func() { ended <- run(ctx, &s.console, strings.Fields(args)) }()
		<-fake.streams
		interrupt()
		if status := <-ended; status != want.status || s.stderr.String() != want.said {
			t.Errorf("%s: %d, %s", args, status, &s.stderr)
		}
	}
}

// TestStreamThatBreaks has a manager that goes away in the middle.
func TestStreamThatBreaks(t *testing.T) {
	for args, want := range map[string]string{"wait broken": "the manager ended before broken was active", "start up": "the manager ended before job 3 (start) did"} {
		fake := newBegun()
		socket, server := ipctest.ServeWith(t, fake, ipctest.Options{Owner: -1})
		s := newStage(t, nil)
		s.env["UNITD_RUNTIME_DIR"] = filepath.Dir(socket)
		ended := make(chan int, 1)
		go func() { ended <- s.run(t, strings.Fields(args)...) }()
		<-fake.streams
		server.Shutdown(context.Background())
		if status := <-ended; status != exitFailed || !strings.Contains(s.stderr.String(), want) {
			t.Errorf("%s: %d, %s", args, status, &s.stderr)
		}
	}
}

func TestShutdown(t *testing.T) {
	process := exec.Command("sleep", "1000")
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	fake := &ending{Manager: manager()}
	fake.State.PID = process.Process.Pid
	socket, server := ipctest.ServeWith(t, fake, ipctest.Options{Owner: -1})
	// The socket goes first, then the process; it stays a zombie, as below a parent that does not reap.
	fake.end = func() {
		server.Shutdown(context.Background())
		process.Process.Kill()
	}
	t.Cleanup(func() { process.Wait() })
	s := newStage(t, nil)
	s.env["UNITD_RUNTIME_DIR"] = filepath.Dir(socket)
	if status := s.run(t, "manager", "shutdown", "--timeout", "10s"); status != 0 || s.stderr.String() != "" {
		t.Fatalf("%d, %s", status, &s.stderr)
	}
	if alive(process.Process.Pid) {
		t.Fatal("shutdown returned before the manager's end")
	}
	if _, err := net.Dial("unix", socket); err == nil {
		t.Fatal("the socket is there")
	}
}

// ending is a manager that ends after it was told to.
type ending struct {
	*ipctest.Manager
	end func()
}

func (m *ending) Shutdown(context.Context) error {
	go m.end()
	return nil
}

func TestShutdownThatLasts(t *testing.T) {
	runVerbs(t, []verbTest{
		{args: "manager shutdown --timeout 50ms", status: 1, stderr: `did not end in 50ms and goes on stopping`, asked: "shutdown null"},
		{args: "manager shutdown --no-wait", asked: "shutdown null"},
		{args: "manager shutdown", set: func(m *ipctest.Manager) { m.Err = errors.New("no") }, status: 1, stderr: `no`},
	})
}

// TestTerminal has progress that is drawn and taken back.
func TestTerminal(t *testing.T) {
	fake := manager()
	fake.Progress = job(running, done)
	s := newStage(t, fake)
	s.errTerminal, s.outTerminal = true, true
	if status := s.run(t, "start", "up"); status != 0 {
		t.Fatal(status)
	}
	drawn := s.stderr.String()
	for _, part := range []string{"start app.up: 0 of 1\n", "waits for delay.settle\n", "\r\x1b[2A\x1b[J"} {
		if !strings.Contains(drawn, part) {
			t.Errorf("%q is not in %q", part, drawn)
		}
	}
	for name, colour := range map[string]bool{"": true, "NO_COLOR": false} {
		s := newStage(t, manager())
		s.outTerminal = true
		s.env[name] = "1"
		if s.run(t, "status"); strings.Contains(s.stdout.String(), "\x1b[32m") != colour {
			t.Errorf("with %q: %q", name, &s.stdout)
		}
	}
	fake = manager()
	withLines(fake)
	s = newStage(t, fake)
	s.outTerminal, s.env["NO_COLOR"] = true, "1"
	if s.run(t, "logs", "api"); strings.Contains(s.stdout.String(), "\x1b") {
		t.Errorf("escapes reach the terminal: %q", &s.stdout)
	}
}
