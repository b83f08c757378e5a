package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// A manager that is made to crash leaves no core, and the dump of its goroutines shows no secret. Its guard, which holds
// the environment for the next one, is out of reach as the managers are.
func TestNoCore(t *testing.T) {
	t.Parallel()
	home := stage.Home(t)
	text := "variable \"given\" {\n  sensitive = true\n}\napp \"a\" {\n  command = [\"true\"]\n  enabled = false\n  env     = { GIVEN = var.given }\n}\n"
	stage.Write(t, home, ".config/unitd/units/a.hcl", text, 0o600)
	bin := filepath.Join(stage.Dir(), "bin")
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir = home
		cmd.Env = []string{"HOME=" + home, "PATH=" + bin + ":/usr/bin:/bin", "GOTRACEBACK=crash", "UNITD_VAR_given=" + planted}
		return cmd
	}
	unitctl := func(args ...string) (string, error) {
		out, err := command(filepath.Join(bin, "unitctl"), args...).CombinedOutput()
		return string(out), err
	}
	cmd := command("/bin/sh", "-c", "ulimit -c unlimited 2>/dev/null; exec unitd")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out, err := unitctl("manager", "shutdown"); err != nil {
			t.Errorf("shut down: %v\n%s", err, out)
		}
	})
	holds := func() bool {
		out, err := unitctl("env", "--reveal", "a")
		return err == nil && strings.Contains(out, "GIVEN="+planted)
	}
	stage.Await(t, patience, "unitd holds the secret", holds)
	guard := 0
	stage.Await(t, patience, "it has a guard", func() bool { guard = guardOf(home); return guard != 0 })
	outOfReach(t, cmd.Process.Pid)
	outOfReach(t, guard)

	if err := cmd.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) {
		t.Fatalf("it ended with %v", err)
	}
	status, _ := exit.Sys().(syscall.WaitStatus)
	if status.Signal() != syscall.SIGABRT || status.CoreDump() {
		t.Errorf("it ended with %v", err)
	}
	if !bytes.Contains(output.Bytes(), []byte("SIGABRT: abort")) || !bytes.Contains(output.Bytes(), []byte("\ngoroutine ")) {
		t.Errorf("it has not crashed:\n%s", output.Bytes())
	}
	for _, spelling := range spellings() {
		if bytes.Contains(output.Bytes(), []byte(spelling)) {
			t.Errorf("its dump holds the secret:\n%s", output.Bytes())
		}
	}

	stage.Await(t, patience, "the next unitd holds the secret", holds)
	out, err := unitctl("manager", "status", "--json")
	var next protocol.ManagerStatus
	if err != nil || json.Unmarshal([]byte(out), &next) != nil || next.PID == 0 || next.PID == cmd.Process.Pid {
		t.Fatalf("%v\n%s", err, out)
	}
	outOfReach(t, next.PID)
	stage.Await(t, patience, "it has a guard too", func() bool { guard = guardOf(home); return guard != 0 })
	outOfReach(t, guard)
}

// guardOf finds the guard of the manager of a home directory; 0: there is none.
func guardOf(home string) int {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		text, err := os.ReadFile(line)
		if err == nil && strings.HasPrefix(string(text), "unitd-guard\x00"+home+"/") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(line)))
			return pid
		}
	}
	return 0
}
