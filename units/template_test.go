package units

import (
	"reflect"
	"strings"
	"sync"
	"testing"
)

// TestTemplate evaluates a program anew for each worker.
func TestTemplate(t *testing.T) {
	host := testHost()
	set := load(t, host, `
locals { names = ["zero", "one", "two"] }
app "api" {
  command   = ["serve", worker.index, "of", worker.count, path.credentials]
  pre_start = [["hook", "${path.credentials}/x"]]
  env = {
    NAME  = local.names[worker.index]
    MOTD  = "${trimspace(file("motd"))} ${worker.index} ${path.module}"
    TOKEN = "${secret("password")}-${worker.index}"
    PLAIN = "same"
  }
  secret "key" {
    value = "${secret("password")}/${worker.index}"
  }
  health "http" {
    path    = "/"
    headers = { Worker = worker.index }
  }
  health "command" {
    command = ["~/bin/app", worker.index]
  }
}
pool "api" {
  app     = app.api
  workers = 2
  listen "http" { address = "127.0.0.1:1" }
}
`)
	// What was read when loading counts, not what is there when a worker starts.
	host.files = map[string]string{}
	template := set.Units["pool.api"].Process().Program
	program, err := template.Program(Scope{Worker: &WorkerScope{Index: 2, Count: 2}, Credentials: "/c"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"serve", "2", "of", "2", "/c"}; !reflect.DeepEqual(program.Command, want) {
		t.Errorf("command %q", program.Command)
	}
	if want := [][]string{{"hook", "/c/x"}}; !reflect.DeepEqual(program.PreStart, want) {
		t.Errorf("pre_start %q", program.PreStart)
	}
	env := []EnvVar{
		{"MOTD", "welcome 2 /units", false}, {"NAME", "two", false}, {"PLAIN", "same", false}, {"TOKEN", "hunter2-2", true},
	}
	if !reflect.DeepEqual(program.Env, env) {
		t.Errorf("env %v", program.Env)
	}
	if want := []Secret{{Name: "key", Value: "hunter2/2"}}; !reflect.DeepEqual(program.Secrets, want) {
		t.Errorf("secrets %v", program.Secrets)
	}
	if program.Health[0].Headers["Worker"] != "2" || program.Health[1].Command[1] != "2" || program.Health[1].Command[0] != "/home/shop/bin/app" {
		t.Errorf("health %+v", program.Health)
	}
	// A scale beyond what the files said meets an error that only shows now.
	_, err = template.Program(Scope{Worker: &WorkerScope{Index: 3, Count: 3}})
	if err == nil || !strings.HasPrefix(err.Error(), "web.hcl:7: invalid index") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("index out of range: %v", err)
	}
}

// TestTemplateSensitive quotes nothing when an expression with a sensitive value fails at a start.
func TestTemplateSensitive(t *testing.T) {
	set := load(t, testHost(), `
app "api" {
  command = ["serve"]
  env     = { A = regex(worker.index > 2 ? "[0-9]{9}" : ".*", secret("password")) }
}
pool "api" {
  app     = app.api
  workers = 2
}
`)
	_, err := set.Units["pool.api"].Process().Program.Program(Scope{Worker: &WorkerScope{Index: 3, Count: 3}})
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "sensitive value") {
		t.Errorf("got %v", err)
	}
}

// TestTemplateFixed keeps no expressions where every start is the same.
func TestTemplateFixed(t *testing.T) {
	set := load(t, testHost(), `app "a" { command = [host.name] }`)
	if _, fixed := set.Units["app.a"].Process().Program.(Fixed); !fixed {
		t.Error("a program without worker.* and path.credentials is evaluated at each start")
	}
}

// TestTemplateConcurrent starts workers from several goroutines; the race detector watches.
func TestTemplateConcurrent(t *testing.T) {
	set := load(t, testHost(), `
app "api" {
  command = ["serve", file(worker.index > 2 ? "motd" : "password")]
}
pool "api" {
  app     = app.api
  workers = 2
}
`)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			if _, err := set.Units["pool.api"].Process().Program.Program(Scope{Worker: &WorkerScope{Index: i + 1, Count: 8}}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
