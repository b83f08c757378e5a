package alert

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/policy/lifecycle"
	"unitd/units"
)

var began = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// app is a unit with one alert for some kinds.
func app(on ...units.AlertKind) *units.Unit {
	process := units.Process{Type: units.TypeSimple, Restart: units.Restart{ResetAfter: time.Minute}}
	return &units.Unit{ID: "app.a", App: &units.App{Process: process}, Alerts: []units.Alert{{Name: "ops", On: on, Interval: 5 * time.Minute}}}
}

func job() *units.Unit {
	return &units.Unit{ID: "job.a", Job: &units.Job{Process: units.Process{Type: units.TypeOneshot}}, Alerts: app(usual...).Alerts}
}

func pipeline(on ...units.AlertKind) *units.Unit {
	return &units.Unit{ID: "pipeline.a", Pipeline: &units.Pipeline{}, Alerts: app(on...).Alerts}
}

var (
	usual = []units.AlertKind{units.AlertFailed, units.AlertRecovered}
	all   = []units.AlertKind{units.AlertFailed, units.AlertRecovered, units.AlertDeployed, units.AlertRolledBack}
)

// TestStories plays what happens to a unit. A step is "MINUTES WORD" with what is told by then behind "→". The words are
// states; "loop N" is a failure that is the Nth in a row, "ok" the end of a run of a job, "run ID RESULT" that of a pipeline.
func TestStories(t *testing.T) {
	for name, story := range map[string]struct {
		def   *units.Unit
		steps string
	}{
		"failed for good, well again": {app(usual...), `
			0 active
			1 loop 1
			2 failed → failed
			3 activating
			4 active → recovered`},
		"well from the begin is no news":   {app(usual...), "0 activating\n1 active\n2 inactive\n3 active"},
		"stopped by hand is no news":       {app(usual...), "0 failed → failed\n1 inactive\n7 inactive"},
		"stopped by hand, started by hand": {app(usual...), "0 failed → failed\n1 inactive\n7 active → recovered"},
		"the same twice is told once":      {app(usual...), "0 failed → failed\n0 failed\n9 failed"},
		"recovered only if that is wanted": {app(units.AlertFailed), "0 failed → failed\n1 active\n10 failed → failed"},
		"recovered alone":                  {app(units.AlertRecovered), "0 failed\n1 active → recovered"},
		"nothing is wanted":                {app(), "0 failed\n1 active"},
		"a second failure waits its turn":  {app(usual...), "0 failed → failed\n1 active → recovered\n2 failed\n4 failed\n5 tick → failed"},
		"a failure that is over is left out": {app(usual...), `
			0 failed → failed
			1 active → recovered
			2 failed
			3 active
			5 tick
			9 failed → failed+1`},
		"flapping is told twice in ten minutes": {app(usual...), `
			0 failed → failed
			1 active → recovered
			2 failed
			2 active
			3 failed
			3 active
			4 failed
			5 tick → failed+2
			6 active → recovered
			7 failed
			10 tick → failed`},
		"a recovery that waits is taken back": {app(usual...), `
			0 failed → failed
			4 active → recovered
			5 failed → failed
			6 active
			7 failed
			9 tick
			10 tick → failed+1
			11 active → recovered`},
		"a failure that waits, and a stop by hand": {app(usual...), "0 failed → failed\n1 active → recovered\n2 failed\n3 inactive\n6 tick\n8 failed → failed+1"},
		"it fails and is tried for ever": {app(usual...), `
			0 active
			1 loop 4
			2 active
			3 loop 5 → failed
			4 activating
			4 active
			4 loop 6
			6 active
			6 active
			6 tick
			7 tick → recovered
			8 loop 1`},
		"tried for ever, and stopped by hand":   {app(usual...), "0 loop 5 → failed\n1 inactive\n6 active → recovered"},
		"tried for a while, and then given up":  {app(usual...), "0 loop 5 → failed\n1 failed\n5 tick → failed\n6 active → recovered"},
		"a job fails, runs, fails, runs well":   {job(), "0 failed → failed\n10 activating\n10 failed → failed\n20 activating\n20 ok → recovered\n30 ok"},
		"a job that is stopped":                 {job(), "0 failed → failed\n1 activating\n2 inactive"},
		"a job's recovery waits over its state": {job(), "0 failed → failed\n1 ok → recovered\n5 failed → failed\n5 ok\n5 inactive\n6 tick → recovered"},
		"a job is tried again, which is no end": {job(), "0 loop 7\n1 ok"},
		"a pipeline": {pipeline(all...), `
			0 run 1 ok → deployed
			9 run 1 ok
			10 run 2 rolled-back → rolled_back
			11 run 3 superseded
			12 run 4 canceled
			20 run 5 failed → failed
			30 run 6 rollback-failed → failed
			40 run 7 ok → deployed
			41 run 8 undone → rolled_back
			60 failed`},
		"a pipeline, failures only":             {pipeline(units.AlertFailed), "0 run 1 ok\n1 run 2 rolled-back → failed\n9 run 3 failed → failed\n10 run 4 ok"},
		"a pipeline, as other units":            {pipeline(usual...), "0 run 1 ok\n1 run 2 failed → failed\n2 run 3 ok → recovered"},
		"runs of before, seen at a start":       {pipeline(all...), "0 past 4 ok\n1 past 4 ok\n2 run 5 ok → deployed\n3 past 5 ok\n9 past 6 failed → failed"},
		"a newer request, before the run ended": {pipeline(all...), "0 run 2 superseded\n1 run 1 ok → deployed"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &Memory{}
			for line := range strings.Lines(story.steps) {
				line = strings.TrimSpace(line)
				step, want, _ := strings.Cut(line, " → ")
				if step == "" {
					continue
				}
				if got := play(t, m, story.def, step); got != want {
					t.Fatalf("%s: told %q, want %q", step, got, want)
				}
				m = m.Clone() // which is as good
			}
		})
	}
}

