package units

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

const site = `
app "api" { command = ["x"] }
pool "api" { app = app.api }
supervisor "web" {
  defaults {
    env   = { LEVEL = "info" }
    umask = "0027"
    restart { policy = "always" }
    health "h" { address = "127.0.0.1:1" }
  }
}
pipeline "deploy" {
  supervisor   = supervisor.web
  directory    = "~/site"
  path_prepend = ["~/venv/bin"]
  env          = { STAGE = "live" }
  secret "key" { value = secret("password") }
  step "fetch" {
    git { url = "git@git.example:site.git" }
  }
  step "build" {
    command = ["make", "-C", run.release, "VERSION=${substr}"]
    env     = { TOKEN = secret("password"), COMMIT = run.commit, KEY = path.credentials }
    when    = run.previous != run.commit
  }
  step "migrate" {
    command = ["alembic", "upgrade", "head"]
    state   = ["alembic", "current"]
    undo    = ["alembic", "downgrade", split(" ", step.before)[0]]
    restore = ["alembic", "stamp", "run-${run.id}"]
  }
  step "reload" {
    reload = [pool.api]
    retry { attempts = 2 }
  }
}
`

// loadPipeline loads unit files with one pipeline, pipeline.deploy.
func loadPipeline(t *testing.T, text string) *Unit {
	t.Helper()
	set, diags := Load(directory("site.hcl", text), testHost(), Inputs{})
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			t.Fatalf("%s: %s; %s", position(subject(d)), d.Summary, d.Detail)
		}
	}
	return set.Units["pipeline.deploy"]
}

