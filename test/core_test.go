package test

import (
	"bytes"
	"errors"
	"net"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"unitd/test/stage"
)

// A manager that is made to crash leaves no core, and the dump of its goroutines shows no secret.
func TestNoCore(t *testing.T) {
	t.Parallel()
	home := stage.Home(t)
	text := "variable \"given\" {\n  sensitive = true\n}\napp \"a\" {\n  command = [\"true\"]\n  enabled = false\n  env     = { GIVEN = var.given }\n}\n"
	stage.Write(t, home, ".config/unitd/units/a.hcl", text, 0o600)
	cmd := exec.Command("/bin/sh", "-c", "ulimit -c unlimited 2>/dev/null; exec unitd")
	cmd.Dir = home
	cmd.Env = []string{
		"HOME=" + home, "PATH=" + filepath.Join(stage.Dir(), "bin") + ":/usr/bin:/bin", "GOTRACEBACK=crash", "UNITD_VAR_given=" + planted,
	}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	control := filepath.Join(home, ".local/state/unitd/run/control.sock")
	stage.Await(t, patience, "unitd answers", func() bool {
		_, err := net.Dial("unix", control)
		return err == nil
	})
	reveal := exec.Command(filepath.Join(stage.Dir(), "bin/unitctl"), "--socket", control, "env", "--reveal", "a")
	if got, err := reveal.CombinedOutput(); err != nil || !bytes.Contains(got, []byte("GIVEN="+planted)) {
		t.Fatalf("unitd does not hold the secret: %v\n%s", err, got)
	}
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
}
