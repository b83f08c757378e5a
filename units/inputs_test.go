package units

import (
	"reflect"
	"strings"
	"testing"
)

// TestSources gives a variable its value from the strongest source.
func TestSources(t *testing.T) {
	const text = `
variable "workers" {
  type    = number
  default = 1
}
variable "site-name" { default = "none" }
variable "ports" {
  type    = list(number)
  default = []
}
variable "token" {
  sensitive = true
  default   = "x"
}
variable "plain" {}
app "a" {
  command = ["run", var.workers + 0, var.site-name, jsonencode(var.ports), var.plain]
  env     = { TOKEN = var.token, AGAIN = "t=${var.token}" }
}
`
	host := testHost()
	files := directory("a.hcl", text,
		"config.env", "WORKERS=2\nSITE_NAME=shop\nPORTS=[1, 2]\nPLAIN='a # b'\nTOKEN=hunter2\n",
		"config.local.env", "workers=3\n")
	tests := []struct {
		environment string
		vars, kept  map[string]string
		workers     string
		source      string
	}{
		{"", nil, nil, "3", "config.local.env"},
		{"4", nil, nil, "4", "environment"},
		{"4", map[string]string{"workers": "5"}, map[string]string{"workers": "6"}, "5", "command line"},
		{"4", nil, map[string]string{"workers": "6"}, "6", "command line"},
	}
	for _, test := range tests {
		delete(host.environ, "UNITD_VAR_workers")
		if test.environment != "" {
			host.environ["UNITD_VAR_workers"] = test.environment
		}
		set, diags := Load(files, host, Inputs{Vars: test.vars, Kept: test.kept})
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		program, err := set.Units["app.a"].Process().Program.Program(Scope{})
		if want := []string{"run", test.workers, "shop", "[1,2]", "a # b"}; err != nil || !reflect.DeepEqual(program.Command, want) {
			t.Errorf("command %q, want %q; %v", program.Command, want, err)
		}
		if want := []EnvVar{{"AGAIN", "t=hunter2", true}, {"TOKEN", "hunter2", true}}; !reflect.DeepEqual(program.Env, want) {
			t.Errorf("env %v", program.Env)
		}
		want := []Variable{
			{"plain", "config.env", `"a # b"`, false}, {"ports", "config.env", "[1, 2]", false}, {"site-name", "config.env", `"shop"`, false},
			{"token", "config.env", "(sensitive)", true}, {"workers", test.source, test.workers, false},
		}
		if !reflect.DeepEqual(set.Variables, want) {
			t.Errorf("variables %v", set.Variables)
		}
		if len(set.Sources) != 3 {
			t.Errorf("sources of the next load: %d files", len(set.Sources))
		}
	}
}

// TestSourcesReload loads what a set keeps of its files: the last good load is loaded so.
func TestSourcesReload(t *testing.T) {
	set, diags := Load(directory("sub/a.hcl", `variable "n" {}`+"\n"+`app "a" { command = [var.n] }`, "config.env", "N=1\n"), testHost(), Inputs{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var pairs []string
	for name, content := range set.Sources {
		pairs = append(pairs, name, string(content))
	}
	again, diags := Load(directory(pairs...), testHost(), Inputs{})
	if changes := Diff(set, again); len(diags) > 0 || len(changes) > 0 || len(again.Units) != 1 {
		t.Errorf("%v, %v", diags, changes)
	}
}

// TestUntyped takes the type of a variable without one from its default.
func TestUntyped(t *testing.T) {
	for _, test := range []struct{ declared, text, want string }{
		{"default = 3", "4", "4"},
		{"default = true", "false", "false"},
		{`default = "x"`, "4", `"4"`},
		{"default = [1]", "[2, 3]", "[2, 3]"},
		{"default = null", "x", `"x"`},
		{"type = any", "[1]", `"[1]"`},
		{"type = object({ a = number, b = optional(number, 2) })", "{ a = 1 }", "{ a = 1, b = 2 }"},
		{"type = set(string)", `["b", "a", "a"]`, `["a", "b"]`},
		{"default = 3", "many", ""},
		{"type = list(string)", "x y", ""},
		{"type = list(string)", "var.x", ""},
		{"type = list(string)", strings.Repeat("[", 1000), ""},
	} {
		set, diags := Load(directory("a.hcl", "variable \"v\" {\n"+test.declared+"\n}"), testHost(), Inputs{Vars: map[string]string{"v": test.text}})
		if got := set.Variables[0].Value; got != test.want || diags.HasErrors() != (test.want == "") {
			t.Errorf("%s, %s: %s, want %s; %v", test.declared, test.text, got, test.want, diags)
		}
	}
}

// TestRequiredVersion compares versions.
func TestRequiredVersion(t *testing.T) {
	for required, want := range map[string]bool{
		">= 0.1": true, ">=0.1.0": true, "0.1": true, "= 0.1.0": true, "< 1, > 0.0.9": true, "<= 0.1": true, "!= 0.2": true,
		"> 0.1": false, "< 0.1": false, "!= 0.1": false, ">= 0.1, < 0.1": false, "0.2": false,
	} {
		for _, version := range []string{"0.1.0", "0.1.0-dev", "0.1.0-3-gabcdef"} {
			_, diags := Load(directory("a.hcl", `unitd { required_version = "`+required+`" }`), testHost(), Inputs{Version: version})
			if diags.HasErrors() == want {
				t.Errorf("%s with %s: %v", required, version, diags)
			}
		}
	}
}
