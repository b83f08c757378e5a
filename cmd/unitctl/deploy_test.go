package main

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"unitd/ipc/ipctest"
	"unitd/ipc/protocol"
)

const commit = "3f9c1e2d00112233445566778899aabbccddeeff"

// deployment is how a run of pipeline.site goes on, from one state to the next.
func deployment(states ...func(*protocol.PipelineRun)) []protocol.PipelineRun {
	run := protocol.PipelineRun{
		Pipeline: "pipeline.site", ID: 18, By: "deploy", From: "uid 1000", State: protocol.RunRunning, StartedAt: ago(time.Minute),
		Steps: []protocol.RunStep{{Name: "fetch", Kind: "git"}, {Name: "migrate", Kind: "command"}, {Name: "test", Kind: "command"}},
	}
	list := []protocol.PipelineRun{run}
	for _, change := range states {
		run.Steps = append([]protocol.RunStep(nil), run.Steps...)
		change(&run)
		list = append(list, run)
	}
	return list
}

// stepDone ends a step and begins the next one.
func stepDone(i int, result string) func(*protocol.PipelineRun) {
	return func(run *protocol.PipelineRun) {
		run.Steps[i].StartedAt, run.Steps[i].Result, run.Steps[i].Duration = ago(time.Minute), result, 1500
		if i == 0 {
			run.Commit = commit
		}
		if i+1 < len(run.Steps) && result == "ok" {
			run.Steps[i+1].StartedAt = ago(3 * time.Second)
		}
	}
}

func runDone(result, reason string) func(*protocol.PipelineRun) {
	return func(run *protocol.PipelineRun) {
		run.State, run.Result, run.Reason, run.Duration = protocol.RunDone, result, reason, 61_000
	}
}

func goodRun() []protocol.PipelineRun {
	return deployment(stepDone(0, "ok"), stepDone(1, "ok"), stepDone(2, "skipped"), runDone("ok", ""))
}

func badRun() []protocol.PipelineRun {
	return deployment(stepDone(0, "ok"), stepDone(1, "ok"), func(run *protocol.PipelineRun) {
		stepDone(2, "failed")(run)
		run.Steps[2].Reason, run.Steps[2].LastOutput = "exit 1", []string{"1 failed, 3 passed\x1b[0m"}
		run.State = protocol.RunRollingBack
		run.Steps[1].Undoing = true
	}, func(run *protocol.PipelineRun) { run.Steps[1].Undoing, run.Steps[1].Undone = false, "ok" },
		runDone("rolled-back", "step test: exit 1"))
}

func TestDeploy(t *testing.T) {
	with := func(runs []protocol.PipelineRun) func(*ipctest.Manager) {
		return func(m *ipctest.Manager) {
			m.List = []protocol.UnitStatus{{ID: "pipeline.site", Kind: "pipeline"}}
			m.Deployment, m.Remembered = runs, runs[len(runs)-1:]
		}
	}
	good, bad := with(goodRun()), with(badRun())
	runVerbs(t, []verbTest{
		{args: "deploy", set: good, asked: `deploy {}`,
			stdout: `^pipeline\.site #18\n✓ fetch       1 s  3f9c1e2\n✓ migrate     1 s\n- test     skipped\npipeline\.site #18: ok in 1 min, 3f9c1e2\n$`},
		{args: "deploy site --to v2 --branch next", set: good, stdout: `ok`, asked: `deploy {"pipeline":"site","commit":"v2","branch":"next"}`},
		{args: "deploy --to a..b", set: good, status: 2, stderr: `"a\.\.b" is no name that git allows`},
		{args: "deploy site", set: bad, status: 1, asked: `deploy {"pipeline":"site"}`,
			stdout: `✓ migrate     1 s\n× test        1 s  exit 1\ngoes back\n✓ undo migrate\n$`,
			stderr: `^unitctl: pipeline\.site #18: rolled back: step test: exit 1\n  last output of step test \(unitctl logs site/18\):\n    1 failed, 3 passed\?\[0m\n$`},
		{args: "deploy --json", set: bad, status: 1, asked: `deploy {}`, stdout: `^\{\n  "pipeline": "pipeline\.site",.*"result": "rolled-back"`, stderr: `rolled back`},
		{args: "deploy --no-wait", set: good, asked: `deploy {}`, stdout: `^pipeline\.site #18\n$`},
		{args: "deploy site", set: with(deployment(func(r *protocol.PipelineRun) { r.State = protocol.RunWaiting }, runDone("superseded", "by #19"))), status: 1,
			asked: `deploy {"pipeline":"site"}`, stdout: `^pipeline\.site #18\n$`, stderr: `superseded: by #19`},
		{args: "deploy site --timeout 2s", status: 1, set: func(m *ipctest.Manager) { good(m); m.Deployment, m.Hold = m.Deployment[:2], true },
			asked: `deploy {"pipeline":"site"}`, stdout: `fetch`,
			stderr: `pipeline\.site #18 did not end in 2s and goes on \(step migrate\): unitctl deploys site shows it, unitctl stop site cancels it`},
		{args: "deploy nobody", set: good, status: 4, stderr: `no unit is called "nobody"`, asked: `deploy {"pipeline":"nobody"}`},
		{args: "rollback site", set: with(deployment(func(r *protocol.PipelineRun) {
			r.Rollback, r.Previous, r.Steps[0].Undone = true, commit, "ok"
		}, runDone("ok", ""))), asked: `deploy {"pipeline":"site","rollback":true}`, stdout: `^pipeline\.site #18\n✓ undo fetch\npipeline\.site #18: ok in 1 min, back to 3f9c1e2\n$`},
		{args: "rollback", set: good, status: 2, stderr: `an argument is missing`},
	})
}

