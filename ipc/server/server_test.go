package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"unitd/ipc/ipctest"
	"unitd/ipc/protocol"
	"unitd/policy/access"
	"unitd/units"
)

func manager() *ipctest.Manager {
	return &ipctest.Manager{
		State: protocol.ManagerStatus{Version: "1", PID: 7},
		List: []protocol.UnitStatus{
			{ID: "delay.settle", Kind: "delay", Active: "active", Sub: "exited"},
			{ID: "pool.api", Kind: "pool", Active: "active", Sub: "running", Workers: []protocol.Worker{{Index: 1}, {Index: 2}}},
			{ID: "pipeline.site", Kind: "pipeline", Active: "inactive", Sub: "dead"},
		},
		Env: protocol.Environment{Variables: []protocol.Variable{
			{Name: "A", Value: "plain"}, {Name: "B", Value: "hunter2", Sensitive: true},
		}, Secrets: []protocol.SecretFile{{Name: "db", Content: []byte("hunter3")}}},
		Progress: []protocol.JobStatus{
			{ID: 3, Verb: "start", State: "running"}, {ID: 3, Verb: "start", State: "done", Result: "done"},
		},
		Deployment: []protocol.PipelineRun{
			{Pipeline: "pipeline.site", ID: 18, State: protocol.RunRunning}, {Pipeline: "pipeline.site", ID: 18, State: protocol.RunDone, Result: "ok"},
		},
		Remembered: []protocol.PipelineRun{{Pipeline: "pipeline.site", ID: 17, State: protocol.RunDone, Result: "ok"}},
		Lines:      []protocol.LogLine{{Unit: "pool.api", Worker: 1, Text: "hello"}},
		Happened:   []protocol.Event{{At: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), Unit: "pool.api", Worker: 1}},
	}
}

// ask sends one request and returns the status, the media type and the body.
func ask(t *testing.T, socket, method, path, body string) (int, string, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return net.Dial("unix", socket)
		},
	}}
	request, err := http.NewRequest(method, "http://unitd"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), strings.TrimSpace(string(text))
}

