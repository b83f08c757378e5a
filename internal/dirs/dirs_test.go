package dirs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		flags Flags
		env   map[string]string
		want  Dirs
		args  string
	}{
		{"defaults", Flags{}, nil,
			Dirs{"/home/u", "/home/u/.config/unitd/units", "/home/u/.local/state/unitd", "/home/u/.local/state/unitd/run"}, ""},
		{"XDG is not read", Flags{}, map[string]string{"XDG_CONFIG_HOME": "/x", "XDG_RUNTIME_DIR": "/x", "XDG_STATE_HOME": "/x"},
			Dirs{"/home/u", "/home/u/.config/unitd/units", "/home/u/.local/state/unitd", "/home/u/.local/state/unitd/run"}, ""},
		{"environment", Flags{}, map[string]string{EnvUnits: "/e/units", EnvState: "~/s", EnvRuntime: "/run/x"},
			Dirs{"/home/u", "/e/units", "/home/u/s", "/run/x"}, "--units /e/units --state-dir /home/u/s --runtime-dir /run/x"},
		{"flags win", Flags{Units: "/f"}, map[string]string{EnvUnits: "/e/units"},
			Dirs{"/home/u", "/f", "/home/u/.local/state/unitd", "/home/u/.local/state/unitd/run"}, "--units /f"},
		{"runtime follows state", Flags{State: "s/"}, nil,
			Dirs{"/home/u", "/home/u/.config/unitd/units", wd + "/s", wd + "/s/run"}, "--state-dir " + wd + "/s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Resolve(test.flags, func(name string) string {
				if name == "HOME" {
					return "/home/u"
				}
				return test.env[name]
			})
			if err != nil || got != test.want {
				t.Fatalf("got %+v, %v\nwant %+v", got, err, test.want)
			}
			if want := strings.Fields(test.args); len(want)+len(got.Arguments()) > 0 && !reflect.DeepEqual(got.Arguments(), want) {
				t.Fatalf("arguments %q, want %q", got.Arguments(), want)
			}
		})
	}
}

func TestResolveWithoutHome(t *testing.T) {
	d, err := Resolve(Flags{}, func(string) string { return "" })
	if err != nil || !filepath.IsAbs(d.Home) {
		t.Fatalf("got %+v, %v", d, err)
	}
}

func TestCheckSockets(t *testing.T) {
	fits := Dirs{Runtime: "/" + strings.Repeat("r", 107-len("/control.sock")-1)}
	if err := fits.CheckSockets(); err != nil {
		t.Fatalf("a path of 107 bytes: %v", err)
	}
	long := Dirs{Runtime: fits.Runtime + "r"}
	if err := long.CheckSockets(); err == nil || !strings.Contains(err.Error(), "108 bytes") || !strings.Contains(err.Error(), "--runtime-dir") {
		t.Fatalf("a path of 108 bytes: %v", err)
	}
}

func TestShort(t *testing.T) {
	d := Dirs{Home: "/home/u"}
	for path, want := range map[string]string{"/home/u": "~", "/home/u/x": "~/x", "/home/user": "/home/user", "/x": "/x"} {
		if got := d.Short(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
