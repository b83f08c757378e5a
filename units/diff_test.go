package units

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// chain is a small set that the changes below are made to.
const chain = `
delay "settle" { duration = "30s" }
supervisor "web" { after = [delay.settle] }
app "api" {
  command = ["uvicorn", "--fd", "3", "main:app"]
  env     = { MODE = "fast", TOKEN = secret("/home/shop/secret/password"), SLOT = "slot-${worker.index}" }
  health "http" { path = "/health" }
}
pool "api" {
  supervisor = supervisor.web
  app        = app.api
  workers    = 3
  listen "http" { address = "127.0.0.1:8001" }
}
app "queue" {
  command  = ["/home/shop/bin/app"]
  env_file = ["~/.env"]
  reload { signal = "SIGHUP" }
}
app "site" {
  for_each = toset(["a", "b"])
  command  = ["x", each.key]
}
`

func TestDiff(t *testing.T) {
	tests := []struct {
		name     string
		old, new string // replaced in chain, ";"-separated
		want     string
	}{
		{"nothing", "", "", ""},
		{"description", `command  = ["/home`, "description = \"x\"\n  command  = [\"/home", `app.queue live description:->"x"`},
		{"command", `"/home/shop/bin/app"`, `"/home/shop/bin/app", "-v"`, `app.queue restarted command:["/home/shop/bin/app"]->["/home/shop/bin/app", "-v"]`},
		{"scale", `workers    = 3`, `workers    = 5`, `pool.api scaled workers:3->5`},
		{"scale and roll", `workers    = 3;MODE = "fast"`, `workers    = 5;MODE = "slow"`, `pool.api rolled workers:3->5 env.MODE:"fast"->"slow"`},
		{"sensitive", `TOKEN = secret("/home/shop/secret/password")`, `TOKEN = upper(secret("/home/shop/secret/password"))`, `pool.api rolled env.TOKEN:(sensitive)->(sensitive)`},
		{"worker", `slot-${worker.index}`, `slot-${worker.index - 1}`, `pool.api rolled env.SLOT:"slot-1"->"slot-0"`},
		{"worker, same for the first", `slot-${worker.index}`, `slot-${worker.index * worker.index}`, `pool.api rolled env.SLOT:"slot-1"->"slot-1"`},
		{"worker, spelled otherwise", `slot-${worker.index}`, `${"slot-"}${worker.index}`, ``},
		{"health", `"/health"`, `"/up"`, `pool.api live health.http.path:"/health"->"/up"`},
		{"new check", `health "http" { path = "/health" }`, "", `pool.api live health.http.path:"/health"-> health.http.status:["200-399"]-> health.http.interval:"2s"-> health.http.timeout:"2s"-> health.http.failures:2-> health.http.successes:1-> health.http.start_period:"0s"-> health.http.action:"restart"-> health.http.gates_ready:true->`},
		{"dependency", `after = [delay.settle]`, `wants = [delay.settle]`, `supervisor.web live after:[delay.settle]-> wants:->[delay.settle]`},
		{"delay", `"30s"`, `"1m"`, `delay.settle live duration:"30s"->"1m"`},
		{"type", `command  = ["/home`, "type = \"notify\"\n  command  = [\"/home", `app.queue replaced type:"simple"->"notify"`},
		{"instance", `["a", "b"]`, `["b", "c"]`, `app.site["a"] removed|app.site["c"] added`},
		{"address", `8001`, `8002`, `pool.api rolled listen.http.address:"127.0.0.1:8001"->"127.0.0.1:8002"`},
		{"backlog", `{ address = "127.0.0.1:8001" }`, "{\n address = \"127.0.0.1:8001\"\n backlog = 7\n}", `pool.api rolled listen.http.backlog:1024->7`},
		{"other sockets", `{ address = "127.0.0.1:8001" }`, "{\n address = \"127.0.0.1:8001\"\n per_worker = false\n}", `pool.api replaced listen.http.per_worker:true->false hang_timeout:"30s"->`},
		{"renamed", `pool "api"`, `pool "web"`, `pool.api removed (gives 127.0.0.1:8001 to pool.web)|pool.web added (takes 127.0.0.1:8001 over from pool.api)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := chain
			old, next := strings.Split(test.old, ";"), strings.Split(test.new, ";")
			for i := range old {
				if old[i] != "" && !strings.Contains(text, old[i]) {
					t.Fatalf("%q is not in the chain", old[i])
				}
				text = strings.Replace(text, old[i], next[i], 1)
			}
			got := shown(Diff(load(t, testHost(), chain), load(t, testHost(), text)))
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestDiffTemplate shows an app that becomes part of a pool.
func TestDiffTemplate(t *testing.T) {
	alone := `app "api" {
  command = ["x"]
  listen "http" { address = "127.0.0.1:8001" }
}`
	pooled := `app "api" { command = ["x"] }
pool "api" {
  app = app.api
  listen "http" { address = "127.0.0.1:8001" }
}`
	there := shown(Diff(load(t, testHost(), alone), load(t, testHost(), pooled)))
	want := "app.api removed (run by pool.api from now on; gives 127.0.0.1:8001 to pool.api)|pool.api added (takes 127.0.0.1:8001 over from app.api)"
	if there != want {
		t.Errorf("got  %s\nwant %s", there, want)
	}
	back := shown(Diff(load(t, testHost(), pooled), load(t, testHost(), alone)))
	want = "app.api added (was run by pool.api; takes 127.0.0.1:8001 over from pool.api)|pool.api removed (gives 127.0.0.1:8001 to app.api)"
	if back != want {
		t.Errorf("got  %s\nwant %s", back, want)
	}
}

// TestDiffEnvFile notices changed values in an env_file, without showing them.
func TestDiffEnvFile(t *testing.T) {
	host := testHost()
	old := load(t, host, chain)
	host.files["/home/shop/.env"] = "TOKEN=swordfish\nNEW=1\n" // one other, one gone, one new
	got := shown(Diff(old, load(t, host, chain)))
	if want := "app.queue restarted (env_file: 3 values changed) env_file:->"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// A restart would fail now, so there is no reason for one; when it can be read again there is.
	now := load(t, host, chain)
	host.refused["/home/shop/.env"] = errors.New("mode 0644 lets others read it")
	unread := load(t, host, chain)
	if got := shown(Diff(now, unread)); got != "" {
		t.Errorf("a file that cannot be read: %s", got)
	}
	delete(host.refused, "/home/shop/.env")
	if got := shown(Diff(unread, now)); !strings.Contains(got, "env_file: 2 values changed") {
		t.Errorf("a file that can be read again: %s", got)
	}
	// What runs has started since the file is there.
	text := host.files["/home/shop/.env"]
	delete(host.files, "/home/shop/.env")
	without := load(t, host, chain)
	host.files["/home/shop/.env"] = text
	if got := shown(Diff(without, load(t, host, chain))); got != "" {
		t.Errorf("a file that was not there before: %s", got)
	}
}

// TestDiffSecret restarts a program whose secrets have changed, even one that can be told to read again: the files
// that it finds are those of its start.
func TestDiffSecret(t *testing.T) {
	unit := func(value string, reload *ReloadAction) *Set {
		program := Fixed{Command: []string{"x"}, Secrets: []Secret{{Name: "token", Value: value}}}
		return NewSet(&Unit{ID: "app.a", App: &App{Process{Program: program, Reload: reload}}})
	}
	const want = "app.a restarted (secret token: value changed) secret.token.value:(sensitive)->(sensitive)"
	for _, reload := range []*ReloadAction{nil, {Signal: "SIGHUP"}} {
		if got := shown(Diff(unit("1", reload), unit("2", reload))); got != want {
			t.Error(got)
		}
	}
}

// TestDiffSecretFile notices what the files of secrets hold, those of each worker too.
func TestDiffSecretFile(t *testing.T) {
	const text = `
app "a" {
  command = ["x"]
  secret "db" { file = "~/db" }
}
app "w" {
  command = ["x"]
  secret "key" { file = "~/key.${worker.index}" }
}
pool "w" {
  app     = app.w
  workers = 3
}
`
	host := testHost()
	for _, name := range []string{"db", "key.1", "key.2", "key.3"} {
		host.files["/home/shop/"+name] = "old"
	}
	old := load(t, host, text)
	if got := shown(Diff(old, load(t, host, text))); got != "" {
		t.Errorf("nothing has changed: %s", got)
	}
	host.files["/home/shop/db"] = "new"
	host.files["/home/shop/key.2"] = "new"
	const want = "app.a restarted (secret db: value changed) secret.db:->|pool.w rolled (secret key: value changed) secret.key:->"
	if got := shown(Diff(old, load(t, host, text))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	host.refused["/home/shop/db"] = errors.New("mode 0644 lets others read it")
	host.files["/home/shop/key.2"] = "old"
	if got := shown(Diff(old, load(t, host, text))); got != "" {
		t.Errorf("a file that cannot be read: %s", got)
	}
	elsewhere := strings.Replace(text, `"~/db"`, `"~/db2"`, 1)
	host.files["/home/shop/db2"] = "old"
	const moved = `app.a restarted secret.db.file:"/home/shop/db"->"/home/shop/db2"`
	if got := shown(Diff(old, load(t, host, elsewhere))); got != moved {
		t.Errorf("got %s, want %s", got, moved)
	}
}

// TestDiffManager says what of the manager itself changes.
func TestDiffManager(t *testing.T) {
	const text = `
unitd {
  control {
    mode = "0700"
    socket "ops" {
      path  = "~/ops.sock"
      mode  = "0660"
      verbs = ["status"]
    }
  }
}
`
	old := load(t, testHost(), text).Manager
	if c, changed := DiffManager(old, old); changed {
		t.Errorf("nothing has changed: %+v", c)
	}
	for _, test := range []struct{ from, to, want string }{
		{`"0700"`, `"0750"`, `control.mode:"0700"->"0750"`},
		{`["status"]`, `["status", "logs"]`, `control.socket.ops.verbs:["status"]->["status", "logs"]`},
		{`"0660"`, `"0666"`, `control.socket.ops.mode:"0660"->"0666"`},
		{`verbs =`, `group = "ops"` + "\n" + `verbs =`, `control.socket.ops.group:->"ops"`},
		{`~/ops`, `~/run/ops`, `control.socket.ops.path:"/home/shop/ops.sock"->"/home/shop/run/ops.sock"`},
	} {
		next := load(t, testHost(), strings.Replace(text, test.from, test.to, 1)).Manager
		c, _ := DiffManager(old, next)
		if got := shown([]Change{c}); got != "unitd live "+test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
	if c, _ := DiffManager(old, Manager{ControlMode: 0o700}); len(c.Attributes) != 3 {
		t.Errorf("without the socket: %+v", c)
	}
}

// TestDescribeCovers changes every field of the model and wants Diff to see it.
func TestDescribeCovers(t *testing.T) {
	for _, unit := range []func() *Unit{
		func() *Unit { return &Unit{ID: "app.a", App: &App{Process{Reload: &ReloadAction{Signal: "SIGHUP"}}}} },
		func() *Unit {
			return &Unit{ID: "pool.a", Pool: &Pool{App: &Process{}, Recycle: &Recycle{}, Unavailable: &Unavailable{}}}
		},
		func() *Unit { return &Unit{ID: "delay.a", Delay: &Delay{Until: &Until{}}} },
		func() *Unit { return &Unit{ID: "supervisor.a", Group: &Supervisor{}} },
		func() *Unit { return &Unit{ID: "job.a", Job: &Job{}} },
		func() *Unit { return &Unit{ID: "pipeline.a", Pipeline: &Pipeline{}} },
	} {
		for _, path := range leaves(reflect.ValueOf(unit()).Elem(), nil) {
			changed := unit()
			name := change(reflect.ValueOf(changed).Elem(), path)
			if skipped[name] || changed.Pipeline != nil && notOfPipelines(name) || strings.HasPrefix(name, "Range.") || strings.HasPrefix(name, "Source.") {
				continue
			}
			if got := Diff(NewSet(unit()), NewSet(changed)); len(got) != 1 {
				t.Errorf("%s: a change of %s is not seen: %v", changed.ID, name, got)
			}
		}
	}
}

// skipped are fields that say nothing of their own: where a unit stands, what is derived from other fields.
var skipped = map[string]bool{
	"ID": true, "TemplateOf": true, "Reload.Command": true, "Sandbox.Given": true,
	"Program": true, "Credentials": true, "SecretFiles": true,
}

// notOfPipelines are fields of a process that pipelines do not have: the steps say what runs, and nothing starts it again.
func notOfPipelines(name string) bool {
	return strings.HasPrefix(name, "Restart") || strings.HasPrefix(name, "SuccessExit") || slices.Contains([]string{
		"Type", "Remain", "PIDFile", "ReadyFD", "Reload", "StartTimeout", "RuntimeMax", "Watchdog", "FDStoreMax", "Listen",
	}, name)
}

// leaves are the paths to all fields that are no structs themselves.
func leaves(v reflect.Value, path []int) [][]int {
	var all [][]int
	for i := range v.NumField() {
		field, at := v.Field(i), append(slices.Clone(path), i)
		if field.Kind() == reflect.Pointer && !field.IsNil() && field.Elem().Kind() == reflect.Struct {
			field = field.Elem()
		}
		if field.Kind() == reflect.Struct {
			all = append(all, leaves(field, at)...)
		} else {
			all = append(all, at)
		}
	}
	return all
}

// change gives a field another value and returns its name.
func change(v reflect.Value, path []int) string {
	var names []string
	for _, i := range path {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if name := v.Type().Field(i).Name; !slices.Contains([]string{"App", "Pool", "Delay", "Group", "Job", "Pipeline", "Process"}, name) {
			names = append(names, name)
		}
		v = v.Field(i)
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("other")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 7)
	case reflect.Uint32:
		v.SetUint(v.Uint() + 7)
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.5)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if first := v.Index(0); first.Kind() == reflect.String {
			first.SetString("other")
		} else if first.Kind() == reflect.Struct && first.Field(0).Kind() == reflect.String {
			first.Field(0).SetString("other")
		}
	case reflect.Pointer:
		if v.IsNil() && v.Type().Elem().Kind() != reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
		} else {
			return "Program" // another kind's part
		}
	}
	return strings.Join(names, ".")
}

func load(t *testing.T, host Host, text string) *Set {
	t.Helper()
	set, diags := Load(directory("web.hcl", text), host, Inputs{})
	for _, d := range diags {
		if d.Severity == 1 {
			t.Fatalf("%s: %s; %s", position(subject(d)), d.Summary, d.Detail)
		}
	}
	return set
}

// shown spells changes in one line.
func shown(changes []Change) string {
	var all []string
	for _, c := range changes {
		line := string(c.ID) + " " + string(c.Verdict)
		if c.Reason != "" {
			line += " (" + c.Reason + ")"
		}
		for _, a := range c.Attributes {
			line += fmt.Sprintf(" %s:%s->%s", a.Name, a.Old, a.New)
		}
		all = append(all, line)
	}
	return strings.Join(all, "|")
}
