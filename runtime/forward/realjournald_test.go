package forward

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unitd/internal/testhost"
)

const journaldProgram = "/lib/systemd/systemd-journald"

// What systemd's own journald takes is read back by journalctl: each line whole, once, in order, with its fields.
func TestRealJournald(t *testing.T) {
	if os.Getenv(inside) == "" {
		cmd := testhost.OwnRun.Command(t, "forward.test", "-test.run=^TestRealJournald$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		text, err := cmd.CombinedOutput()
		switch {
		case err == nil && strings.Contains(string(text), "SKIP: TestRealJournald"):
			t.Skipf("%s", text)
		case err != nil || !strings.Contains(string(text), "PASS: TestRealJournald"):
			t.Errorf("%v: %s", err, text)
		}
		return
	}
	startJournald(t)
	f, log := forwarding(t, Config{})
	const lines = 500
	for n := range lines {
		f.Send(Journald, entry(n))
	}
	strange := entry(0)
	strange.Text = "a\x00b\xff\nMESSAGE=forged\x1b[31m" + strings.Repeat("x", 16<<10)
	f.Send(Journald, strange)
	f.Close(10 * time.Second)
	if said := log.String(); said != "" {
		t.Error(said)
	}
	var got []map[string]any
	eventually(t, "journald has all lines", func() bool {
		got = journalled(t)
		return len(got) == lines+1
	})
	for n, fields := range got[:lines] {
		for name, want := range map[string]string{
			"MESSAGE": fmt.Sprintf("line %d", n), "PRIORITY": "3", "SYSLOG_IDENTIFIER": "pool.api@2", "UNITD_STREAM": "stderr",
		} {
			if fields[name] != want {
				t.Fatalf("%d: %s is %v, want %s", n, name, fields[name], want)
			}
		}
	}
	raw, ok := got[lines]["MESSAGE"].([]any) // as journalctl writes what is no text
	if !ok || len(raw) != len(strange.Text) {
		t.Errorf("bytes that are no text came as %T of %d", got[lines]["MESSAGE"], len(raw))
	}
}

// startJournald starts the host's journald in a /run of the test's own.
func startJournald(t *testing.T) {
	t.Helper()
	for _, program := range []string{journaldProgram, "journalctl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("apt-get install systemd: ", err)
		}
	}
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil || len(id) < 32 {
		t.Skip("journald does not start where /etc/machine-id has no id")
	}
	settings := "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nForwardToSyslog=no\nRateLimitBurst=0\n"
	for directory, content := range map[string]string{
		"/run/systemd/journal": "", "/run/systemd/journald.conf.d": settings, "/run/log/journal/" + strings.TrimSpace(string(id)): "",
	} {
		err := os.MkdirAll(directory, 0o755)
		if err == nil && content != "" {
			err = os.WriteFile(filepath.Join(directory, "test.conf"), []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var said strings.Builder
	journald := exec.Command(journaldProgram)
	journald.Stderr = &said
	if err := journald.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- journald.Wait() }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(journaldSocket); err == nil {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("%v: %s", err, said.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("journald does not listen")
		}
	}
	t.Cleanup(func() {
		_ = journald.Process.Kill()
		<-ended
	})
}

// journalled are the lines that journalctl shows.
func journalled(t *testing.T) (all []map[string]any) {
	t.Helper()
	text, err := exec.Command("journalctl", "--all", "--output=json", "--directory=/run/log/journal", "UNITD_UNIT=pool.api/2").Output()
	if err != nil {
		t.Logf("journalctl: %v", err) // it may have looked between two steps of journald
		return nil
	}
	for decoder := json.NewDecoder(strings.NewReader(string(text))); ; {
		fields := map[string]any{}
		err := decoder.Decode(&fields)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fields)
	}
}