func TestDeploys(t *testing.T) {
	two := func(m *ipctest.Manager) {
		m.List = []protocol.UnitStatus{{ID: "pipeline.site", Kind: "pipeline"}}
		good, bad := goodRun(), badRun()
		m.Remembered = []protocol.PipelineRun{bad[4], good[4]}
		m.Remembered[1].ID, m.Remembered[1].Live = 17, true
		m.Lines = []protocol.LogLine{{Unit: "pipeline.site", Text: "hello"}}
	}
	runVerbs(t, []verbTest{
		{args: "deploys", set: two, asked: `runs {"Pipelines":null,"Last":10}`, stdout: `^RUN      RESULT        COMMIT   WHEN       TOOK   BY      WHY\n` +
			`site/18  rolling-back  3f9c1e2 `},
		{args: "deploys site -n 3", set: two, asked: `runs {"Pipelines":["site"],"Last":3}`, stdout: `\n#17  ok, live  `},
		{args: "deploys site 18", set: two, stdout: `^pipeline\.site #18  rolling-back\n.*by +deploy  uid 1000\n  commit    3f9c1e2d.*\n\nSTEP +RESULT +TOOK +UNDONE +WHY\nfetch +ok +1 s +-\nmigrate +ok +1 s +ok\ntest +failed +1 s +- +exit 1\n  last output of step test`},
		{args: "deploys site/18 --json", set: two, stdout: `"id": 18`},
		{args: "deploys site 99", set: two, status: 1, stderr: `run #99 of site is not known: see unitctl deploys`},
		{args: "deploys site last", set: two, status: 2, stderr: `"last" is no number of a run`},
		{args: "deploys site 18 --log", set: two, stdout: `hello`, asked: `logs {"units":["site/18"],"lines":-1}`},
		{args: "deploys --log", status: 2, stderr: `of which run\?`},
		{args: "deploys -n 51", status: 2, stderr: `from 0 to 50`},
		{args: "history site", set: func(m *ipctest.Manager) { two(m); m.Happened = []protocol.Event{{Unit: "pipeline.site"}} },
			stdout: `^2026-05-04T11:59:00.000Z  ran 1 min   #17 ok, 3f9c1e2: uid 1000\n2026-05-04T11:59:00.000Z  runs 0 ms   #18 rolling-back, 3f9c1e2\n$`,
			asked:  `events {"units":["site"],"last":100000}` + "\n" + `runs {"Pipelines":["pipeline.site"],"Last":20}`},
		{args: "deploys", set: func(m *ipctest.Manager) { m.Remembered = nil }, stdout: `^no runs yet\n$`, asked: `runs {"Pipelines":null,"Last":10}`},
		{args: "deploys --json", stdout: `^\[\]\n$`, asked: `runs {"Pipelines":null,"Last":10}`},
	})
}

// TestDeployOnTerminal draws what runs below what has ended, and takes it back.
func TestDeployOnTerminal(t *testing.T) {
	fake := manager()
	fake.List = []protocol.UnitStatus{{ID: "pipeline.site", Kind: "pipeline"}}
	fake.Deployment, fake.Hold = badRun()[:4], true
	s := newStage(t, fake)
	s.outTerminal, s.errTerminal = true, true
	s.env["NO_COLOR"] = "1"
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan int)
	go func() { ended <- run(ctx, &s.console, []string{"deploy"}) }()
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(s.stderr.String(), "undo migrate") && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if status := <-ended; status != exitInterrupted {
		t.Errorf("exit status %d", status)
	}
	drawn := s.stderr.String()
	for _, want := range []string{`⠋ migrate     3 s\n  test\n\r\x1b\[2A\x1b\[J`, `⠋ test        3 s\n\r\x1b\[1A\x1b\[J`, `⠋ undo migrate\n\r\x1b\[1A\x1b\[J.*unitctl: interrupted; pipeline\.site #18 goes on \(undoes migrate\)`} {
		if !regexp.MustCompile("(?s)" + want).MatchString(drawn) {
			t.Errorf("drawn\n%q\nwant %s", drawn, want)
		}
	}
}
