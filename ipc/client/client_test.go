package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"unitd/internal/testuser"
	"unitd/ipc/client"
	"unitd/ipc/ipctest"
	"unitd/ipc/protocol"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

// TestRoundTrip has every document arrive as it was sent.
func TestRoundTrip(t *testing.T) {
	two, millis, shop := 2, int64(0), `pool.site["shop"]`
	fake := &ipctest.Manager{
		State: protocol.ManagerStatus{Version: "1", ChangesNotApplied: -1, LoadError: "x"},
		List: []protocol.UnitStatus{{ID: `pool.site["shop"]`, Kind: "pool", Active: "active", Restarts: &two, CPUMillis: &millis,
			Workers: []protocol.Worker{{Index: 1, Note: "n", LastExit: &protocol.LastExit{Reason: "exit", Code: &two}}}}},
		Document: protocol.ShowDocument{ID: "x", Attributes: []protocol.Attribute{{Name: "a", Value: "<b> & \u2028", Sensitive: true}}},
		Source:   protocol.CatDocument{ID: "x", Blocks: []protocol.CatBlock{{File: "f", Line: 3, Text: "t\n"}}},
		Graph:    protocol.DependencyGraph{Roots: []string{"x"}, Units: []protocol.Dependencies{{ID: "x", BindsTo: []string{"y"}}}},
		Env:      protocol.Environment{Unit: "x", Umask: "0022", Variables: []protocol.Variable{{Name: "A", Value: "s", Sensitive: true}}},
		Changes:  protocol.Plan{Changes: []protocol.Change{{Unit: "x", Action: "added"}}},
		Progress: []protocol.JobStatus{{ID: 1 << 60, Verb: "start", State: "done", Result: "done"}},
		Lines:    []protocol.LogLine{{Unit: "x", Text: "a\u2028\x00 line: data: \ufffd"}},
		Happened: []protocol.Event{{
			At: time.Date(2026, 5, 1, 12, 0, 0, 5_000_000, time.UTC), Unit: "x", From: &protocol.State{Active: "active"}, Ended: "oom", PID: 7,
		}},
	}
	at := fake.Happened[0].At
	fake.Deployment = []protocol.PipelineRun{{
		Pipeline: shop, ID: 7, By: "deploy", AskedCommit: "v1", State: "done", Result: "ok", Live: true, Commit: "c", StartedAt: at, Duration: 5,
		Steps: []protocol.RunStep{{Name: "s", Kind: "command", Result: "failed", StartedAt: at, Attempts: 2, Before: "a\nb", LastOutput: []string{"x"}}},
	}}
	fake.Remembered = fake.Deployment
	fake.ApplyJob = &fake.Progress[0]
	fake.EnableAnswer = protocol.EnableResult{Changed: []string{"x"}, Job: fake.ApplyJob}
	c, ctx := client.New(ipctest.Serve(t, fake)), context.Background()
	same := func(what string, got, want any, err error) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", what, err, got, want)
		}
	}
	state, err := c.Status(ctx)
	same("status", state, fake.State, err)
	list, err := c.Units(ctx, []string{"site.shop"})
	same("units", list, fake.List, err)
	show, err := c.Show(ctx, shop)
	same("show", show, fake.Document, err)
	source, err := c.Cat(ctx, "site[shop]/1")
	same("cat", source, fake.Source, err)
	graph, err := c.Dependencies(ctx, []string{shop})
	same("dependencies", graph, fake.Graph, err)
	env, err := c.Environment(ctx, protocol.EnvironmentQuery{Name: shop, Credentials: "/c"})
	same("environment", env, fake.Env, err)
	env, err = c.MaskedEnvironment(ctx, shop)
	same("masked environment", env.Variables[0].Value, protocol.Sensitive, err)
	plan, err := c.Plan(ctx)
	same("plan", plan, fake.Changes, err)
	applied, err := c.Apply(ctx, protocol.ApplyRequest{})
	same("apply", applied, protocol.ApplyResult{Plan: fake.Changes, Job: fake.ApplyJob}, err)
	job, err := c.Submit(ctx, protocol.JobRequest{Verb: "start", Units: []string{shop}})
	same("submit", job, fake.Progress[0], err)
	job, err = c.Job(ctx, 1<<60)
	same("job", job, fake.Progress[0], err)
	job, err = c.Scale(ctx, shop, protocol.ScaleRequest{Workers: &two})
	same("scale", job, fake.Progress[0], err)
	run, err := c.Deploy(ctx, protocol.RunRequest{Pipeline: shop, Commit: "v1"})
	same("deploy", run, fake.Deployment[0], err)
	runs, err := c.Runs(ctx, protocol.RunQuery{Pipelines: []string{shop}, Last: 3})
	same("runs", runs, fake.Remembered, err)
	run, err = c.Run(ctx, shop, 7)
	same("run", run, fake.Remembered[0], err)
	run, err = c.CancelRun(ctx, shop, 7)
	same("cancel", run, fake.Deployment[0], err)
	same("watch run", nil, nil, c.WatchRun(ctx, shop, 7, func(seen protocol.PipelineRun) error {
		same("watched run", seen, fake.Deployment[0], nil)
		return nil
	}))
	enabled, err := c.SetEnabled(ctx, protocol.EnableRequest{Units: []string{shop}, Enabled: true})
	same("enable", enabled, fake.EnableAnswer, err)
	same("kill", nil, nil, c.Kill(ctx, protocol.KillRequest{Units: []string{shop}, Signal: "SIGHUP", Whom: "all"}))
	same("reset-failed", nil, nil, c.ResetFailed(ctx, nil))
	same("shutdown", nil, nil, c.Shutdown(ctx))
	reexec := protocol.ReexecRequest{Install: "/opt/unitd"}
	executed, err := c.Reexec(ctx, reexec)
	same("reexec", executed, protocol.ReexecResult{From: fake.State.Version, To: fake.State.Version}, err)
	var lines []protocol.LogLine
	_, err = c.Logs(ctx, protocol.LogQuery{Units: []string{shop}, Lines: 1}, func(l protocol.LogLine) error {
		lines = append(lines, l)
		return nil
	})
	same("logs", lines, fake.Lines, err)
	var events []protocol.Event
	query := protocol.EventQuery{Units: []string{shop}, Last: 1, Since: fake.Happened[0].At}
	err = c.Events(ctx, query, func(e protocol.Event) error {
		events = append(events, e)
		return nil
	})
	same("events", events, fake.Happened, err)
	stop := errors.New("enough")
	err = c.WatchUnits(ctx, nil, func(got []protocol.UnitStatus) error {
		same("watch", got, fake.List, nil)
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("watch ended with %v", err)
	}
	err = c.WatchJob(ctx, 1<<60, func(got protocol.JobStatus) error {
		same("watch job", got, fake.Progress[0], nil)
		return nil
	})
	same("watch job", nil, nil, err)
}

