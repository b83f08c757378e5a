package main

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"unitd/ipc/ipctest"
	"unitd/ipc/protocol"
)

// verbTest is one command line and all that must come of it.
type verbTest struct {
	args   string
	set    func(*ipctest.Manager)
	status int
	stdout string // regular expressions; "": nothing may be written
	stderr string
	asked  string // what the manager was asked to do
}

func (test verbTest) run(t *testing.T) {
	t.Helper()
	fake := manager()
	if test.set != nil {
		test.set(fake)
	}
	s := newStage(t, fake)
	if status := s.run(t, strings.Fields(test.args)...); status != test.status {
		t.Errorf("exit status %d, want %d", status, test.status)
	}
	for _, stream := range []struct{ name, got, want string }{
		{"stdout", s.stdout.String(), test.stdout}, {"stderr", s.stderr.String(), test.stderr},
	} {
		if (stream.want == "") != (stream.got == "") || !regexp.MustCompile("(?s)"+stream.want).MatchString(stream.got) {
			t.Errorf("%s is\n%s\nwant %s", stream.name, stream.got, stream.want)
		}
	}
	if asked := strings.Join(fake.Asked(), "\n"); asked != test.asked {
		t.Errorf("asked for\n%s\nwant\n%s", asked, test.asked)
	}
}

func runVerbs(t *testing.T, tests []verbTest) {
	for _, test := range tests {
		t.Run(test.args, test.run)
	}
}

