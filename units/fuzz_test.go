package units

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// confidential is what the fuzzer's machine keeps in its secrets.
const confidential = "tr0ub4dor"

// FuzzLoad loads anything: it ends, without a panic, says nothing of a sensitive value, and what loads well
// has programs and differs in nothing from itself.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/valid/*/*.hcl", "testdata/valid/*/*/*.hcl", "testdata/invalid/*.hcl", "testdata/invalid/*/*.hcl"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(content), "WORKERS=3\nPIN=4\n")
		}
	}
	f.Add(`app "a" { command = [var.zz] }`, "")
	f.Add(`app "a" { env = { N = var.zz + 1 } }`, "")
	f.Fuzz(func(t *testing.T, text, config string) {
		if len(text) > 1<<14 || strings.Contains(text+config, confidential) || strings.Contains(text, "file") {
			return // what the input holds itself, or reads by file(), is not sensitive
		}
		host := testHost()
		for name := range host.files {
			host.files[name] = confidential + "\n"
		}
		host.files["/home/shop/.env"] = "TOKEN=" + confidential + "\n"
		set, diags := Load(directory("a.hcl", sensitiveVariable, "fuzz.hcl", text, "config.env", "ZZ="+confidential+"\nZZ_TOP="+confidential+"\n"+config), host, Inputs{})
		var said strings.Builder
		if err := WriteDiagnostics(&said, diags, set.Sources, 80, false); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(said.String(), confidential) {
			t.Errorf("a sensitive value is shown:\n%s", said.String())
		}
		if diags.HasErrors() {
			return
		}
		if changes := Diff(set, set); len(changes) > 0 {
			t.Errorf("a set differs from itself: %v", changes)
		}
		for _, u := range set.Units {
			for _, a := range Attributes(u) {
				if strings.Contains(a.Value, confidential) {
					t.Errorf("%s of %s shows a sensitive value: %s", a.Name, u.ID, a.Value)
				}
			}
		}
	})
}

// sensitiveVariable is a variable whose value, from config.env, has a wrong type too.
const sensitiveVariable = `variable "zz" {
  sensitive = true
}
variable "zz-top" {
  type      = number
  sensitive = true
  default   = 1
}
`
