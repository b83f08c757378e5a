package screen

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/ipc/protocol"
)

func startJob() protocol.JobStatus {
	return protocol.JobStatus{ID: 1, Verb: "start", Targets: []string{"pool.api"}, State: "running", Units: []protocol.JobUnit{
		{ID: "delay.settle", Verb: "start", State: "done", Result: "done", Active: "active", Sub: "exited"},
		{ID: "delay.database", Verb: "start", State: "running", Active: "activating", Sub: "delay", Note: "connect 127.0.0.1:3306: connection refused"},
		{ID: "pool.api", Verb: "start", State: "waiting", Active: "inactive", Sub: "dead", WaitingFor: []string{"delay.database"}},
	}}
}

// TestTimersFit holds the table of jobs to a terminal, whose LAST is to the minute.
func TestTimersFit(t *testing.T) {
	ran := &protocol.JobRun{Started: ago(20*time.Hour + 13*time.Second), Duration: 1000, Result: "ok"}
	list := []protocol.Timer{{ID: "job.nightly", Schedule: "15 3 * * *", Enabled: true, Next: now.Add(15 * time.Hour), Last: ran}}
	want := "JOB          NEXT                     IN    LAST                     RESULT\n" +
		"job.nightly  2026-05-05 03:00 +00:00  15 h  2026-05-03 15:59 +00:00  ok, 1 s\n"
	if got := Timers(list, style(80)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	ran.Reason = "a reason that needs more than the columns that are left"
	if got := Timers(list, style(80)); !strings.Contains(got, "\n    ok, 1 s: a reason that") {
		t.Errorf("a long result does not stand below:\n%s", got)
	}
}

func TestProgress(t *testing.T) {
	want := []string{
		"start pool.api: 1 of 3",
		"●  delay.database  delay: connect 127.0.0.1:3306: connection refused",
		"○  pool.api  inactive (dead), waits for delay.database",
	}
	if got := Progress(startJob(), style(80)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := Waiting(startJob()); got != "delay.database is delay (connect 127.0.0.1:3306: connection refused); pool.api is inactive (dead) and waits for delay.database" {
		t.Errorf("waiting: %s", got)
	}
	many := protocol.JobStatus{Verb: "start", Targets: make([]string, 20)}
	for i := range 20 {
		many.Units = append(many.Units, protocol.JobUnit{ID: fmt.Sprintf("app.a%d", i), State: "waiting", Active: "inactive"})
	}
	got := Progress(many, style(20))
	if len(got) != 9 || got[0] != "start 20 units: 0 o…" || got[8] != "  … and 13 more" {
		t.Errorf("many: %q", got)
	}
}

func TestFailure(t *testing.T) {
	job := protocol.JobStatus{Verb: "start", Targets: []string{"pool.api"}, State: "done", Result: "dependency", Reason: "delay.database failed", Units: []protocol.JobUnit{
		{ID: "delay.settle", State: "done", Result: "done"},
		{ID: "delay.database", State: "done", Result: "timeout", Reason: "127.0.0.1:3306 did not answer for 60s"},
		{ID: "pool.api", State: "done", Result: "dependency", Reason: "delay.database failed", LastOutput: []string{"first", "se\x1bcond"}},
	}}
	want := `start pool.api: dependency: delay.database failed
  delay.database: timeout: 127.0.0.1:3306 did not answer for 60s
  last output of pool.api (unitctl logs api):
    first
    se?cond
`
	if got := Failure(job, style(0)); got != want {
		t.Errorf("got\n%s", got)
	}
	job.Targets, job.Reason = []string{"delay.database", "pool.api"}, "delay.database: 127.0.0.1:3306 did not answer for 60s"
	want = `start delay.database, pool.api: dependency: delay.database: 127.0.0.1:3306 did not answer for 60s
  pool.api: dependency: delay.database failed
  last output of pool.api (unitctl logs api):
    first
    se?cond
`
	if got := Failure(job, style(0)); got != want {
		t.Errorf("several: got\n%s", got)
	}
}

func TestPlan(t *testing.T) {
	plan := protocol.Plan{
		Warnings: "Warning: unknown key\n",
		Changes: []protocol.Change{
			{Unit: "app.new", Action: "added"},
			{Unit: "pool.api", Action: "rolled", Reason: "env_file: 2 values changed", Attributes: []protocol.AttributeChange{
				{Name: "env.A", Old: `"1"`, New: `"2"`}, {Name: "env.B", New: `"x"`}, {Name: "env.C", Old: "(sensitive)"}, {Name: "env.D"},
			}},
			{Unit: "app.old", Action: "removed"},
		},
		Consequences: []protocol.Consequence{
			{Unit: "app.cron", Verb: "stop", Reason: "conflicts with app.new"}, {Unit: "app.mail", Verb: "restart", Reason: "requires app.db"},
			{Unit: "app.cache", Verb: "start", Reason: "required by app.new"},
		},
		Overrides: []protocol.Override{{Unit: "pool.api", Attribute: "workers", Value: "5", Configured: "3"}},
	}
	drawn(t, "plan", Plan(plan, style(80)))
	if got := PlanSummary(plan); got != "3 changes not applied: unitctl apply" {
		t.Error(got)
	}
	if got := Plan(protocol.Plan{}, style(80)) + PlanSummary(protocol.Plan{}); got != "nothing to apply" {
		t.Error(got)
	}
}

func TestDependencies(t *testing.T) {
	graph := protocol.DependencyGraph{Roots: []string{"supervisor.web", "delay.settle"}, Units: []protocol.Dependencies{
		{ID: "supervisor.web", Active: "active", Sub: "running", Members: []string{"app.db", "pool.api"}, After: []string{"app.db", "delay.settle", "pool.api"}},
		{ID: "pool.api", Active: "active", Sub: "running", Supervisor: "supervisor.web", Requires: []string{"app.db"}, After: []string{"app.db", "delay.settle"}},
		{ID: "app.db", Active: "failed", Sub: "exit", After: []string{"delay.settle"}, RequiredBy: []string{"pool.api"}},
		{ID: "delay.settle", Active: "active", Sub: "exited", Before: []string{"app.db", "pool.api", "supervisor.web"}},
	}}
	drawn(t, "deps", Dependencies(graph, style(80)))
	// A cycle cannot be loaded, but must not hang who draws it either.
	loop := protocol.DependencyGraph{Roots: []string{"a"}, Units: []protocol.Dependencies{{ID: "a", After: []string{"b"}}, {ID: "b", After: []string{"a"}}}}
	if got := Dependencies(loop, style(80)); strings.Count(got, "\n") != 3 {
		t.Errorf("loop:\n%s", got)
	}
}

func TestLogLine(t *testing.T) {
	line := protocol.LogLine{Unit: "pool.api", Worker: 2, Text: "hello"}
	if got := LogLine(line, true, style(0)); got != "api/2 | hello" {
		t.Error(got)
	}
	line.Time = time.Date(2026, 5, 4, 3, 2, 1, 0, time.FixedZone("", 3600))
	line.Worker = 0
	if got := LogLine(line, true, style(0)); got != "pool.api | hello" {
		t.Error(got) // its time is in its text
	}
	line.Stream = "stderr"
	if got := LogLine(line, true, style(0)); got != "2026-05-04T03:02:01.000+01:00 stderr pool.api | hello" {
		t.Error(got)
	}
	if got := LogLine(line, false, style(0)); got != "2026-05-04T03:02:01.000+01:00 stderr hello" {
		t.Error(got)
	}
}

func TestForTerminal(t *testing.T) {
	for text, want := range map[string][2]string{
		"":                                {"", ""},
		"plain\ttext ü":                   {"plain\ttext ü", "plain\ttext ü"},
		"\x1b[1;31mred\x1b[0m":            {"red", "\x1b[1;31mred\x1b[0m"},
		"\x1b]0;title\x07\x1b[2Jx\x1b":    {"?]0;title??[2Jx?", "?]0;title??[2Jx?"},
		"a\rb\x00\xff\u202e":              {"a?b???", "a?b???"},
		"\x1b\x1b[31mtwo escapes, colour": {"?two escapes, colour", "?\x1b[31mtwo escapes, colour"},
	} {
		if got := [2]string{ForTerminal(text, false), ForTerminal(text, true)}; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