func TestLooking(t *testing.T) {
	runVerbs(t, []verbTest{
		{args: "status", stdout: `^unitd 0\.1\.0  pid \d+  up 1 h(  boot: [^\n]+)?\nunits /u, nothing to apply\n\nUNIT .*× app\.broken +failed \(exit\)\n +boom   \(unitctl logs broken\)\n`},
		{args: "status up", stdout: `^UNIT .*● app\.up +active +77 +1 min\n\napp\.up  It runs\n$`},
		{args: "status broken", status: 3, stdout: `last exit +exit 3`},
		{args: "status up broken", status: 3, stdout: `app\.broken.*app\.up`},
		{args: "status api/1", stdout: `api/1 +active`},
		{args: "status api/2", status: 3, stdout: `× +api/2 +auto-restart`},
		{args: "status app.*", status: 3, stdout: `app\.up`},
		{args: "status upp", status: 4, stderr: `^unitctl: no unit is called "upp"; did you mean app\.up\?\n$`},
		{args: "status web", status: 2, stderr: `"web" is the name of several units: app\.web, pool\.web`},
		{args: "status --json up", stdout: `^\[\n  \{\n    "id": "app\.up",\n    "kind": "app",\n    "description": "It runs",\n    "active": "active",\n    "sub": "running",\n    "since": "2026-05-04T11:59:00Z",\n    "main_pid": 77,\n    "enabled": true\n  \}\n\]\n$`},
		{args: "status --json", set: func(m *ipctest.Manager) { m.List = nil }, stdout: `^\[\]\n$`},
		{args: "--json status broken", status: 3, stdout: `"code": 3`},
		{args: "list", stdout: `^UNIT +STATE +ENABLED +DESCRIPTION\n.*app\.up +active +yes +It runs\n`},
		{args: "list api --json", stdout: `"index": 2`},
		{args: "is-active up", stdout: `^active\n$`},
		{args: "is-active app.web", stdout: `^reloading\n$`},
		{args: "is-active up broken", status: 3, stdout: `^active\nfailed\n$`},
		{args: "is-active api/1", stdout: `^active\n$`},
		{args: "is-active api/2", status: 3, stdout: `^activating\n$`},
		{args: "is-active api/1 api", stdout: `^active\nactive\n$`},
		{args: "is-active", status: 2, stderr: `^unitctl: is-active: an argument is missing; write: unitctl is-active UNIT…`},
		{args: "is-active nobody", status: 4, stderr: `no unit is called`},
		{args: "is-active --quiet api/2", status: 3},
		{args: "is-failed -q broken"},
		{args: "is-enabled -q up broken", status: 1},
		{args: "is-active --json up", stdout: `^\[\n  "active"\n\]\n$`},
		{args: "is-failed broken", stdout: `^failed\n$`},
		{args: "is-failed up", status: 1, stdout: `^active\n$`},
		{args: "is-failed up broken", stdout: `^active\nfailed\n$`},
		{args: "is-enabled up", stdout: `^enabled\n$`},
		{args: "is-enabled up broken", status: 1, stdout: `^disabled\nenabled\n$`},
		{args: "show up", set: func(m *ipctest.Manager) {
			m.Document = protocol.ShowDocument{ID: "app.up", Attributes: []protocol.Attribute{{Name: "env.A", Value: protocol.Sensitive, Sensitive: true}}}
		}, stdout: `^# app\.up\nenv\.A = \(sensitive\)\n$`},
		{args: "show --json up", stdout: `"attributes"`},
		{args: "show", status: 2, stderr: `^unitctl: show: an argument is missing; write: unitctl show UNIT`},
		{args: "show nobody", status: 4, stderr: `nobody`},
		{args: "security up", set: func(m *ipctest.Manager) {
			m.Assessed = []protocol.Security{{ID: "app.up", Exposure: 7.25, Level: "MEDIUM", Checks: []protocol.SecurityCheck{
				{Name: "namespace", Description: "it is in namespaces of its own", OK: true, Weight: 2000},
				{Name: "private_tmp", Description: "it reads what others leave", Weight: 1000, Badness: 10, Exposure: 0.44, Note: "this host has none"},
			}}}
		}, stdout: `^  CHECK        EXPOSURE  DESCRIPTION\n✓ namespace              it is in namespaces of its own\n` +
			`✗ private_tmp       0\.4  it reads what others leave \(asked for, but this host has none\)\n→ exposure of app\.up: 7\.2 MEDIUM\n$`},
		{args: "security", set: func(m *ipctest.Manager) {
			m.Assessed = []protocol.Security{{ID: "app.up", Exposure: 9.3, Level: "UNSAFE"}, {ID: "pool.api", Exposure: 0.4, Level: "SAFE"}}
		}, stdout: `^UNIT      EXPOSURE  LEVEL\napp\.up         9\.3  UNSAFE\npool\.api       0\.4  SAFE\n$`},
		{args: "security --json up", stdout: `^\[\]\n$`},
		{args: "security nobody", status: 4, stderr: `nobody`},
		{args: "timers", set: withTimers, stdout: `^` +
			`JOB          NEXT                        IN    LAST                     RESULT\n` +
			`job\.often    2026-05-04 12:00:30 \+00:00  30 s  2026-05-04 11:59 \+00:00  running, 1 min, attempt 2; another run follows it\n` +
			`job\.nightly  2026-05-05 03:15 \+02:00     13 h  2026-05-04 03:15 \+02:00  ok, 41 s; left out 2026-05-03 03:15 \+02:00: unitd was not running\n` +
			`job\.migrate  on demand                   -     2026-05-04 11:00 \+00:00  exit, 2 s: exit 3, attempt 4 of 4\n` +
			`job\.off      disabled                    -     -\n$`},
		{args: "timers --json", set: withTimers, stdout: `^\[\n  \{\n    "id": "job\.often",\n    "every": "30s",\n    "enabled": true,\n    "next": "2026-05-04T12:00:30Z",\n` +
			`    "running": \{\n      "by": "schedule",\n      "started": "2026-05-04T11:59:00Z",\n      "duration_ms": 60000,\n      "attempts": 2\n    \},\n    "queued": true\n  \},\n`},
		{args: "timers up", stdout: `^no jobs\n$`},
		{args: "timers nobody", status: 4, stderr: `nobody`},
		{args: "list-timers", status: 2, stderr: `use unitctl timers`},
		{args: "cat up", set: func(m *ipctest.Manager) {
			m.Source = protocol.CatDocument{ID: "app.up", Blocks: []protocol.CatBlock{
				{File: "/u/a.hcl", Line: 7, Text: "app \"up\" {\n}\n"}, {File: "/u/b.hcl", Line: 1, Text: "x", Changed: true},
			}}
		}, stdout: `^# /u/a\.hcl:7\napp "up" \{\n\}\n\n# /u/b\.hcl:1\n# the file has changed .*\nx\n$`},
		{args: "cat --json up", stdout: `"blocks"`},
		{args: "deps up", set: func(m *ipctest.Manager) {
			m.Graph = protocol.DependencyGraph{Roots: []string{"app.up"}, Units: []protocol.Dependencies{{ID: "app.up", After: []string{"app.web"}}, {ID: "app.web"}}}
		}, stdout: `app\.up.*└─ after . app\.web`},
		{args: "deps --json", stdout: `"roots"`},
		{args: "deps nobody", status: 4, stderr: `nobody`},
		{args: "env up", set: withEnvironment, stdout: `^PATH=/bin\nTOKEN=\(sensitive\)\n$`},
		{args: "env --reveal up", set: withEnvironment, stdout: `^PATH=/bin\nTOKEN=hunter2\n$`},
		{args: "env --json up", set: withEnvironment, stdout: `"value": "\(sensitive\)"`},
		{args: "logs up", set: withLines, stdout: `^one\napi/1 \| \x1b\[31mtwo\n$`, asked: `logs {"units":["up"],"lines":10}`},
		{args: "logs api/1", set: withLines, stdout: `^one\n\x1b\[31mtwo\n$`, asked: `logs {"units":["api/1"],"lines":10}`},
		{args: "logs -n 3 up api", set: withLines, stdout: `^app\.up \| one\napi/1 \| .*two\n$`, asked: `logs {"units":["up","api"],"lines":3}`},
		{args: "logs --json", set: withLines, stdout: `^{"unit":"app\.up","text":"one"}\n{"unit":"pool\.api","worker":1,`, asked: `logs {"lines":10}`},
		{args: "logs --grep a.*b --since 2026-05-01T10:00:00Z --until 2026-05-02T10:00:00Z", set: withLines, stdout: "one", asked: `logs {"lines":-1,"since":"2026-05-01T10:00:00Z","until":"2026-05-02T10:00:00Z","grep":"a.*b"}`},
		{args: "logs --grep (", status: 2, stderr: `^unitctl: --grep \(: .*missing closing`},
		{args: "logs --since 5m --until 10m", status: 2, stderr: `^unitctl: --until 10m is before --since 5m\n$`},
		{args: "logs --until x", status: 2, stderr: `^unitctl: --until x: write how long ago`},
		{args: "logs -n -1", status: 2, stderr: `from 0 to`},
		{args: "logs nobody", status: 4, stderr: `nobody`, asked: `logs {"units":["nobody"],"lines":10}`},
		{args: "events", set: withEvents, asked: `events {"last":20}`,
			stdout: `^2026-05-04T11:59:00\.000Z  unitd           started                     pid 7\n` +
				`2026-05-04T11:59:01\.000Z  app\.up          active → failed \(oom\)       pid 77  SIGKILL \(out of memory\)\n` +
				`2026-05-04T11:59:02\.000Z  api/2           active                      health "http" failed 3 times: a\?b\n$`},
		{args: "events -n 3 up api/2", asked: `events {"units":["up","api/2"],"last":3}`},
		{args: "events --since 1h", asked: `events {"last":100000,"since":"2026-05-04T11:00:00Z"}`},
		{args: "events --since 11:30 -n 5", asked: `events {"last":5,"since":"2026-05-04T11:30:00Z"}`},
		{args: "events -f --json", set: withEvents, asked: `events {"last":20,"follow":true}`,
			stdout: `^{"at":"2026-05-04T11:59:00Z","what":"started","pid":7}\n{"at":"2026-05-04T11:59:01Z","unit":"app\.up","from":{"active":"active","sub":"running"},"to":{"active":"failed","sub":"oom"},"ended":"oom","reason":`},
		{args: "events -n -1", status: 2, stderr: `from 0 to 100000`},
		{args: "events --since soon", status: 2, stderr: `^unitctl: --since soon: write how long ago`},
		{args: "events nobody", status: 4, stderr: `nobody`, asked: `events {"units":["nobody"],"last":20}`},
		{args: "history up", set: withRuns, asked: `events {"units":["up"],"last":100000}`,
			stdout: `^2026-05-04T11:59:00\.000Z  ran 30 s    signal: SIGKILL; started again at once\n2026-05-04T11:59:30\.000Z  starts\n$`},
		{args: "history -n 1 --since 1h --json up", set: withRuns, asked: `events {"units":["up"],"last":100000,"since":"2026-05-04T11:00:00Z"}`,
			stdout: `^\[\n  \{\n    "unit": "app\.up",\n    "invocation_id": "B",\n    "started_at": "2026-05-04T11:59:30Z"\n  \}\n\]\n$`},
		{args: "history --json up", asked: `events {"units":["up"],"last":100000}`, stdout: `^\[\]\n$`},
		{args: "history", status: 2, stderr: `history: an argument is missing`},
		{args: "history -n -1 up", status: 2, stderr: `from 0`},
		{args: "history --since never up", status: 2, stderr: `how long ago`},
		{args: "history ap*", status: 2, stderr: `^unitctl: history ap\*: name one unit; events ap\* tells of several\n$`},
		{args: "history nobody", status: 4, stderr: `nobody`, asked: `events {"units":["nobody"],"last":100000}`},
		{args: "wait up"},
		{args: "wait up --for running"},
		{args: "wait api/2 --for auto-restart"},
		{args: "wait broken --for active --timeout 30ms", set: func(m *ipctest.Manager) { m.Hold = true }, status: 1, stderr: `app|broken is failed \(exit\) and was not active within 30ms`},
		{args: "wait broken --for active", set: func(m *ipctest.Manager) {
			m.Later = [][]protocol.UnitStatus{{{ID: "app.broken", Active: "activating"}}, {{ID: "app.broken", Active: "active"}}}
		}},
		{args: "wait up --for happy", status: 2, stderr: `no unit is ever in that state`},
		{args: "wait nobody", status: 4, stderr: `nobody`},
		{args: "manager status", stdout: `pid +\d+\n.*units +5 in /u\n`},
		{args: "manager status --json", stdout: `"changes_not_applied": 0`},
		{args: "version", stdout: `^unitctl \d`},
		{args: "--version", stdout: `^unitctl \d`},
		{args: "status --version", status: 2, stderr: "unknown flag"},
		{args: "version --json", stdout: `"version"`},
		{args: "completion", status: 2, stderr: `needs the name of a shell: bash, fish or zsh`},
		{args: "help frob", status: 2, stderr: `"frob" is no verb of unitctl`},
		{args: "help boot enable", stdout: `crontab`},
		{args: "help manager frob", status: 2, stderr: `"manager frob" is no verb`},
		{args: "completion csh", status: 2, stderr: `"completion csh" is no verb of unitctl`},
		{args: "logs -n x", status: 2, stderr: `^unitctl: invalid argument "x" for "-n, --lines" flag\n$`},
		{args: "attach up", status: 2, stderr: `use unitctl logs -f UNIT`},
		{args: "completion bash", stdout: `unitctl`},
		{args: "__complete status u", stdout: `^up\tIt runs\n:4\n`, stderr: `Completion ended`},
		{args: "__complete start app.b", stdout: `^app\.broken\n:4\n`, stderr: `Completion ended`},
		{args: "__complete show up x", stdout: `^:4\n`, stderr: `Completion ended`},
		{args: "help", stdout: `Look:.*status.*Act:.*start`},
		{args: "help status", stdout: `Show the state`},
		{args: "status --help", stdout: `Show the state`},
	})
}

