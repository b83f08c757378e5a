package executor_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
	if err != nil {
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

func TestPipelineDeploys(t *testing.T) {
	h := newHome(t)
	r := newRepository(t, h)
	r.push(map[string]string{"version": "1\n", "start": "#!/bin/sh\nexec sleep 1000\n", "test": "#!/bin/sh\ntest -e version\n"})
	m := live(t, h, h.load(t, `
app "web" {
  command   = ["./start"]
  directory = "~/site/current"
  enabled   = false
  restart { policy = "no" }
}
pipeline "deploy" {
  directory = "~/site"
  step "fetch" {
    git { url = "`+r.bare+`" }
  }
  step "test" { command = ["./test"] }
  step "migrate" {
    command = ["sh", "-c", "cp version ~/database"]
    state   = ["sh", "-c", "cat ~/database || true"]
    undo    = ["sh", "-c", "echo ${step.before} >~/database"]
  }
  step "restart" { restart = [app.web] }
  step "verify"  { healthy = [app.web] }
}
`))
	h.write(t, "database", "0", 0o644)
	first := m.deploy(lifecycle.PipelineRequest{By: lifecycle.ByDeploy})
	if first.Result != lifecycle.RunOK {
		t.Fatalf("%s", first.Text())
	}
}
