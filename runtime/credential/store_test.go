package credential

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// One directory for all who use it at a time, with rights for nobody else, and gone with the last of them.
func TestStore(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	runtime := t.TempDir()
	s := NewStore(runtime)
	dir := filepath.Join(runtime, Directory, "app.a")
	file := filepath.Join(dir, "db")
	take := func(content string) {
		t.Helper()
		if err := s.Take("app.a", []File{{"db", []byte(content)}, {"empty", nil}}); err != nil {
			t.Fatal(err)
		}
	}
	release := func() {
		t.Helper()
		if err := s.Release("app.a"); err != nil {
			t.Fatal(err)
		}
	}
	take("old")
	take("new") // a hook beside the program
	for path, want := range map[string]fs.FileMode{filepath.Dir(dir): 0o700, dir: 0o700, file: 0o400, filepath.Join(dir, "empty"): 0o400} {
		if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, stat, err)
		}
	}
	release()
	if content, err := os.ReadFile(file); string(content) != "old" {
		t.Errorf("while it is used: %q, %v", content, err)
	}
	release()
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the last has ended: %v", err)
	}
	take("new")
	if content, err := os.ReadFile(file); string(content) != "new" {
		t.Errorf("the next start: %q, %v", content, err)
	}
}

// What is in the way of a directory of credentials is taken out, and nothing outside is touched.
func TestSweep(t *testing.T) {
	runtime, outside := t.TempDir(), t.TempDir()
	precious := filepath.Join(outside, "precious")
	if err := os.WriteFile(precious, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	all := filepath.Join(runtime, Directory)
	if err := os.Symlink(outside, all); err != nil {
		t.Fatal(err)
	}
	s := NewStore(runtime)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	left := []string{"app.a/db", "run-2147483646/db", "run-x/db", ForCommand() + "/db"}
	for _, name := range left {
		path := filepath.Join(all, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o400)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(all, "app.link")); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(all)
	if err != nil || len(entries) != 1 || entries[0].Name() != ForCommand() {
		t.Errorf("left: %v, %v", entries, err)
	}
	if err := os.Symlink(outside, filepath.Join(all, "app.link")); err != nil {
		t.Fatal(err)
	}
	if err := s.Take("app.link", []File{{"db", []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

// Where nothing can be placed the error says so and nothing is left.
func TestTakeFails(t *testing.T) {
	runtime := t.TempDir()
	s := NewStore(runtime)
	err := s.Take("app.a", []File{{"db", []byte("hunter2")}, {"no/such/directory", nil}})
	if err == nil || !strings.Contains(err.Error(), "place secrets") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if entries, err := os.ReadDir(filepath.Join(runtime, Directory)); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}
