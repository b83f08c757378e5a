package executor_test

import (
	"errors"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"unitd/policy/job"
	"unitd/runtime/engine"
	"unitd/units"
)

// apply puts the units of a text in force and waits for what follows.
func (m *manager) apply(text string) ([]units.Change, job.Transaction) {
	m.t.Helper()
	set := m.home.load(m.t, text)
	var changes []units.Change
	var tx job.Transaction
	m.call(func(model *engine.Model) {
		var err error
		if changes, tx, err = model.Apply(set, false); err != nil {
			m.t.Fatal(err)
		}
	})
	if tx.ID != 0 {
		tx = m.finished(tx.ID)
	}
	return changes, tx
}

func webApp(name, address string) string {
	return `
app "` + name + `" {
  command = [var.program, "program:web"]
  listen "http" {
    address = "` + address + `"
  }
}
`
}

func webPoolText(name, address, more string) string {
	return `
app "` + name + `" {
  command   = [var.program, "program:web"]
  directory = user.home
  ` + more + `
  health "http" {
    path = "/health"
  }
}
pool "` + name + `" {
  app     = app.` + name + `
  workers = 2
  listen "http" {
    address = "` + address + `"
  }
}
`
}

// A unit that is renamed takes its listener along: no connection is refused.
func TestApplyRenames(t *testing.T) {
	single, pooled := freePort(t), freePort(t)
	m := boot(t, webApp("before", single)+webPoolText("old", pooled, ""))
	m.active("app.before")
	m.active("pool.old")
	for _, url := range []string{"http://" + single, "http://" + pooled} {
		if _, err := get(url); err != nil {
			t.Fatal(err)
		}
	}
	first, second := loadOn("http://"+single), loadOn("http://"+pooled)
	_, tx := m.apply(webApp("behind", single) + webPoolText("other", pooled, ""))
	m.result(tx, job.Done, "")
	m.active("app.behind")
	m.active("pool.other")
	first.endRefused(t)
	second.endRefused(t)
	m.call(func(model *engine.Model) {
		if model.Unit("app.before") != nil || model.Unit("pool.old") != nil {
			t.Error("the old units are still there")
		}
	})
	// A name and a form that change: one socket instead of one for each worker cannot be moved.
	_, tx = m.apply(webApp("behind", single) + strings.Replace(webPoolText("again", pooled, ""), `
  listen "http" {`, `
  listen "http" {
    per_worker = false`, 1))
	m.result(tx, job.Done, "")
	m.eventually("it serves", func(*engine.Model) bool {
		_, err := get("http://" + pooled)
		return err == nil
	})
}

// A new address is bound first, then the old one drains; an address that cannot be had changes nothing.
func TestApplyAddresses(t *testing.T) {
	first, second, taken := freePort(t), freePort(t), freePort(t)
	m := boot(t, webPoolText("web", first, ""))
	m.poolReady(2)
	holder := stranger(t, "tcp", taken)
	l := loadOn("http://" + first)
	_, tx := m.apply(webPoolText("web", taken, ""))
	m.result(tx, job.Failed, taken+" is in use by pid "+strconv.Itoa(holder))
	m.poolReady(2)
	l.end(t)
	_, tx = m.apply(webPoolText("web", second, ""))
	m.result(tx, job.Done, "")
	m.poolReady(2)
	if _, err := get("http://" + second); err != nil {
		t.Error(err)
	}
	m.eventually("the old address is closed", func(*engine.Model) bool {
		_, err := get("http://" + first)
		return errors.Is(err, syscall.ECONNREFUSED)
	})
}

// What a block says of a listener changes while its socket is open, and back again when the generation is given up. One
// socket in place of many is another one.
func TestApplyListenerInPlace(t *testing.T) {
	address := freePort(t)
	m := boot(t, webPoolText("web", address, ""))
	m.poolReady(2)
	with := func(name, more, ofApp string) string {
		return strings.Replace(webPoolText("web", address, ofApp), `listen "http" {`, `listen "`+name+`" {`+"\n"+more, 1)
	}
	l := loadOn("http://" + address)
	_, tx := m.apply(with("web", "backlog = 77", ""))
	m.result(tx, job.Done, "")
	_, tx = m.apply(with("again", "backlog = 99", `pre_start = [["false"]]`))
	m.result(tx, job.Failed, "the new generation did not become ready: worker 1")
	m.result(m.reload("pool.web"), job.Done, "")
	l.end(t)
	changes, tx := m.apply(with("web", "per_worker = false", ""))
	m.result(tx, job.Done, "")
	if len(changes) != 1 || changes[0].Verdict != units.Replaced {
		t.Errorf("changes: %+v", changes)
	}
	m.poolReady(2)
	if _, err := get("http://" + address); err != nil {
		t.Error(err)
	}
}