// TestStepTemplate evaluates the expressions of steps with what a run knows.
func TestStepTemplate(t *testing.T) {
	u := loadPipeline(t, strings.Replace(site, "${substr}", "${upper(run.commit)}", 1))
	p := u.Pipeline
	if process := u.Process(); process.Umask != 0o027 || process.Restart.Policy != RestartNo || process.Type != TypeOneshot {
		t.Errorf("process %+v", process)
	}
	program, err := p.Program.Program(Scope{Credentials: "/run/c"})
	if err != nil || len(program.Env) != 2 || len(program.Secrets) != 1 || program.Command != nil || program.Health != nil {
		t.Errorf("program %+v, %v", program, err)
	}
	run := StepScope{ID: 7, Commit: "abc", Previous: "abb", Release: "/home/shop/site/releases/7", Credentials: "/run/c"}
	got, err := p.Steps[1].Template.Step(run)
	want := StepProgram{
		When: true, Command: []string{"make", "-C", run.Release, "VERSION=ABC"},
		Env: []EnvVar{{Name: "COMMIT", Value: "abc"}, {Name: "KEY", Value: "/run/c"}, {Name: "TOKEN", Value: "hunter2", Sensitive: true}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	run.Previous = run.Commit
	if got, err := p.Steps[1].Template.Step(run); err != nil || got.When {
		t.Errorf("the same commit again: %+v, %v", got, err)
	}
	for _, c := range []struct {
		part          StepPart
		before        string
		undo, restore []string
		problem       string
	}{
		{part: PartForward},
		{part: PartUndo, problem: "undo needs step.before, and `state` has said nothing before the step"},
		{part: PartUndo, before: "ae1027a6acf (head)", undo: []string{"alembic", "downgrade", "ae1027a6acf"}},
		{part: PartRestore, restore: []string{"alembic", "stamp", "run-7"}},
	} {
		run.Part, run.Before = c.part, c.before
		got, err := p.Steps[2].Template.Step(run)
		if problem := errorText(err); problem != c.problem || !reflect.DeepEqual(got.Undo, c.undo) || !reflect.DeepEqual(got.Restore, c.restore) {
			t.Errorf("%q after %q: %+v, %q", c.part, c.before, got, problem)
		}
	}
	if _, fixed := p.Steps[3].Template.(FixedStep); !fixed {
		t.Errorf("a step without names of a run is %T", p.Steps[3].Template)
	}
}

// TestPipelineFiles finds the files of a pipeline where they are, wherever a command runs.
func TestPipelineFiles(t *testing.T) {
	p := loadPipeline(t, `
pipeline "deploy" {
  directory = "~/app"
  env_file  = [".env", { path = "other.env", required = false }, "~/.env"]
  secret "key" { file = "keys/deploy" }
  secret "all" { file = "all" }
  step "fetch" {
    git {
      url    = "git@git.example:site.git"
      shared = [".env", "keys"]
    }
  }
}`).Pipeline
	var files []string
	for _, file := range p.EnvFiles {
		files = append(files, file.Path)
	}
	program, err := p.Program.Program(Scope{Credentials: "/c"})
	for _, secret := range program.Secrets {
		files = append(files, secret.File)
	}
	want := []string{"/home/shop/app/shared/.env", "/home/shop/app/other.env", "/home/shop/.env", "/home/shop/app/shared/keys/deploy", "/home/shop/app/all"}
	if err != nil || !slices.Equal(files, want) {
		t.Errorf("%v, want %v, %v", files, want, err)
	}
}

// TestStepExpectsNothing has an undo say itself what to do where there was nothing before.
func TestStepExpectsNothing(t *testing.T) {
	p := loadPipeline(t, `
pipeline "deploy" {
  step "migrate" {
    command = ["up"]
    state   = ["now"]
    undo    = ["down", step.before == "" ? "base" : step.before]
    restore = ["stamp", run.id == 1 ? step.before : "x"]
  }
}`).Pipeline
	for before, want := range map[string]string{"": "base", "a": "a"} {
		got, err := p.Steps[0].Template.Step(StepScope{Part: PartUndo, Before: before})
		if err != nil || got.Undo[1] != want {
			t.Errorf("after %q: %v, %v", before, got.Undo, err)
		}
	}
	if _, err := p.Steps[0].Template.Step(StepScope{Part: PartRestore}); err == nil {
		t.Error("a restore that needs step.before runs without")
	}
}

// TestStepFails says where an expression stands that only some run cannot evaluate.
func TestStepFails(t *testing.T) {
	p := loadPipeline(t, `
pipeline "deploy" {
  step "odd" {
    command = ["echo", ["zero", "one", "two"][run.id]]
    env     = { TOKEN = split("n", secret("password"))[run.id] }
  }
}`).Pipeline
	if got, err := p.Steps[0].Template.Step(StepScope{ID: 1}); err != nil || got.Command[1] != "one" || got.Env[0].Value != "ter2" {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err := p.Steps[0].Template.Step(StepScope{ID: 3})
	if problem := errorText(err); !strings.HasPrefix(problem, "site.hcl:4") || strings.Contains(problem, "hun") {
		t.Errorf("error %q", problem)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestPipelineDiff sees every change of a pipeline, and none of them touches what runs.
func TestPipelineDiff(t *testing.T) {
	text := strings.Replace(site, "${substr}", "1", 1)
	old := NewSet(loadPipeline(t, text))
	for _, c := range []struct{ from, to, want string }{
		{`"VERSION=1"`, `"VERSION=2"`, `step.build.command:["make", "-C", "run.release", "VERSION=1"]->["make", "-C", "run.release", "VERSION=2"]`},
		{`COMMIT = run.commit`, `COMMIT = run.previous`, `step.build.env.COMMIT:"run.commit"->"run.previous"`},
		{`when    = run.previous != run.commit`, ``, ``},
		{`, split(" ", step.before)[0]]`, `, trimspace(step.before)]`, `step.migrate.undo:["alembic", "downgrade", "step.before"]->["alembic", "downgrade", "step.before"]`},
		{`step "build"`, `step "make"`, ``},
		{`attempts = 2`, `attempts = 3`, `step.reload.retry.attempts:2->3`},
		{`git@git`, `git@dev`, `step.fetch.git.url:"git@git.example:site.git"->"git@dev.example:site.git"`},
		{`"live"`, `"test"`, `env.STAGE:"live"->"test"`},
		{`TOKEN = secret("password")`, `TOKEN = "x"`, `step.build.env.TOKEN:(sensitive)->"x"`},
	} {
		got := shown(Diff(old, NewSet(loadPipeline(t, strings.Replace(text, c.from, c.to, 1)))))
		if !strings.HasPrefix(got, "pipeline.deploy live ") || !strings.Contains(got, c.want) {
			t.Errorf("%s for %s: %s", c.to, c.from, got)
		}
	}
}

func TestCheckBranch(t *testing.T) {
	for _, good := range []string{"main", "feature/x", "v1.2", "a-b_c", "release@2", "ünïcode"} {
		if err := CheckBranch(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "-x", "--upload-pack=x", "a b", "a..b", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "a~1", "a^", "a:b", "a?", "a*", "a[",
		`a\b`, "@", "a@{1}", "a\x01",
	} {
		if err := CheckBranch(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
