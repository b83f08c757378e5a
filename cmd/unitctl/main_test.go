package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"unitd/internal/testuser"
	"unitd/ipc"
	"unitd/ipc/ipctest"
	"unitd/ipc/protocol"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

// now is what the clock of every test says.
var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// output is written by one goroutine and read by another.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// stage is a console without a terminal, and what came out of it.
type stage struct {
	console
	stdout, stderr output
	env            map[string]string
}

// newStage makes a console that finds manager, or none where it is nil.
func newStage(t *testing.T, manager ipc.Manager) *stage {
	t.Helper()
	s := &stage{env: map[string]string{"HOME": t.TempDir()}}
	if manager != nil {
		s.env["UNITD_RUNTIME_DIR"] = filepath.Dir(ipctest.Serve(t, manager))
	}
	s.console = console{
		in: strings.NewReader(""), out: &s.stdout, err: &s.stderr, width: 80,
		getenv: func(name string) string { return s.env[name] },
		now:    func() time.Time { return now },
	}
	return s
}

func (s *stage) run(t *testing.T, args ...string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return run(ctx, &s.console, args)
}

func ago(d time.Duration) time.Time { return now.Add(-d) }

// manager has one unit in each state that matters to a verb.
func manager() *ipctest.Manager {
	code := 3
	return &ipctest.Manager{
		State: protocol.ManagerStatus{
			Version: "0.1.0", PID: os.Getpid(), Since: ago(time.Hour), UnitsDir: "/u", StateDir: "/s", RuntimeDir: "/s/run", Units: 5,
		},
		List: []protocol.UnitStatus{
			{ID: "app.broken", Kind: "app", Active: "failed", Sub: "exit", LastExit: &protocol.LastExit{Reason: "exit", Code: &code}, LastOutput: []string{"boom"}},
			{ID: "app.up", Kind: "app", Active: "active", Sub: "running", Enabled: true, MainPID: 77, Since: ago(time.Minute), Description: "It runs"},
			{ID: "app.web", Kind: "app", Active: "reloading", Sub: "reloading", Enabled: true},
			{ID: "pool.api", Kind: "pool", Active: "active", Sub: "degraded", Enabled: true, Workers: []protocol.Worker{
				{Index: 1, Active: "active", Sub: "running", Note: "note"}, {Index: 2, Active: "activating", Sub: "auto-restart", LastOutput: []string{"x"}},
			}},
			{ID: "pool.web", Kind: "pool", Active: "inactive", Sub: "dead"},
		},
	}
}

func job(states ...protocol.JobStatus) []protocol.JobStatus {
	for i := range states {
		states[i].ID = 3
		if states[i].Verb == "" {
			states[i].Verb = "start"
		}
		if states[i].Targets == nil {
			states[i].Targets = []string{"app.up"}
		}
	}
	return states
}

var (
	running = protocol.JobStatus{State: "running", Units: []protocol.JobUnit{
		{ID: "app.up", State: "waiting", Active: "inactive", Sub: "dead", WaitingFor: []string{"delay.settle"}},
	}}
	done = protocol.JobStatus{State: "done", Result: "done"}
)