// An apply that rolls a pool and scales it has ended when all of its workers are there; where one of those that are more
// does not get ready, neither is the rest kept.
func TestApplyRollsAndScales(t *testing.T) {
	address := freePort(t)
	m := boot(t, webPoolText("web", address, ""))
	m.poolReady(2)
	l := loadOn("http://" + address)
	bigger := func(more string) string {
		return strings.Replace(webPoolText("web", address, more), "workers = 2", "workers = 5", 1)
	}
	_, tx := m.apply(bigger(`pre_start = [["sh", "-c", "sleep 0.2; test $WORKER_INDEX != 4"]]`))
	m.result(tx, job.Failed, "worker 4")
	m.poolReady(2)
	_, tx = m.apply(bigger(`pre_start = [["sh", "-c", "test $WORKER_INDEX != 5 || sleep 2"]]`))
	m.result(tx, job.Done, "")
	m.call(func(model *engine.Model) {
		if ready := m.poolIn(model).Ready(); ready != 5 {
			t.Errorf("%d of 5 workers are ready", ready)
		}
	})
	l.end(t)
}

// A definition that does not work is not kept: the old one stays in force, and what was stopped for the new one
// runs again.
func TestApplyBroken(t *testing.T) {
	address := freePort(t)
	good := webPoolText("web", address, "") + `
app "single" {
  type    = "exec"
  command = ["sleep", "1000"]
}
app "asked" {
  type    = "exec"
  command = ["sleep", "1000"]
  enabled = false
}
`
	m := boot(t, good)
	m.poolReady(2)
	m.active("app.single")
	l := loadOn("http://" + address)
	bad := webPoolText("web", address, "env = { BROKEN = \"1\" }\n  pre_start = [[\"sh\", \"-c\", \"exit 6\"]]") + `
app "single" {
  type    = "exec"
  command = ["no-such-program"]
}
app "asked" {
  type    = "exec"
  command = ["no-such-program"]
  enabled = false
}
`
	_, tx := m.apply(bad)
	if tx.Result != job.Failed || !strings.Contains(tx.Reason, "no-such-program") && !strings.Contains(tx.Reason, "exit 6") {
		t.Errorf("apply: %+v", tx)
	}
	m.poolReady(2)
	m.active("app.single")
	l.end(t)
	m.call(func(model *engine.Model) {
		p, err := model.Definition("app.single").Process().Program.Program(units.Scope{})
		if err != nil || p.Command[0] != "sleep" {
			t.Errorf("in force is %v, %v", p.Command, err)
		}
		// plan shows it again.
		if changes := model.Plan(m.home.load(t, bad)); len(changes) != 2 && len(changes) != 3 {
			t.Errorf("plan: %+v", changes)
		}
	})
	if changes, tx := m.apply(good); tx.ID != 0 {
		t.Errorf("apply of what runs: %+v, %+v", changes, tx)
	}
}

// Changed contents of an env_file are a change of its units.
func TestApplyEnvFile(t *testing.T) {
	h := newHome(t)
	h.write(t, ".env", "VALUE=one\n", 0o600)
	address := freePort(t)
	text := webPoolText("web", address, `env_file = [".env"]`) + `
app "single" {
  command  = ["sh", "-c", "echo $VALUE >>values; exec sleep 1000"]
  env_file = [".env"]
}
app "other" {
  command = ["sleep", "1000"]
}
`
	m := live(t, h, h.load(t, text))
	m.poolReady(2)
	m.waitFile("values", "one\n")
	m.active("app.single")
	m.active("app.other")
	if changes, _ := m.apply(text); len(changes) != 0 {
		t.Errorf("nothing has changed: %+v", changes)
	}
	other := m.pid("app.other")
	h.write(t, ".env", "VALUE=two\n", 0o600)
	l := loadOn("http://" + address)
	changes, tx := m.apply(text)
	m.result(tx, job.Done, "")
	l.end(t)
	verdicts := map[units.ID]units.Verdict{}
	for _, c := range changes {
		verdicts[c.ID] = c.Verdict
	}
	if len(verdicts) != 2 || verdicts["pool.web"] != units.Rolled || verdicts["app.single"] != units.Restarted {
		t.Errorf("changes: %+v", changes)
	}
	m.waitFile("values", "one\ntwo\n")
	if m.pid("app.other") != other {
		t.Error("app.other was restarted")
	}
	// Others may read it now: the roll fails and the old generation goes on.
	h.write(t, ".env", "VALUE=three\n", 0o644)
	if tx := m.reload("pool.web"); tx.Result != job.Failed || !strings.Contains(tx.Reason, "lets others read it") {
		t.Errorf("reload: %+v", tx)
	}
	m.poolReady(2)
	if _, err := get("http://" + address); err != nil {
		t.Error(err)
	}
}
