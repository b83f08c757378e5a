package units

import (
	"strings"
	"testing"
)

// What is kept of a load holds no sensitive value, and is complete again with the config files.
func TestKeepable(t *testing.T) {
	const text = `
variable "db-password" { sensitive = true }
variable "workers" { default = 1 }
app "a" {
  command = ["serve", var.workers]
  env     = { PASSWORD = var.db-password }
}
`
	const config = "# a comment\nWORKERS=3\nDB_PASSWORD='hunter2 #'\nUNKNOWN=hunter3\n"
	files := directory("web.hcl", text, configFile, config)
	set, diags := Load(files, testHost(), Inputs{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	kept := set.Keepable()
	got := string(kept[configFile])
	if want := "# a comment\nWORKERS=3\n# sensitive: DB_PASSWORD\n# sensitive: UNKNOWN\n"; got != want {
		t.Errorf("kept %q, want %q", got, want)
	}
	if string(set.Sources[configFile]) != config || string(kept["web.hcl"]) != text {
		t.Error("other sources have changed")
	}
	// As the files are by then, which cannot be loaded: only what was withheld is taken from them.
	now := directory(configFile, "WORKERS=many\nDB_PASSWORD=hunter4\nNEW=1\n")
	complete := CompleteSources(kept, now)
	if got, want := string(complete[configFile]), "# a comment\nWORKERS=3\nDB_PASSWORD=hunter4\n# sensitive: UNKNOWN\n"; got != want {
		t.Errorf("complete %q, want %q", got, want)
	}
	if strings.Contains(string(kept[configFile]), "hunter4") {
		t.Error("what was kept has changed")
	}
	if got := string(CompleteSources(kept, directory())[configFile]); !strings.Contains(got, "WORKERS=3\n# sensitive: DB_PASSWORD\n") {
		t.Errorf("without a config file %q", got)
	}
}
