package units

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

// TestLinks follows links, reads what two paths lead to once, and ends in a loop of them.
func TestLinks(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	write(t, root, "a/one.hcl", `app "one" { command = ["true"] }`)
	write(t, root, "b/x.hcl.off", `app "off" { command = ["true"] }`)
	write(t, outside, "deep/two.hcl", `app "two" { command = ["true"] }`)
	write(t, outside, "file", `app "three" { command = [path.module] }`)
	for name, target := range map[string]string{
		"loop":         ".",
		"a/up":         "..",
		"twice":        "a",
		"again.hcl":    "a/one.hcl",
		"absolute":     filepath.Join(root, "a"),
		"away":         outside,
		"three.hcl":    filepath.Join(outside, "file"),
		"b/gone":       "nowhere",
		".hidden":      outside,
		"b/.loop":      "..",
		"away-as-well": outside + "/",
		"away-again":   "away",
		"a/chain.hcl":  "link.hcl",
		"a/link.hcl":   "../twice/one.hcl",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	host := rootedHost{testHost(), root}
	set, diags := Load(os.DirFS(root), host, Inputs{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(set.Units) != 3 || set.Units["app.one"] == nil || set.Units["app.two"] == nil || set.Units["app.three"] == nil {
		t.Errorf("units %v", set.Graph().Order())
	}
}

// rootedHost has its unit directory somewhere else.
type rootedHost struct {
	*fakeHost
	root string
}

func (h rootedHost) Paths() Paths                        { return Paths{Units: h.root} }
func (h rootedHost) Resolve(name string) (string, error) { return filepath.EvalSymlinks(name) }

// TestUnreadable reports files that cannot be read, each for itself, and hangs on none.
func TestUnreadable(t *testing.T) {
	root := t.TempDir()
	write(t, root, "good.hcl", `app "one" { command = ["true"] }`)
	write(t, root, "large.hcl", strings.Repeat("#", maxFileSize+1))
	if err := os.Symlink("nowhere", filepath.Join(root, "gone.hcl")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(root, "fifo.hcl"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, diags := Load(os.DirFS(root), testHost(), Inputs{})
	want := []string{
		"read /units/fifo.hcl: not a regular file",
		"read /units/gone.hcl: no such file or directory",
		"read /units/large.hcl: larger than 1 MiB",
	}
	for i, d := range diags {
		if len(diags) != len(want) || d.Summary != want[i] {
			t.Errorf("got %q", d.Summary)
		}
	}
	if len(diags) != len(want) {
		t.Errorf("got %d diagnostics, want %d", len(diags), len(want))
	}
	if _, diags := Load(os.DirFS(filepath.Join(root, "missing")), testHost(), Inputs{}); !diags.HasErrors() {
		t.Error("a directory that is not there is no error")
	}
}

// TestBounds stops at too many files and at directories that nest too deeply.
func TestBounds(t *testing.T) {
	many := fstest.MapFS{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("%05d.txt", i)] = &fstest.MapFile{}
	}
	deep := fstest.MapFS{strings.Repeat("d/", maxDepth+1) + "x.hcl": &fstest.MapFile{Data: []byte("locals {}")}}
	for _, test := range []struct {
		files fs.FS
		want  string
	}{
		{many, "more than 10000 files"},
		{deep, "directories nest deeper than 32"},
	} {
		_, diags := Load(test.files, testHost(), Inputs{})
		if len(diags) != 1 || !strings.Contains(diags[0].Summary, test.want) {
			t.Errorf("got %v, want one diagnostic with %q", diags, test.want)
		}
	}
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