func TestRequests(t *testing.T) {
	tests := []struct {
		method, path, body string
		status             int
		want               string // part of the answer
		asked              string // what the manager was asked for last
	}{
		{"GET", "/v1/manager", "", 200, `"pid":7`, ""},
		{"POST", "/v1/manager/shutdown", "", 202, "", "shutdown null"},
		{"GET", "/v1/units", "", 200, `[{"id":"delay.settle"`, ""},
		{"GET", "/v1/units?name=api", "", 200, `[{"id":"pool.api"`, ""},
		{"GET", "/v1/units?name=ap", "", 404, `"nearest":["pool.api"]`, ""},
		{"GET", "/v1/units/pool.api", "", 200, `{"id":"pool.api"`, ""},
		{"GET", "/v1/units/api%2F2", "", 200, `"workers":[{"index":2,`, ""},
		{"GET", "/v1/units/nope", "", 404, protocol.TypeNoSuchUnit, ""},
		{"GET", "/v1/units/*", "", 409, protocol.TypeAmbiguous, ""},
		{"GET", "/v1/units/api/show", "", 200, `"attributes"`, ""},
		{"GET", "/v1/units/api/cat", "", 200, `"blocks"`, ""},
		{"GET", "/v1/dependencies?name=api", "", 200, `"roots"`, ""},
		{"GET", "/v1/environment?name=api", "", 200, `"value":"(sensitive)"`, ""},
		{"GET", "/v1/environment?name=api&reveal=true", "", 200, `"value":"hunter2"`, ""},
		{"GET", "/v1/environment?name=api&reveal=true&credentials=/c", "", 200, `"content":"aHVudGVyMw=="`, `environment {"Name":"api","Credentials":"/c"}`},
		{"GET", "/v1/environment?name=api", "", 200, `"umask":""}`, ""},
		{"GET", "/v1/environment?name=api&credentials=/c", "", 400, "reveal=true", ""},
		{"GET", "/v1/environment?name=api&reveal=true&credentials=c", "", 400, "absolute", ""},
		{"GET", "/v1/environment?reveal=maybe", "", 400, "reveal", ""},
		{"GET", "/v1/watch", "", 200, "event: units\ndata: [{", ""},
		{"GET", "/v1/watch?name=nope", "", 404, protocol.TypeNoSuchUnit, ""},
		{"GET", "/v1/logs?name=api&lines=5", "", 200, `data: {"unit":"pool.api","worker":1,"text":"hello"}`, `logs {"units":["api"],"lines":5}`},
		{"GET", "/v1/logs", "", 200, "event: end", `logs {"lines":10}`},
		{"GET", "/v1/events?name=api", "", 200, `data: {"at":"2026-05-01T12:00:00Z","unit":"pool.api","worker":1}`, `events {"units":["api"],"last":10}`},
		{"GET", "/v1/events?since=2026-05-01T12:00:00Z", "", 200, "event: end", `events {"last":100000,"since":"2026-05-01T12:00:00Z"}`},
		{"GET", "/v1/events?since=2026-05-01T12:00:00Z&last=3", "", 200, "event: end", `events {"last":3,"since":"2026-05-01T12:00:00Z"}`},
		{"GET", "/v1/events?name=nope", "", 404, protocol.TypeNoSuchUnit, `events {"units":["nope"],"last":10}`},
		{"GET", "/v1/events?last=100001", "", 400, "last", ""},
		{"GET", "/v1/events?since=yesterday", "", 400, "RFC 3339", ""},
		{"GET", "/v1/events?follow=perhaps", "", 400, "follow", ""},
		{"GET", "/v1/logs?since=2026-05-01T10:00:00Z&until=2026-05-02T10:00:00Z&grep=a.b", "", 200, `data: {"unit":"pool.api","worker":1,"text":"hello"}`, `logs {"lines":-1,"since":"2026-05-01T10:00:00Z","until":"2026-05-02T10:00:00Z","grep":"a.b"}`},
		{"GET", "/v1/logs?grep=(", "", 400, "grep is no regular expression", ""},
		{"GET", "/v1/logs?until=today", "", 400, "until is", ""},
		{"GET", "/v1/logs?lines=all", "", 200, "event: end", `logs {"lines":-1}`},
		{"GET", "/v1/logs?since=2026-05-02T10:00:00Z&until=2026-05-01T10:00:00Z", "", 400, "until is before since", ""},
		{"GET", "/v1/logs?lines=-1", "", 400, "lines", ""},
		{"GET", "/v1/logs?follow=perhaps", "", 400, "follow", ""},
		{"POST", "/v1/jobs", `{"verb":"start","units":["api"]}`, 202, `"id":3`, `submit {"verb":"start","units":["api"]}`},
		{"POST", "/v1/jobs", `{"verb":"start","units":["nope"]}`, 404, protocol.TypeNoSuchUnit, `submit {"verb":"start","units":["nope"]}`},
		{"POST", "/v1/jobs", `{"verb":"start","units":[]}`, 400, "name at least one", ""},
		{"POST", "/v1/jobs", `{"verb":"dance","units":["api"]}`, 400, "dance", ""},
		{"POST", "/v1/jobs", `{"verb":"start","unit":"api"}`, 400, `unknown field \"unit\"`, ""},
		{"POST", "/v1/jobs", `{"verb":"start","units":["api"]} {}`, 400, "more than one document", ""},
		{"POST", "/v1/jobs", `{"verb":`, 400, "read body as JSON", ""},
		{"POST", "/v1/jobs", "", 400, "none of start", ""},
		{"GET", "/v1/jobs/3", "", 200, `"result":"done"`, ""},
		{"GET", "/v1/jobs/4", "", 404, protocol.TypeNoSuchJob, ""},
		{"GET", "/v1/jobs/x", "", 400, "no job", ""},
		{"GET", "/v1/jobs/3/events", "", 200, "event: end", ""},
		{"GET", "/v1/jobs/4/events", "", 404, protocol.TypeNoSuchJob, ""},
		{"GET", "/v1/jobs/x/events", "", 400, "no job", ""},
		{"GET", "/v1/runs?name=site&last=3", "", 200, `[{"pipeline":"pipeline.site","id":17`, `runs {"Pipelines":["site"],"Last":3}`},
		{"GET", "/v1/runs", "", 200, `"result":"ok"`, `runs {"Pipelines":null,"Last":10}`},
		{"GET", "/v1/runs?last=51", "", 400, "last is", ""},
		{"GET", "/v1/runs?name=nope", "", 404, protocol.TypeNoSuchUnit, `runs {"Pipelines":["nope"],"Last":10}`},
		{"POST", "/v1/runs", `{"pipeline":"site","commit":"v1","branch":"next"}`, 202, `"id":18`, `deploy {"pipeline":"site","commit":"v1","branch":"next"}`},
		{"POST", "/v1/runs", "", 202, `"id":18`, `deploy {}`},
		{"POST", "/v1/runs", `{"rollback":true}`, 202, `"id":18`, `deploy {"rollback":true}`},
		{"POST", "/v1/runs", `{"rollback":true,"commit":"v1"}`, 400, "takes neither", ""},
		{"POST", "/v1/runs", `{"branch":"--upload-pack=x"}`, 400, "no name that git allows", ""},
		{"POST", "/v1/runs", `{"commit":"a b"}`, 400, "no name that git allows", ""},
		{"POST", "/v1/runs", `{"from":"root"}`, 400, "unknown field", ""},
		{"POST", "/v1/runs", `{"pipeline":"nope"}`, 404, protocol.TypeNoSuchUnit, `deploy {"pipeline":"nope"}`},
		{"GET", "/v1/runs/site/17", "", 200, `"id":17`, ""},
		{"GET", "/v1/runs/site/99", "", 404, protocol.TypeNoSuchRun, ""},
		{"GET", "/v1/runs/site/last", "", 400, "no run's number", ""},
		{"GET", "/v1/runs/site/18/events", "", 200, "event: end", ""},
		{"GET", "/v1/runs/site/19/events", "", 404, protocol.TypeNoSuchRun, ""},
		{"GET", "/v1/runs/site/0/events", "", 400, "no run's number", ""},
		{"POST", "/v1/runs/site/18/cancel", "", 202, `"id":18`, `cancel site 18`},
		{"POST", "/v1/runs/site/19/cancel", "", 404, protocol.TypeNoSuchRun, `cancel site 19`},
		{"POST", "/v1/runs/site/x/cancel", "", 400, "no run's number", ""},
		{"POST", "/v1/units/api/scale", `{"workers":0}`, 202, `"id":3`, `scale api {"workers":0}`},
		{"POST", "/v1/units/api/scale", `{"by":-1}`, 202, `"id":3`, `scale api {"by":-1}`},
		{"POST", "/v1/units/api/scale", `{}`, 400, "exactly one", ""},
		{"POST", "/v1/units/api/scale", `{"workers":1,"by":1}`, 400, "exactly one", ""},
		{"POST", "/v1/units/api/scale", `{"workers":-1}`, 400, "fewer than 0", ""},
		{"POST", "/v1/units/api/scale", `[`, 400, "read body", ""},
		{"POST", "/v1/units/api/maintenance", `{"on":true}`, 202, `"id":3`, `maintenance api {"on":true}`},
		{"POST", "/v1/units/api/maintenance", `{"on":false}`, 202, `"id":3`, `maintenance api {"on":false}`},
		{"POST", "/v1/units/api/maintenance", `{}`, 400, "on: true or false", ""},
		{"POST", "/v1/kill", `{"units":["api"],"signal":"SIGHUP","whom":"main"}`, 204, "", `kill {"units":["api"],"signal":"SIGHUP","whom":"main"}`},
		{"POST", "/v1/kill", `{"units":["api"],"signal":"HUP","whom":"main"}`, 400, "no signal's name", ""},
		{"POST", "/v1/kill", `{"units":["api"],"signal":"SIGHUP","whom":"me"}`, 400, "neither main nor all", ""},
		{"POST", "/v1/kill", `{"signal":"SIGHUP","whom":"main"}`, 400, "name at least one", ""},
		{"POST", "/v1/reset-failed", "", 204, "", "reset-failed null"},
		{"POST", "/v1/reset-failed", "nonsense", 400, "read body", ""},
		{"POST", "/v1/enable", `{"units":["api"],"now":true}`, 200, `"changed"`, `enabled=true {"units":["api"],"now":true}`},
		{"POST", "/v1/disable", `{"units":["api"]}`, 200, `"changed"`, `enabled=false {"units":["api"]}`},
		{"POST", "/v1/disable", `{}`, 400, "name at least one", ""},
		{"GET", "/v1/plan", "", 200, `"changes":[]`, ""},
		{"POST", "/v1/apply", `{"no_restart":true}`, 202, `"plan"`, `apply {"no_restart":true}`},
		{"POST", "/v1/apply", `{"restart":true}`, 400, "unknown field", ""},
		{"GET", "/v1/units?unit=api", "", 400, `there is no parameter \"unit\": it takes name`, ""},
		{"GET", "/v1/logs?name=api&line=3", "", 400, `it takes name, lines, since`, ""},
		{"GET", "/v1/plan?name=api", "", 400, "it takes none", ""},
		{"GET", "/v1/units?name=api%zz", "", 400, "read query", ""},
		{"DELETE", "/v1/units", "", 405, "there is no DELETE /v1/units", ""},
		{"GET", "/v1/kill", "", 405, "there is no GET /v1/kill", ""},
		{"GET", "/v1/unit", "", 404, "there is no GET /v1/unit", ""},
		{"GET", "/", "", 404, "there is no GET /", ""},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			fake := manager()
			status, media, text := ask(t, ipctest.Serve(t, fake), test.method, test.path, test.body)
			if status != test.status || !strings.Contains(text, test.want) {
				t.Errorf("got %d %s\nwant %d with %s", status, text, test.status, test.want)
			}
			if status >= 400 && (media != "application/problem+json" || !json.Valid([]byte(text))) {
				t.Errorf("error as %s: %s", media, text)
			}
			if asked := strings.Join(fake.Asked(), "\n"); asked != test.asked {
				t.Errorf("manager was asked %q, want %q", asked, test.asked)
			}
		})
	}
}