func withEnvironment(m *ipctest.Manager) {
	m.Env = protocol.Environment{Directory: "/", Umask: "0022", Variables: []protocol.Variable{
		{Name: "PATH", Value: "/bin"}, {Name: "TOKEN", Value: "hunter2", Sensitive: true},
	}}
}

// withTimers answers with jobs in each state that a line has another look for.
func withTimers(m *ipctest.Manager) {
	berlin := time.FixedZone("CEST", 2*3600)
	at := func(day, hour, minute, second int, zone *time.Location) time.Time {
		return time.Date(2026, 5, day, hour, minute, second, 0, zone)
	}
	m.Scheduled = []protocol.Timer{
		{ID: "job.often", Every: "30s", Enabled: true, Next: at(4, 12, 0, 30, time.UTC), Queued: true, Running: &protocol.JobRun{
			By: "schedule", Started: at(4, 11, 59, 0, time.UTC), Duration: 60_000, Attempts: 2,
		}},
		{ID: "job.nightly", Schedule: "15 3 * * *", Timezone: "Europe/Berlin", Enabled: true, Next: at(5, 3, 15, 0, berlin),
			Note: "left out 2026-05-03 03:15 +02:00: unitd was not running", Last: &protocol.JobRun{
				By: "schedule", Started: at(4, 3, 15, 0, berlin), Ended: at(4, 3, 15, 41, berlin), Duration: 41_000, Attempts: 1, Result: "ok",
			}},
		{ID: "job.migrate", Enabled: true, Last: &protocol.JobRun{
			By: "start", Started: at(4, 11, 0, 0, time.UTC), Duration: 2000, Attempts: 4, Result: "exit", Reason: "exit 3, attempt 4 of 4",
		}},
		{ID: "job.off", Schedule: "@daily"},
	}
}

