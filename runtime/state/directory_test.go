package state

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// make0 makes a directory with exactly this mode, whatever the umask.
func make0(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestPrepareMakes(t *testing.T) {
	base := t.TempDir()
	path := base + "/state/unitd/run"
	for range 2 {
		if err := Prepare("runtime directory", path); err != nil {
			t.Fatal(err)
		}
	}
	for _, made := range []string{path, filepath.Dir(path)} {
		if stat, err := os.Stat(made); err != nil || stat.Mode().Perm() != 0o700 {
			t.Errorf("%s: mode %v, %v", made, stat.Mode(), err)
		}
	}
}

func TestPrepareNarrows(t *testing.T) {
	base := t.TempDir()
	make0(t, base+"/home", 0o711)
	make0(t, base+"/home/state", 0o755)
	for path, want := range map[string]os.FileMode{"/home/state": 0o700, "/home": 0o711} {
		if err := Prepare("state directory", base+path); err != nil {
			t.Fatal(err)
		}
		if stat, err := os.Stat(base + path); err != nil || stat.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v, %v", path, stat.Mode(), want, err)
		}
	}
}

func TestPrepareAccepts(t *testing.T) {
	base := t.TempDir()
	make0(t, base+"/readable", 0o755)
	make0(t, base+"/sticky", 0o777|os.ModeSticky)
	make0(t, base+"/sticky/mine", 0o700)
	make0(t, base+"/target", 0o700)
	symlink(t, "target", base+"/relative")
	symlink(t, base+"/target/../sticky/mine", base+"/absolute")
	for _, path := range []string{"/readable", "/readable/new", "/sticky/mine", "/sticky/new", "/relative", "/relative/new", "/absolute/new", "//target/./x/"} {
		if err := Prepare("state directory", base+path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	base := t.TempDir()
	make0(t, base+"/open", 0o777)
	make0(t, base+"/open/run", 0o700)
	make0(t, base+"/sticky", 0o777|os.ModeSticky)
	make0(t, base+"/group", 0o770)
	make0(t, base+"/fine", 0o700)
	make0(t, base+"/fine/run", 0o700)
	symlink(t, base+"/open/run", base+"/fine/link")
	symlink(t, "loop", base+"/loop")
	if err := os.WriteFile(base+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	parent := "prepare runtime directory %: the mode 0777 of its parent " + base + "/open lets others put another in its place: chmod go-w " + base + "/open"
	for path, want := range map[string]string{
		base + "/open":        "prepare runtime directory %: its mode 0777 lets others write it: chmod 700 %",
		base + "/sticky":      "prepare runtime directory %: its mode 01777 lets others write it: chmod 700 %",
		base + "/group":       "prepare runtime directory %: its mode 0770 lets others write it: chmod 700 %",
		base + "/open/run":    parent,
		base + "/open/new/x":  parent,
		base + "/fine/link":   parent,
		base + "/file":        "prepare runtime directory %: % is not a directory: move it away",
		base + "/loop":        "prepare runtime directory %: too many symlinks",
		"/usr":                "prepare runtime directory %: /usr belongs to root: choose a directory of your own",
		"relative/path":       "prepare runtime directory %: the path is not absolute",
		"/proc/1/no/such/dir": "prepare runtime directory: mkdir /proc/1/no: no such file or directory",
	} {
		want = strings.ReplaceAll(want, "%", path)
		if err := Prepare("runtime directory", path); err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", path, err, want)
		}
	}
	if _, err := os.Stat(base + "/open/new"); err == nil {
		t.Error("a directory was made below one that others can write")
	}
}

func TestOthersWrite(t *testing.T) {
	directory := t.TempDir()
	a := account{uid: 1000, gid: 1000, passwd: directory + "/passwd", group: directory + "/group"}
	const passwd = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n"
	for name, c := range map[string]struct {
		passwd, group string
		mode          os.FileMode
		gid           uint32
		want          bool
	}{
		"private group":           {passwd, "ann:x:1000:\n", 0o775, 1000, false},
		"private group, herself":  {passwd, "ann:x:1000:ann\n", 0o775, 1000, false},
		"another member":          {passwd, "ann:x:1000:ann,bob\n", 0o775, 1000, true},
		"another's primary group": {passwd + "eve:x:1002:1000::/:/bin/sh\n", "ann:x:1000:\n", 0o775, 1000, true},
		"another group":           {passwd, "staff:x:50:\nann:x:1000:\n", 0o775, 50, true},
		"unknown group":           {passwd, "root:x:0:\n", 0o775, 1000, true},
		"unknown account":         {"root:x:0:0::/root:/bin/sh\n", "ann:x:1000:\n", 0o775, 1000, true},
		"others":                  {passwd, "ann:x:1000:\n", 0o777, 1000, true},
		"nobody else":             {passwd, "", 0o755, 50, false},
	} {
		for path, text := range map[string]string{a.passwd: c.passwd, a.group: c.group} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := a.othersWrite(c.mode, c.gid); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