// play does one step and says what was told.
func play(t *testing.T, m *Memory, def *units.Unit, step string) string {
	t.Helper()
	words := strings.Fields(step)
	var minutes int
	if _, err := fmt.Sscan(words[0], &minutes); err != nil {
		t.Fatal(err)
	}
	o := Observation{At: began.Add(time.Duration(minutes) * time.Minute), Active: words[1], Sub: "sub", Reason: "why"}
	var out []Message
	switch words[1] {
	case "tick":
		if d := m.Deadline(); !d.IsZero() && !d.After(o.At) {
			out = m.Expire(def, o.At)
		}
		return told(out)
	case "loop":
		o.Active = "activating"
		_, _ = fmt.Sscan(words[2], &o.InARow)
	case "ok":
		o.Active, o.Ended = "inactive", units.ReasonClean
	case "run", "past":
		o.Past = words[1] == "past"
		run := lifecycle.PipelineRun{Result: words[3], Checked: "0123456789abcdef"}
		if words[3] == "undone" {
			run.Result, run.Rollback = lifecycle.RunOK, true
		}
		_, _ = fmt.Sscan(words[2], &run.ID)
		o.Active, o.Run = "inactive", &run
	}
	return told(m.Observe(def, o))
}

func told(messages []Message) string {
	var words []string
	for _, m := range messages {
		word := string(m.Kind)
		if m.LeftOut > 0 {
			word += fmt.Sprintf("+%d", m.LeftOut)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// Alerts of one unit are told apart, and one that the unit no longer has is forgotten.
func TestEachAlertForItself(t *testing.T) {
	def := app(usual...)
	def.Alerts = append(def.Alerts, units.Alert{Name: "loud", On: usual})
	m := &Memory{}
	for i, want := range []string{"ops:failed loud:failed", "ops:recovered loud:recovered", "loud:failed"} {
		active := []string{"failed", "active", "failed"}[i]
		var got []string
		for _, message := range m.Observe(def, Observation{At: began.Add(time.Duration(i) * time.Second), Active: active}) {
			got = append(got, message.Alert+":"+string(message.Kind))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: told %v, want %s", active, got, want)
		}
	}
	def.Alerts = def.Alerts[1:]
	if out := m.Expire(def, began.Add(time.Hour)); out != nil || slices.Contains(keys(m), "ops") {
		t.Errorf("an alert that is gone: %v, %v", out, keys(m))
	}
}

func keys(m *Memory) (names []string) {
	for name := range m.Alerts {
		names = append(names, name)
	}
	return names
}

// A clock that was set back holds nothing back.
func TestClockSetBack(t *testing.T) {
	def, m := app(usual...), &Memory{}
	m.Observe(def, Observation{At: began, Active: "failed"})
	m.Observe(def, Observation{At: began.Add(time.Minute), Active: "activating"})
	if got := told(m.Observe(def, Observation{At: began.Add(-time.Hour), Active: "failed"})); got != "failed" {
		t.Errorf("told %q", got)
	}
}