func withLines(m *ipctest.Manager) {
	m.Lines = []protocol.LogLine{{Unit: "app.up", Text: "one"}, {Unit: "pool.api", Worker: 1, Text: "\x1b[31mtwo"}}
}

func withEvents(m *ipctest.Manager) {
	at := now.Add(-time.Minute)
	m.Happened = []protocol.Event{
		{At: at, What: "started", PID: 7},
		{At: at.Add(time.Second), Unit: "app.up", From: &protocol.State{Active: "active", Sub: "running"},
			To: &protocol.State{Active: "failed", Sub: "oom"}, Ended: "oom", Reason: "SIGKILL (out of memory)", PID: 77},
		{At: at.Add(2 * time.Second), Unit: "pool.api", Worker: 2, From: &protocol.State{Active: "active", Sub: "running"},
			To: &protocol.State{Active: "active", Sub: "running"}, Reason: "health \"http\" failed 3 times: a\x1bb"},
	}
}

func withRuns(m *ipctest.Manager) {
	start, up := &protocol.State{Active: "activating", Sub: "start"}, &protocol.State{Active: "active", Sub: "running"}
	at := now.Add(-time.Minute)
	m.Happened = []protocol.Event{
		{At: at, Unit: "app.up", InvocationID: "A", From: &protocol.State{Active: "inactive", Sub: "dead"}, To: start},
		{At: at, Unit: "app.up", InvocationID: "A", From: start, To: up},
		{At: at.Add(30 * time.Second), Unit: "app.up", InvocationID: "A", From: up, To: &protocol.State{Active: "deactivating", Sub: "kill"},
			Ended: "signal", Reason: "SIGKILL"},
		{At: at.Add(30 * time.Second), Unit: "app.up", InvocationID: "B", From: &protocol.State{Active: "deactivating", Sub: "kill"}, To: start,
			Reason: "SIGKILL"},
	}
}

