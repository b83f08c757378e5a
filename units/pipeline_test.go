package units

import (
	"reflect"
	"testing"
	"time"
)

// TestPipeline reads a pipeline with all kinds of triggers and steps, and the manager's own block.
func TestPipeline(t *testing.T) {
	set, diags := Load(directory("pipeline.hcl", `
app "api" { command = ["x"] }
pool "api" { app = app.api }
pipeline "deploy" {
  directory = "~/app"
  env_file  = ["~/.env"]
  trigger "webhook" {
    listen      = "127.0.0.1:9001"
    path        = "/hooks/deploy"
    provider    = "github"
    secret_file = ".webhook-secret"
    branch      = "main"
  }
  trigger "poll" { every = "1m" }
  step "fetch" {
    git {
      url    = "git@git.example:inventory.git"
      branch = "main"
      layout = "releases"
      keep   = 5
      shared = [".env", "media"]
    }
  }
  step "install" {
    command = ["pip", "install"]
    env     = { TOKEN = secret("password") }
    when    = host.cpus > 1
  }
  step "migrate" {
    command = ["alembic", "upgrade", "head"]
    state   = ["alembic", "current"]
    undo    = ["alembic", "downgrade", split(" ", step.before)[0]]
    restore = ["alembic", "stamp", step.before]
    timeout = "1m"
  }
  step "reload" { reload = [pool.api] }
  step "verify" { healthy = [pool.api] }
  step "files"  { apply = true }
  rollback = false
}
unitd {
  control {
    socket "ops" {
      path  = "~/ops.sock"
      mode  = "0660"
      group = "ops"
      verbs = ["status", "logs"]
    }
  }
  logs { max_total = "500M" }
}
`), testHost(), Inputs{})
	for _, d := range diags {
		t.Errorf("line %d: %s; %s", subject(d).Start.Line, d.Summary, d.Detail)
	}
	p := set.Units["pipeline.deploy"].Pipeline
	if p.Rollback || len(p.Triggers) != 2 || len(p.Steps) != 6 || p.Triggers[0].SecretFile != "/home/shop/app/.webhook-secret" {
		t.Errorf("pipeline %+v", p)
	}
	if migrate := p.Steps[2]; !migrate.HasUndo || !migrate.HasState || !migrate.HasRestore || migrate.Timeout != time.Minute {
		t.Errorf("step %+v", migrate)
	}
	if !reflect.DeepEqual(p.Steps[3].Units, []ID{"pool.api"}) || p.Steps[0].Git.Keep != 5 {
		t.Errorf("steps %+v", p.Steps)
	}
	want := Manager{
		Namespace: "auto", ControlMode: 0o700, LogsMaxTotal: 500 << 20,
		Sockets: []ControlSocket{{Name: "ops", Path: "/home/shop/ops.sock", Group: "ops", Mode: 0o660, Verbs: []string{"status", "logs"}}},
	}
	if !reflect.DeepEqual(set.Manager, want) {
		t.Errorf("manager %+v", set.Manager)
	}
}
