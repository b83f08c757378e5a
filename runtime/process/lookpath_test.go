package process

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestLookPath(t *testing.T) {
	root := t.TempDir()
	for name, mode := range map[string]os.FileMode{"bin/app": 0o755, "bin/plain": 0o644, "other/plain": 0o700, "other/both": 0o755, "bin/both": 0o600, "srv/run": 0o700} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "bin/folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "shut"), 0); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file, path string
		want       string
		is         error
	}{
		"first":            {"app", "R/nope:R/bin:R/other", "R/bin/app", nil},
		"after plain":      {"both", "R/bin:R/other", "R/other/both", nil},
		"relative entry":   {"app", "../bin", "R/bin/app", nil},
		"with slash":       {"./run", "", "R/srv/run", nil},
		"absolute":         {"R/bin/app", "", "R/bin/app", nil},
		"missing":          {"nope", "R/bin:R/other", "find program nope: not found in PATH R/bin:R/other", fs.ErrNotExist},
		"empty PATH entry": {"run", ":", "find program run: not found in PATH :", fs.ErrNotExist},
		"file in PATH":     {"x", "R/bin/app", "find program x: not found in PATH R/bin/app", fs.ErrNotExist},
		"missing path":     {"./nope", "", "find program: R/srv/nope: no such file or directory", fs.ErrNotExist},
		"directory":        {"folder", "R/bin", "find program folder: R/bin/folder: is a directory", syscall.EISDIR},
		"not executable":   {"plain", "R/bin", "find program plain: R/bin/plain is not executable (mode 0644; try chmod +x): permission denied", fs.ErrPermission},
		"shut directory":   {"app", "R/shut", "find program app: R/shut/app: permission denied", fs.ErrPermission},
		"device":           {"/dev/null", "", "find program: /dev/null is no regular file: permission denied", fs.ErrPermission},
		"no name":          {"", "R/bin", "find program: its name is empty", nil},
	} {
		full := strings.NewReplacer("R/", root+"/")
		found, err := LookPath(full.Replace(c.file), full.Replace(c.path), filepath.Join(root, "srv"))
		got := found
		if err != nil {
			got = err.Error()
		}
		if got = strings.ReplaceAll(got, root+"/", "R/"); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: error is not %v", name, c.is)
		}
	}
}
