package deptest

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestHouse checks this repository.
func TestHouse(t *testing.T) {
	broken, err := Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range broken {
		t.Error(line)
	}
}

// TestRooms finds the directories that rules speak of: a rule about a room that was renamed holds nowhere.
func TestRooms(t *testing.T) {
	for _, r := range rules {
		for _, room := range slices.Concat(r.rooms, r.except) {
			if entry, err := os.Stat("../../" + strings.TrimSuffix(room, "/*")); err != nil || !entry.IsDir() {
				t.Errorf("a rule is about %s, which is no directory: %v", room, err)
			}
		}
	}
}

// TestMap finds every package in the rooms that docs/architecture.md lists.
func TestMap(t *testing.T) {
	root := os.DirFS("../..")
	page, err := fs.ReadFile(root, "docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := readTree(root)
	if err != nil {
		t.Fatal(err)
	}
	_, rooms, _ := strings.Cut(string(page), "## Rooms")
	rooms, _, _ = strings.Cut(rooms, "Imports go one way")
	known := regexp.MustCompile(`[a-z0-9_-]+`).FindAllString(rooms, -1)
	for _, f := range files {
		name, within := path.Base(f.dir()), path.Base(path.Dir(f.dir()))
		example := strings.HasPrefix(f.dir(), "examples/")
		if f.pkg == "main" && within != "cmd" || example || slices.Contains(known, name) {
			continue
		}
		t.Errorf("the rooms in docs/architecture.md do not name %s: say what it answers for", f.dir())
		known = append(known, name)
	}
}

// TestRules shows each rule a file that breaks it and one that does not.
func TestRules(t *testing.T) {
	const doc = "// Package x is documented.\npackage x\n"
	tests := []struct {
		name, path, source string
		want               string // part of the only line; empty: nothing is broken
	}{
		{"units alone", "units/a.go", doc + `import _ "io/fs"`, ""},
		{"units import policy", "units/a.go", doc + `import _ "unitd/policy"`, "units/a.go:3 imports unitd/policy"},
		{"units read files", "units/a.go", doc + `import _ "os"`, "deciding is pure"},
		{"units tests read files", "units/a_test.go", doc + `import _ "os"`, ""},
		{"units tests import runtime", "units/a_test.go", doc + `import _ "unitd/runtime/state"`, "knows nothing"},
		{"policy imports units", "policy/job/a.go", doc + `import _ "unitd/units"`, ""},
		{"policy imports runtime", "policy/job/a.go", doc + `import _ "unitd/runtime/engine"`, "decides from values"},
		{"policy reads the clock", "policy/job/a.go", doc + "import \"time\"\nvar _ = time.Now()", "now is an argument"},
		{"policy renames the clock", "policy/job/a.go", doc + "import c \"time\"\nvar _ = c.Since", "now is an argument"},
		{"policy counts in durations", "policy/job/a.go", doc + "import \"time\"\nvar _ = time.Second", ""},
		{"policy draws lots", "policy/job/a.go", doc + `import _ "math/rand/v2"`, "deciding is pure"},
		{"engine imports an executor", "runtime/engine/a.go", doc + `import _ "unitd/runtime/executor"`, "fake executor"},
		{"engine locks", "runtime/engine/a.go", doc + "import \"sync\"\nvar _ sync.Mutex", "one goroutine"},
		{"engine imports policy", "runtime/engine/a.go", doc + `import _ "unitd/policy/job"`, ""},
		{"ipc imports runtime", "ipc/a.go", doc + `import _ "unitd/runtime/engine"`, "never sees the runtime"},
		{"internal imports a room", "internal/x/a.go", doc + `import _ "unitd/units"`, "it knows none of them"},
		{"runtime imports ipc", "runtime/executor/a.go", doc + `import _ "unitd/ipc"`, "the order is"},
		{"leaf imports policy", "runtime/process/a.go", doc + `import _ "unitd/policy"`, "a leaf package"},
		{"leaf imports a leaf", "runtime/process/a.go", doc + `import _ "unitd/runtime/socket"`, "a leaf package"},
		{"leaf imports its own part", "runtime/process/a.go", doc + `import _ "unitd/runtime/process/script"`, ""},
		{"part imports its own leaf", "runtime/process/script/a.go", doc + `import _ "unitd/runtime/process"`, ""},
		{"executor imports leaves", "runtime/executor/a.go", doc + `import _ "unitd/runtime/socket"`, ""},
		{"example looks inside", "examples/demo/driver/a.go", doc + `import _ "unitd/ipc"`, "as its users do"},
		{"fx in the daemon", "cmd/unitd/a.go", doc + `import _ "go.uber.org/fx"`, ""},
		{"fx elsewhere", "ipc/a.go", doc + `import _ "go.uber.org/fx/fxevent"`, "fx builds"},
		{"run group in the executor", "runtime/executor/a.go", doc + `import _ "github.com/oklog/run"`, ""},
		{"run group elsewhere", "runtime/engine/a.go", doc + `import _ "github.com/oklog/run"`, "the run group"},
		{"code at the root of runtime", "runtime/a.go", doc, "doc.go only"},
		{"long file", "units/a.go", doc + strings.Repeat("//\n", 400), "has 402 lines"},
		{"long test", "units/a_test.go", doc + strings.Repeat("//\n", 400), ""},
		{"shapeless name", "units/utils/a.go", "// Package utils is one.\npackage utils\n", "name a package after"},
		{"no package comment", "units/a.go", "package x\n", "no doc.go"},
		{"testdata is not ours", "units/testdata/a.go", "package x\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			broken, err := Check(fstest.MapFS{test.path: {Data: []byte(test.source)}})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case test.want == "" && len(broken) > 0:
				t.Fatalf("unexpected: %q", broken)
			case test.want != "" && (len(broken) != 1 || !strings.Contains(broken[0], test.want)):
				t.Fatalf("got %q, want one line with %q", broken, test.want)
			}
		})
	}
}

// TestDocPlace wants doc.go as soon as a package has two files, and leaves other modules alone.
func TestDocPlace(t *testing.T) {
	documented, bare := &fstest.MapFile{Data: []byte("// Package x.\npackage x\n")}, &fstest.MapFile{Data: []byte("package x\n")}
	broken, err := Check(fstest.MapFS{"p/a.go": documented, "p/b.go": bare, "tools/go.mod": bare, "tools/a.go": bare})
	if err != nil || len(broken) != 1 || !strings.HasPrefix(broken[0], "p has no doc.go") {
		t.Fatalf("got %q, %v", broken, err)
	}
	if _, err := Check(fstest.MapFS{"p/a.go": {Data: []byte("package")}}); err == nil {
		t.Fatal("a file that does not parse is not reported")
	}
}
