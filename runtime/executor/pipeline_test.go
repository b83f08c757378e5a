package executor_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// deploy asks for a run of pipeline.deploy and waits for its end.
func (m *manager) deploy(request lifecycle.PipelineRequest) lifecycle.PipelineRun {
	m.t.Helper()
	id, err := m.engine.Deploy(context.Background(), "pipeline.deploy", request)
	if err != nil {
		m.t.Fatal(err)
	}
	return m.endedRun(id)
}

// endedRun waits for the end of a run of pipeline.deploy.
func (m *manager) endedRun(id int) (run lifecycle.PipelineRun) {
	m.t.Helper()
	m.eventually("the run ends", func(model *engine.Model) bool {
		r := model.Unit("pipeline.deploy").Pipeline.Ended(id)
		if r != nil {
			run = *r
		}
		return r != nil
	})
	return run
}

// site is a repository with commits, and where it is deployed to.
type repository struct {
	t    *testing.T
	dir  string
	bare string
}

func newRepository(t *testing.T, h *home) *repository {
	t.Helper()
	r := &repository{t: t, dir: filepath.Join(h.dir, "work"), bare: filepath.Join(h.dir, "site.git")}
	r.git(h.dir, "init", "--quiet", "--bare", "--initial-branch=main", r.bare)
	r.git(h.dir, "clone", "--quiet", r.bare, r.dir)
	return r
}

func (r *repository) git(dir string, arguments ...string) string {
	r.t.Helper()
	c := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main"}, arguments...)...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil && !errors.Is(err, syscall.ECHILD) { // the executor reaps all children of this process
		r.t.Fatalf("git %s: %v\n%s", arguments, err, out)
	}
	return strings.TrimSpace(string(out))
}

// push commits files and pushes them; it gives the commit.
func (r *repository) push(files map[string]string) string {
	r.t.Helper()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(content), 0o755); err != nil {
			r.t.Fatal(err)
		}
	}
	r.git(r.dir, "add", "-A")
	r.git(r.dir, "commit", "--quiet", "-m", "change")
	r.git(r.dir, "push", "--quiet", "origin", "HEAD:main")
	return r.git(r.dir, "rev-parse", "HEAD")
}

// The story of a site: a good push, one with a failing test, one whose code does not start, one after which nobody is
// healthy, and back. Nothing untested ever serves, and the database follows the code.
func TestPipelineStory(t *testing.T) {
	h := newHome(t)
	r := newRepository(t, h)
	start := "#!/bin/sh\ncp version ~/serving\necho >&3\nexec sleep 1000\n"
	r.push(map[string]string{"version": "1", "start": start, "test": "#!/bin/sh\nexit 0\n"})
	h.write(t, "database", "0", 0o644)
	m := live(t, h, h.load(t, `
app "web" {
  command   = ["./start"]
  directory = "~/site/current"
  ready_fd  = 3
  enabled   = false
  restart {
    policy = "no"
  }
  health "fit" {
    command     = ["sh", "-c", "! grep -q sick version"]
    interval    = "100ms"
    gates_ready = false
    action      = "none"
  }
}
pipeline "deploy" {
  directory = "~/site"
  env       = { COLOUR = "blue" }
  step "fetch" {
    git {
      url = "`+r.bare+`"
    }
  }
  step "test" {
    command = ["./test"]
    env     = { SHAPE = "round" }
  }
  step "migrate" {
    command = ["sh", "-c", "cp version ~/database"]
    state   = ["cat", "../../../database"]
    undo    = ["sh", "-c", "echo ${step.before} >~/database"]
  }
  step "restart" {
    restart = [app.web]
  }
  step "verify" {
    healthy = [app.web]
    timeout = "2s"
  }
}
`))
	type want struct{ result, why, serving, database string }
	expect := func(what string, run lifecycle.PipelineRun, w want) {
		t.Helper()
		if run.Result != w.result || !strings.Contains(run.Why, w.why) || w.why == "" && run.Why != "" {
			t.Errorf("%s: %s: %s", what, run.Result, run.Why)
		}
		if serving, database := strings.TrimSpace(m.file("serving")), strings.TrimSpace(m.file("database")); serving != w.serving || database != w.database {
			t.Errorf("%s: serving %q and the database is %q, not %q and %q", what, serving, database, w.serving, w.database)
		}
	}
	by := lifecycle.PipelineRequest{By: lifecycle.ByDeploy, From: "a test"}
	first := m.deploy(by)
	expect("a first push", first, want{lifecycle.RunOK, "", "1", "1"})

	r.push(map[string]string{"version": "2", "test": "#!/bin/sh\necho $COLOUR $SHAPE; pwd; echo it is broken >&2; exit 3\n"})
	broken := m.deploy(by)
	expect("a failing test", broken, want{lifecycle.RunRolledBack, "step test: exit 3", "1", "1"})
	if st := broken.Steps[1]; strings.Join(st.Lines, "|") != "blue round|"+broken.Release+"|it is broken" {
		t.Errorf("the test has written %q", st.Lines)
	}
	if _, err := os.Stat(broken.Release); err == nil {
		t.Errorf("%s is still there", broken.Release)
	}

	r.push(map[string]string{"version": "3", "test": "#!/bin/sh\nexit 0\n", "start": "#!/nowhere\n"})
	expect("code that cannot be executed", m.deploy(by), want{lifecycle.RunRolledBack, "step restart: app.web: ", "1", "1"})
	m.active("app.web")

	r.push(map[string]string{"version": "4", "start": "#!/bin/sh\necho no module named site >&2\nexit 1\n"})
	dead := m.deploy(by)
	expect("code that does not start", dead, want{lifecycle.RunRolledBack, "step restart: app.web: exit 1", "1", "1"})
	if st := dead.Steps[3]; strings.Join(st.Lines, "|") != "no module named site" {
		t.Errorf("it has written %q", st.Lines)
	}
	m.active("app.web")

	r.push(map[string]string{"version": "sick", "start": start})
	expect("code that is ill", m.deploy(by), want{lifecycle.RunRolledBack, "step verify: it took longer than its timeout of 2 s: app.web is active", "1", "1"})
	m.active("app.web")

	r.push(map[string]string{"version": "5"})
	fifth := m.deploy(by)
	expect("a good push", fifth, want{lifecycle.RunOK, "", "5", "5"})
	if fifth.Base != first.ID || fifth.Before != first.Release {
		t.Errorf("it comes after %d in %s", fifth.Base, fifth.Before)
	}
	back := m.deploy(lifecycle.PipelineRequest{By: lifecycle.ByRollback, Rollback: true})
	expect("back", back, want{lifecycle.RunOK, "", "1", "1"})
	if current, _ := os.Readlink(filepath.Join(h.dir, "site/current")); filepath.Join(h.dir, "site", current) != first.Release && current != first.Release {
		t.Errorf("current leads to %s", current)
	}
	m.call(func(model *engine.Model) {
		if _, live := model.Runs("pipeline.deploy"); live != first.ID {
			t.Errorf("%d is live", live)
		}
	})
	if log := m.file("log/pipeline.deploy.2.log"); !strings.Contains(log, "--- test\nblue round\n") || strings.Contains(log, "--- state of migrate\n0") {
		t.Errorf("the log of the second run:\n%s", log)
	}
}

