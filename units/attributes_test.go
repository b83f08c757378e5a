package units

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestAttributes shows what is in force, and nothing that this version does not do.
func TestAttributes(t *testing.T) {
	set, diags := Load(fstest.MapFS{"a.hcl": {Data: []byte(`
app "api" {
  command  = ["sleep", "1"]
  env_file = [".env"]
}
pool "api" {
  app = app.api
}
`)}}, testHost(), Inputs{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	shown := map[string]string{}
	for _, a := range Attributes(set.Units["pool.api"]) {
		shown[a.Name] = a.Value
		for _, clients := range []string{"unavailable.", "hang_timeout"} {
			if strings.HasPrefix(a.Name, clients) {
				t.Errorf("%s = %s is shown of a pool that has no clients", a.Name, a.Value)
			}
		}
	}
	for name, want := range map[string]string{
		"env_file": `[".env"]`, "dispatch": `"inherit"`, "sandbox.namespace": `"auto"`,
		"sandbox.no_new_privileges": "true", "sandbox.private_ipc": "true", "sandbox.hide_processes": "true", "stop_timeout": `"15s"`, "log.max_size": `"10M"`, "log.keep": "5", "reload.surge": "1",
	} {
		if shown[name] != want {
			t.Errorf("%s is %q, want %q", name, shown[name], want)
		}
	}
}