// broken answers every connection with text and hangs up.
func broken(t *testing.T, text string) *client.Client {
	t.Helper()
	dir, err := os.MkdirTemp("", "ipc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, text)
			conn.Close()
		}
	}()
	return client.New(path)
}

func TestBrokenServers(t *testing.T) {
	const stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
	ignore := func(protocol.LogLine) error { return nil }
	logs := func(c *client.Client) error {
		_, err := c.Logs(context.Background(), protocol.LogQuery{}, ignore)
		return err
	}
	status := func(c *client.Client) error {
		_, err := c.Status(context.Background())
		return err
	}
	tests := []struct {
		name, answer string
		ask          func(*client.Client) error
		want         string
	}{
		{"nothing", "", status, "talk to the manager"},
		{"no HTTP", "hello\r\n", status, "talk to the manager"},
		{"no JSON", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", status, "read the manager's answer to GET /v1/manager"},
		{"cut off", "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n{", status, "unexpected EOF"},
		{"error without a problem", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno", status, "502 Bad Gateway"},
		{"stream that does not begin", "", logs, "ended the stream"},
		{"stream without an end", stream + "event: line\ndata: {}\n\n", logs, "ended the stream"},
		{"event that is no JSON", stream + "event: line\ndata: no\n\n", logs, "read event line"},
		{"problem that is no JSON", stream + "event: problem\ndata: no\n\n", logs, "read event problem"},
		{"problem at the end", stream + "event: problem\ndata: {\"title\":\"t\",\"detail\":\"went wrong\"}\n\n", logs, "went wrong"},
		{"endless event", stream + "data: " + strings.Repeat("x", 5<<20), logs, "longer than"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.ask(broken(t, test.answer)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing"): "no such file", file: "connection refused", filepath.Join(file, "x"): "not a directory",
	} {
		_, err := client.New(path).Status(context.Background())
		var nobody *client.NoManagerError
		if !errors.As(err, &nobody) || nobody.Socket != path || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("enough")
	cancel(reason)
	if _, err := client.New(file).Status(ctx); !errors.Is(err, reason) {
		t.Errorf("ended context: %v", err)
	}
}