func TestErrorsOfTheManager(t *testing.T) {
	tests := []struct {
		err    error
		status int
		want   string
	}{
		{protocol.InvalidFiles("Error: x"), 422, `"diagnostics":"Error: x"`},
		{protocol.Conflict("the manager is stopping"), 409, protocol.TypeConflict},
		{errors.New("disk on fire"), 500, "disk on fire"},
		{context.DeadlineExceeded, 503, "did not answer"},
	}
	for _, test := range tests {
		fake := manager()
		fake.Err = test.err
		status, _, text := ask(t, ipctest.Serve(t, fake), "GET", "/v1/plan", "")
		if status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%v: got %d %s", test.err, status, text)
		}
	}
}

// log is a log that a test reads while a server writes it.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestRefusals(t *testing.T) {
	stranger := os.Getuid() + 1 // the manager's uid; the test itself is then somebody else
	ofUnit := func(control bool) func(int) (units.ID, bool, bool) {
		return func(pid int) (units.ID, bool, bool) {
			if pid != os.Getpid() {
				t.Errorf("asked for pid %d, not %d", pid, os.Getpid())
			}
			return "app.web", control, true
		}
	}
	ops := access.Socket{Name: "ops", Verbs: []string{"status", "logs", "enable"}}
	ci := access.Socket{Name: "ci", Verbs: []string{"deploy"}}
	tests := []struct {
		name               string
		options            ipctest.Options
		method, path, body string
		status             int
		logged             string
	}{
		{"owner", ipctest.Options{Owner: -1}, "GET", "/v1/units", "", 200, ""},
		{"stranger", ipctest.Options{Owner: stranger}, "GET", "/v1/units", "", 403, "verb=status"},
		{"stranger on a socket for others", ipctest.Options{Owner: stranger, Socket: ops}, "GET", "/v1/units", "", 200, ""},
		{"stranger, verb of the body", ipctest.Options{Owner: stranger, Socket: ops}, "POST", "/v1/jobs", `{"verb":"stop","units":["api"]}`, 403, "verb=stop"},
		{"stranger wants a secret", ipctest.Options{Owner: stranger, Socket: ops}, "GET", "/v1/environment?reveal=true", "", 403, "verb=run"},
		{"stranger enables", ipctest.Options{Owner: stranger, Socket: ops}, "POST", "/v1/enable", `{"units":["api"]}`, 200, ""},
		{"stranger enables and starts", ipctest.Options{Owner: stranger, Socket: ops}, "POST", "/v1/enable", `{"units":["api"],"now":true}`, 403, "verb=start"},
		{"stranger disables and stops", ipctest.Options{Owner: stranger, Socket: access.Socket{Name: "x", Verbs: []string{"disable"}}},
			"POST", "/v1/disable", `{"units":["api"],"now":true}`, 403, "verb=stop"},
		{"stranger shuts down", ipctest.Options{Owner: stranger, Socket: ops}, "POST", "/v1/manager/shutdown", "", 403, `verb="manager shutdown"`},
		{"stranger on a socket for others looks back", ipctest.Options{Owner: stranger, Socket: ops}, "GET", "/v1/events", "", 403, "verb=events"},
		{"stranger deploys", ipctest.Options{Owner: stranger, Socket: ci}, "POST", "/v1/runs", `{"pipeline":"site"}`, 202, ""},
		{"who deploys follows", ipctest.Options{Owner: stranger, Socket: ci}, "GET", "/v1/runs/site/18/events", "", 200, ""},
		{"who deploys does not go back", ipctest.Options{Owner: stranger, Socket: ci}, "POST", "/v1/runs", `{"pipeline":"site","rollback":true}`, 403, "verb=rollback unit=site"},
		{"who deploys does not cancel", ipctest.Options{Owner: stranger, Socket: ci}, "POST", "/v1/runs/site/18/cancel", "", 403, "verb=stop unit=site"},
		{"who deploys does not look around", ipctest.Options{Owner: stranger, Socket: ci}, "GET", "/v1/runs", "", 403, "verb=deploys"},
		{"stranger opens a stream", ipctest.Options{Owner: stranger}, "GET", "/v1/logs?follow=true", "", 403, "verb=logs"},
		{"process of a unit", ipctest.Options{Owner: -1, UnitOf: ofUnit(false)}, "GET", "/v1/units", "", 403, "processes of app.web"},
		{"process that has ended", ipctest.Options{Owner: -1, UnitOf: func(int) (units.ID, bool, bool) { return "", false, false }},
			"GET", "/v1/units", "", 403, "cannot be told"},
		{"process of a unit with control", ipctest.Options{Owner: -1, UnitOf: ofUnit(true)}, "GET", "/v1/units", "", 200, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake, lines := manager(), &log{}
			test.options.Log = lines
			socket, _ := ipctest.ServeWith(t, fake, test.options)
			status, _, text := ask(t, socket, test.method, test.path, test.body)
			if status != test.status {
				t.Fatalf("got %d %s, want %d", status, text, test.status)
			}
			if test.logged == "" {
				if lines.String() != "" {
					t.Fatalf("logged %s", lines)
				}
				return
			}
			if len(fake.Asked()) > 0 || !strings.Contains(text, protocol.TypeNotPermitted) {
				t.Fatalf("asked %q, answered %s", fake.Asked(), text)
			}
			for _, part := range []string{"refuse request", "uid=", "pid=", test.logged} {
				if !strings.Contains(lines.String(), part) {
					t.Errorf("logged %q, want %q", lines, part)
				}
			}
		})
	}
}