// What a step must never do: hang for ever, leave something behind, print without end, ask somebody.
func TestPipelineFaults(t *testing.T) {
	h := newHome(t)
	h.daemon(t)
	m := live(t, h, h.load(t, `
pipeline "deploy" {
  directory = "~/"
  step "daemon" {
    command = ["sh", "-c", "setsid ~/bin/daemon 1001 & setsid ~/bin/daemon 1002 & exit 0"]
  }
  step "gone" {
    command = ["sh", "-c", "! pgrep -f 'bin/daemon 100[12]'"]
  }
  step "retried" {
    command = ["sh", "-c", "echo x >>tries; test $(wc -l <tries) = 3"]
    retry {
      attempts = 2
      delay    = "10ms"
    }
  }
  step "left_out" {
    command = ["touch", "left-out"]
    when    = run.id == 0
  }
  step "hangs" {
    command = ["sh", "-c", "test $(cat how) != hang || exec ~/bin/daemon 1003"]
    timeout = "1s"
  }
  step "asks" {
    command = ["sh", "-c", "test $(cat how) != ask || read answer"]
  }
  step "prints" {
    state   = ["sh", "-c", "test $(cat how) != print || cat /dev/zero"]
    command = ["true"]
    undo    = ["true"]
  }
}
`))
	h.write(t, "how", "hang", 0o644)
	by := lifecycle.PipelineRequest{By: lifecycle.ByDeploy}
	run := m.deploy(by)
	if run.Result != lifecycle.RunFailed || run.Why != "step hangs: it took longer than its timeout of 1 s" {
		t.Errorf("%s: %s", run.Result, run.Why)
	}
	if st := run.Steps[2]; st.Result != lifecycle.RunOK || st.Attempts != 3 {
		t.Errorf("retried: %+v", st)
	}
	if st := run.Steps[3]; st.Result != lifecycle.StepSkipped || m.file("left-out") != "" {
		t.Errorf("left out: %+v", st)
	}
	if left := processesNaming("bin/daemon"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	for how, why := range map[string]string{"ask": "step asks: exit 1", "print": "step prints: it printed more than 64 KiB, which is no value"} {
		h.write(t, "how", how, 0o644)
		h.write(t, "tries", "x\nx\n", 0o644)
		if run := m.deploy(by); run.Why != why {
			t.Errorf("%s: %s: %s", how, run.Result, run.Why)
		}
	}
	h.write(t, "how", "hang", 0o644)
	h.write(t, "tries", "x\nx\n", 0o644)
	id, err := m.engine.Deploy(context.Background(), "pipeline.deploy", by)
	if err != nil {
		t.Fatal(err)
	}
	m.eventually("it hangs", func(*engine.Model) bool { return len(living(h.dir+"/bin/daemon", "1003")) > 0 })
	m.result(m.stop("pipeline.deploy"), job.Done, "")
	if run := m.endedRun(id); run.Result != lifecycle.RunCanceled || run.Why != "step hangs: it was stopped" {
		t.Errorf("%s: %s", run.Result, run.Why)
	}
}