func withJob(states ...protocol.JobStatus) func(*ipctest.Manager) {
	return func(m *ipctest.Manager) { m.Progress = job(states...) }
}

func TestActing(t *testing.T) {
	failure := protocol.JobStatus{State: "done", Result: "failed", Reason: "exit 3", Units: []protocol.JobUnit{
		{ID: "app.up", State: "done", Result: "failed", Reason: "exit 3", LastOutput: []string{"Traceback"}},
	}}
	ofPool := func(s protocol.JobStatus) protocol.JobStatus {
		s.Verb, s.Targets = "restart", []string{"pool.api"}
		return s
	}
	runVerbs(t, []verbTest{
		{args: "start up", set: withJob(running, done), asked: `submit {"verb":"start","units":["up"]}`},
		{args: "stop up broken", set: withJob(done), asked: `submit {"verb":"stop","units":["up","broken"]}`},
		{args: "try-restart up", set: withJob(protocol.JobStatus{State: "done", Result: "skipped"}), asked: `submit {"verb":"try-restart","units":["up"]}`},
		{args: "reload up", set: withJob(done), asked: `submit {"verb":"reload","units":["up"]}`},
		{args: "reload-or-restart up", set: withJob(done), asked: `submit {"verb":"reload-or-restart","units":["up"]}`},
		{args: "restart up", set: withJob(done), asked: `submit {"verb":"restart","units":["up"]}`},
		{args: "restart api", set: withJob(ofPool(running), ofPool(done)), stderr: `^note: .*unitctl reload api`, asked: `submit {"verb":"restart","units":["api"]}`},
		{args: "start up", set: withJob(running, failure), status: 1, asked: `submit {"verb":"start","units":["up"]}`,
			stderr: `^unitctl: start app\.up: failed: exit 3\n  last output of app\.up \(unitctl logs up\):\n    Traceback\n$`},
		{args: "start up", set: withJob(running, protocol.JobStatus{State: "done", Result: "done", Warnings: []string{"files changed"}}),
			stderr: `^warning: files changed\n$`, asked: `submit {"verb":"start","units":["up"]}`},
		{args: "start --no-wait up", set: withJob(running), asked: `submit {"verb":"start","units":["up"]}`},
		{args: "start --no-wait --json up", set: withJob(running), stdout: `"state": "running"`, asked: `submit {"verb":"start","units":["up"]}`},
		{args: "start --json up", set: withJob(running, done), stdout: `"result": "done"`, asked: `submit {"verb":"start","units":["up"]}`},
		{args: "start --timeout 30ms up", set: func(m *ipctest.Manager) { m.Progress, m.Hold = job(running), true }, status: 1,
			stderr: `did not end in 30ms and goes on: app\.up is inactive \(dead\) and waits for delay\.settle`, asked: `submit {"verb":"start","units":["up"]}`},
		{args: "start", status: 2, stderr: `start: an argument is missing`},
		{args: "start --nonsense up", status: 2, stderr: `unknown flag: --nonsense`},
		{args: "start --timeout soon up", status: 2, stderr: `invalid argument "soon"`},
		{args: "start brokn", status: 4, stderr: `did you mean app\.broken`, asked: `submit {"verb":"start","units":["brokn"]}`},
		{args: "start web", status: 2, stderr: `app\.web, pool\.web`, asked: `submit {"verb":"start","units":["web"]}`},
		{args: "start up", set: func(m *ipctest.Manager) { m.Err = protocol.Conflict("the manager is stopping") }, status: 1,
			stderr: `the manager is stopping`, asked: `submit {"verb":"start","units":["up"]}`},
		{args: "start up", set: func(m *ipctest.Manager) { m.Err = protocol.NotPermitted("go away") }, status: 6,
			stderr: `go away`, asked: `submit {"verb":"start","units":["up"]}`},
		{args: "start up", set: func(m *ipctest.Manager) { m.Err = errors.New("on fire") }, status: 1,
			stderr: `on fire`, asked: `submit {"verb":"start","units":["up"]}`},
		{args: "kill up", asked: `kill {"units":["up"],"signal":"SIGTERM","whom":"all"}`},
		{args: "kill -s KILL up", asked: `kill {"units":["up"],"signal":"SIGKILL","whom":"all"}`},
		{args: "kill -s sighup --whom main api", asked: `kill {"units":["api"],"signal":"SIGHUP","whom":"main"}`},
		{args: "kill -s 10 up", asked: `kill {"units":["up"],"signal":"SIGUSR1","whom":"all"}`},
		{args: "kill -s HURZ up", status: 2, stderr: `no such signal`},
		{args: "kill -s 0 up", status: 2, stderr: `no such signal`},
		{args: "kill --whom you up", status: 2, stderr: `main or all`},
		{args: "scale api 4", set: withJob(done), asked: `scale api {"workers":4}`},
		{args: "scale api +1", set: withJob(done), asked: `scale api {"by":1}`},
		{args: "scale api -1", set: withJob(done), asked: `scale api {"by":-1}`},
		{args: "scale api -2 --no-wait", set: withJob(running), asked: `scale api {"by":-2}`},
		{args: "maintenance on api", set: withJob(done), asked: `maintenance api {"on":true}`},
		{args: "maintenance off api --no-wait", set: withJob(running), asked: `maintenance api {"on":false}`},
		{args: "maintenance api", status: 2, stderr: `an argument is missing`},
		{args: "maintenance api on", status: 2, stderr: `maintenance api: on or off`},
		{args: "scale api many", status: 2, stderr: `no number of workers`},
		{args: "scale api +0", status: 2, stderr: `changes nothing`},
		{args: "scale up 2", set: func(m *ipctest.Manager) { m.Err = protocol.BadRequest("app.up is no pool") }, status: 2, stderr: `no pool`, asked: `scale up {"workers":2}`},
		{args: "reset-failed", asked: `reset-failed []`},
		{args: "reset-failed broken", asked: `reset-failed ["broken"]`},
		{args: "enable up", asked: `enabled=true {"units":["up"]}`},
		{args: "disable up", asked: `enabled=false {"units":["up"]}`},
		{args: "enable --json up", set: func(m *ipctest.Manager) { m.EnableAnswer.Changed = []string{"app.up"} }, stdout: `"app\.up"`, asked: `enabled=true {"units":["up"]}`},
		{args: "disable --now up", set: func(m *ipctest.Manager) { m.Progress = job(failure); m.EnableAnswer.Job = &m.Progress[0] }, status: 1,
			stderr: `failed: exit 3`, asked: `enabled=false {"units":["up"],"now":true}`},
		{args: "enable --now --json up", set: func(m *ipctest.Manager) { m.Progress = job(done); m.EnableAnswer.Job = &m.Progress[0] },
			stdout: `^\{\n  "changed": .*"job": \{\n    "id": 3`, asked: `enabled=true {"units":["up"],"now":true}`},
	})
}