// TestRefusalsAreCounted knocks more often than once a second.
func TestRefusalsAreCounted(t *testing.T) {
	lines := &log{}
	socket, _ := ipctest.ServeWith(t, manager(), ipctest.Options{Owner: os.Getuid() + 1, Log: lines})
	for range 20 {
		ask(t, socket, "GET", "/v1/units", "")
	}
	if n := strings.Count(lines.String(), "refuse request"); n == 0 || n > 5 {
		t.Fatalf("20 refusals gave %d lines", n)
	}
}

// TestShutdownWhileSocketsAreClosed has an apply take sockets for others away just as the manager ends.
func TestShutdownWhileSocketsAreClosed(t *testing.T) {
	_, s := ipctest.ServeWith(t, manager(), ipctest.Options{Owner: -1})
	var all sync.WaitGroup
	for range 8 {
		l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
		if err != nil {
			t.Fatal(err)
		}
		e := s.Open(l, access.Socket{Name: "ops", Verbs: []string{"status"}})
		all.Go(func() { _ = e.Close() })
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	all.Wait()
}

func TestShutdownEndsStreams(t *testing.T) {
	fake := manager()
	fake.Hold = true
	socket, s := ipctest.ServeWith(t, fake, ipctest.Options{Owner: -1})
	first := make(chan struct{})
	answer := make(chan string, 1)
	go func() {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			answer <- err.Error()
			close(first)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "GET /v1/watch HTTP/1.1\r\nHost: unitd\r\n\r\n")
		begin := make([]byte, 64)
		io.ReadFull(conn, begin)
		close(first)
		rest, _ := io.ReadAll(conn)
		answer <- string(begin) + string(rest)
	}()
	<-first
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if text := <-answer; !strings.Contains(text, "event: units") || strings.Contains(text, "event: end") {
		t.Fatalf("stream gave %q", text)
	}
	if _, err := net.Dial("unix", socket); err == nil {
		t.Fatal("the socket still answers")
	}
}
