package executor_test

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/runtime/engine"
	"unitd/units"
)

// What an earlier run wrote does not explain why a later one could not be started.
func TestLastOutputIsOfTheRunThatFailed(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho first run\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	bad := sleeper("bad", func(_ *units.Process, program *units.Program) { program.Command = []string{script} })
	bad.Enabled = false
	m := start(t, bad)
	m.submit(job.Start, bad.ID)
	m.eventually("the run has left its output", func(*engine.Model) bool {
		return slices.Equal(m.executor.LatestOutput(bad.ID, 5), []string{"first run"})
	})
	m.submit(job.Stop, bad.ID)
	if err := os.Remove(script); err != nil {
		t.Fatal(err)
	}
	m.submit(job.Start, bad.ID)
	if lines := m.executor.LatestOutput(bad.ID, 5); len(lines) > 0 {
		t.Errorf("of a run that never was: %q", lines)
	}
}

// What a program prints goes to its log in any case, and to the logs of the host where these are.
func TestForwarding(t *testing.T) {
	talker := sleeper("talker", func(p *units.Process, program *units.Program) {
		p.Log = units.Log{Mode: "pipe", Forward: []string{"syslog"}}
		program.Command = []string{"sh", "-c", "echo '<4>careful'; exec sleep 1000"}
	})
	talker.Enabled = false
	m := start(t, talker)
	logs := talker.App.Log
	if words := m.executor.NotForwarded(logs); words != "not forwarded to syslog: "+m.dir+"/syslog does not exist" {
		t.Errorf("without syslog: %q", words)
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.dir + "/syslog", Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	m.submit(job.Start, talker.ID)
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1000)
	n, err := conn.Read(block)
	if got := string(block[:n]); err != nil || !strings.HasPrefix(got, "<28>") || !strings.HasSuffix(got, " app.talker: careful") {
		t.Errorf("syslog got %q, %v", got, err)
	}
	if words := m.executor.NotForwarded(logs); words != "" {
		t.Errorf("with syslog: %q", words)
	}
	if lines := m.executor.LatestOutput(talker.ID, 5); !slices.Equal(lines, []string{"<4>careful"}) {
		t.Errorf("the log has %q", lines)
	}
	// Changes count for what is captured already.
	logs.Forward = nil
	m.executor.Relog(talker.ID, logs)
	if words := m.executor.NotForwarded(logs); words != "" {
		t.Errorf("with nothing to forward: %q", words)
	}
}