func TestUnitFiles(t *testing.T) {
	change := protocol.Plan{Changes: []protocol.Change{{Unit: "app.up", Action: "restarted", Attributes: []protocol.AttributeChange{{Name: "command"}}}}}
	invalid := func(m *ipctest.Manager) { m.Err = protocol.InvalidFiles("Error: on bad.hcl:2") }
	runVerbs(t, []verbTest{
		{args: "plan", stdout: `^nothing to apply\n$`},
		{args: "plan --detailed-exitcode", stdout: `nothing to apply`},
		{args: "plan", set: func(m *ipctest.Manager) { m.Changes = change }, stdout: `^~ app\.up  restarted\n +command\n1 change not applied: unitctl apply\n$`},
		{args: "plan --detailed-exitcode", set: func(m *ipctest.Manager) { m.Changes = change }, status: 2, stdout: `app\.up`},
		{args: "plan --json", set: func(m *ipctest.Manager) { m.Changes = change }, stdout: `"action": "restarted"`},
		{args: "plan --detailed-exitcode", set: invalid, status: 1, stderr: `bad\.hcl:2`},
		{args: "apply", stdout: `^nothing to apply\n$`, asked: `apply {}`},
		{args: "apply --no-restart", set: func(m *ipctest.Manager) { m.Changes = change }, stdout: `app\.up  restarted\n +command\nloaded; what runs was left alone\n$`, asked: `apply {"no_restart":true}`},
		{args: "daemon-reload", stdout: `nothing`, asked: `apply {"no_restart":true}`},
		{args: "apply", set: func(m *ipctest.Manager) {
			m.Changes, m.Progress = change, job(running, protocol.JobStatus{Verb: "apply", State: "done", Result: "failed", Reason: "app.up is not ready"})
			m.ApplyJob = &m.Progress[0]
		}, status: 1, stdout: `app\.up`, stderr: `apply app\.up: failed: app\.up is not ready`, asked: `apply {}`},
		{args: "apply --json", set: func(m *ipctest.Manager) {
			m.Changes, m.Progress = change, job(done)
			m.ApplyJob = &m.Progress[0]
		}, stdout: `^\{\n  "plan": \{.*"job": \{\n    "id": 3.*"result": "done"`, asked: `apply {}`},
		{args: "apply", set: invalid, status: 1, stderr: `bad\.hcl:2`, asked: `apply {}`},
	})
}

