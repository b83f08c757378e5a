package executor_test

import (
	"slices"
	"strings"
	"syscall"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

func TestChainStartsInOrderAndStopsInReverse(t *testing.T) {
	db, api := sleeper("db", nil), sleeper("api", nil)
	api.Requires = []units.ID{db.ID}
	m := start(t, db, api)
	m.active(api.ID)
	if tx := m.submit(job.Stop, db.ID); tx.Result != job.Done {
		t.Errorf("stop: %+v", tx)
	}
	var order []string
	for _, line := range m.transitions() {
		if strings.Contains(line, " active(") || strings.Contains(line, "inactive(") {
			words := strings.Fields(line)
			order = append(order, words[1]+words[2])
		}
	}
	want := []string{"app.db/0active(running)", "app.api/0active(running)", "app.api/0inactive(dead)", "app.db/0inactive(dead)"}
	if !slices.Equal(order, want) {
		t.Errorf("order is %q", order)
	}
}

func TestKilledProgramIsBackAtOnce(t *testing.T) {
	m := start(t, sleeper("api", nil))
	m.active("app.api")
	old := m.pid("app.api")
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	m.eventually("it has a new pid", func(model *engine.Model) bool {
		pid := model.Unit("app.api").MainPID()
		return pid != 0 && pid != old && model.Unit("app.api").Phase() == lifecycle.Active
	})
	m.call(func(model *engine.Model) {
		if p := model.Unit("app.api").Process; p.LastExit.Reason != units.ReasonSignal || p.Restarts != 1 {
			t.Errorf("last exit %+v, %d restarts", p.LastExit, p.Restarts)
		}
	})
}

func TestProgramThatExitsAtOnceBacksOff(t *testing.T) {
	bad := app("bad", nil, "exit", "3")
	bad.Enabled = false
	m := start(t, bad)
	m.submit(job.Start, "app.bad")
	m.eventually("it waits to be restarted", func(model *engine.Model) bool {
		return model.Unit("app.bad").Sub() == "auto-restart"
	})
	m.call(func(model *engine.Model) {
		p := model.Unit("app.bad").Process
		if !strings.Contains(p.Note, "exit 3") {
			t.Errorf("note is %q", p.Note)
		}
	})
	if lines := m.executor.LatestOutput("app.bad", 5); !slices.Equal(lines, []string{"about to exit"}) {
		t.Errorf("last output is %q", lines)
	}
	if tx := m.submit(job.Stop, "app.bad"); tx.Result != job.Done {
		t.Errorf("stop: %+v", tx)
	}
}

func TestMissingProgramFailsTheStart(t *testing.T) {
	bad := sleeper("bad", func(_ *units.Process, program *units.Program) { program.Command = []string{"no-such-program"} })
	bad.Enabled = false
	m := start(t, bad)
	tx := m.submit(job.Start, "app.bad")
	if tx.Result != job.Failed || !strings.Contains(tx.Reason, "no-such-program") {
		t.Errorf("result is %+v", tx)
	}
}

func TestStubbornProgramIsKilled(t *testing.T) {
	stubborn := app("stubborn", func(p *units.Process, _ *units.Program) { p.StopTimeout = 300_000_000 }, "stubborn")
	m := start(t, stubborn)
	m.active(stubborn.ID)
	m.eventually("it ignores SIGTERM", func(*engine.Model) bool {
		return slices.Contains(m.executor.LatestOutput(stubborn.ID, 1), "ignoring SIGTERM")
	})
	pid := m.pid(stubborn.ID)
	if tx := m.submit(job.Stop, stubborn.ID); tx.Result != job.Done {
		t.Errorf("stop: %+v", tx)
	}
	if alive(pid) {
		t.Errorf("pid %d is alive after the stop", pid)
	}
}

func TestRestartDuringBackoff(t *testing.T) {
	bad := app("bad", nil, "exit", "1")
	m := start(t, bad)
	m.eventually("it waits to be restarted", func(model *engine.Model) bool { return model.Unit(bad.ID).Sub() == "auto-restart" })
	if tx := m.submit(job.Restart, bad.ID); tx.Result == "" {
		t.Errorf("restart: %+v", tx)
	}
}