func TestWordsThatAreNoVerbs(t *testing.T) {
	runVerbs(t, []verbTest{
		{args: "", status: 2, stderr: `Look:.*Unit files:`},
		{args: "frobnicate", status: 2, stderr: `^unitctl: "frobnicate" is no verb of unitctl`},
		{args: "stopp up", status: 2, stderr: `did you mean stop\?`},
		{args: "tail -f up", status: 2, stderr: `"tail" is no verb of unitctl: use unitctl logs`},
		{args: "--state-dir /s ps -a", status: 2, stderr: `use unitctl status`},
		{args: "up -d", status: 2, stderr: `use unitctl start`},
		{args: "down", status: 2, stderr: `unitctl manager shutdown`},
		{args: "update", status: 2, stderr: `unitctl apply`},
		{args: "ls", status: 2, stderr: `unitctl list`},
		{args: "save", status: 2, stderr: `unitctl enable`},
		{args: "manager upgrade", status: 2, stderr: `upgrade`},
		{args: "manager", status: 2, stderr: `status, reexec, upgrade or shutdown`},
		{args: "manager dance", status: 2, stderr: `"manager dance" is no verb`},
	})
}

// TestForeignVerbs sees to it that no foreign verb hides one that exists, and that every verb named as a replacement
// does.
func TestForeignVerbs(t *testing.T) {
	s := newStage(t, nil)
	root := newRoot(&s.console)
	for word, ours := range foreign {
		if child(root, word) != nil {
			t.Errorf("%s is a verb", word)
		}
		for _, part := range strings.Split(ours, "unitctl ")[1:] {
			if verb, _, _ := strings.Cut(part, " "); child(root, strings.Trim(verb, ",")) == nil {
				t.Errorf("%s: unitctl has no verb %s", word, verb)
			}
		}
	}
}
