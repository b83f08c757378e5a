package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write writes files, named by their paths below dir.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	neat   = "app \"a\" {\n  command   = [\"sleep\", \"1\"]\n  directory = \"/\"\n}\n"
	untidy = "app \"b\" {\n  command = [\"sleep\",   \"1\"]\n directory = \"/\"\n}\n"
)

func TestVerify(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"good/a.hcl": neat, "good/sub/b.hcl": untidy,
		"bad/a.hcl": "app \"a\" {\n  comand = [\"sleep\"]\n}\n", "bad/b.hcl": "app \"Upper\" {\n  command = [\"x\"]\n}\n",
		"var/a.hcl": "variable \"n\" {\n  type = number\n}\napp \"a\" {\n  command = [\"sleep\", \"${var.n}\"]\n}\n",
	})
	tests := []struct {
		args           []string
		status         int
		stdout, stderr []string
	}{
		{[]string{"verify", dir + "/good"}, 0, []string{"good: no mistakes in 2 units"}, nil},
		{[]string{"--units", dir + "/good", "verify"}, 0, []string{"2 units"}, nil},
		{[]string{"verify", dir + "/bad"}, 1, nil, []string{"bad/a.hcl", "bad/b.hcl", "command", "comand = "}},
		{[]string{"verify", "--json", dir + "/bad"}, 1, []string{`"severity": "error"`, `bad/a.hcl"`, `"line": 2`, `"column": 3`}, nil},
		{[]string{"verify", "--json", dir + "/good"}, 0, []string{"[]"}, nil},
		{[]string{"verify", dir + "/var", "--var", "n=5"}, 0, []string{"no mistakes in 1 unit\n"}, nil},
		{[]string{"verify", dir + "/var", "--var", "m=5"}, 1, nil, []string{"var"}},
		{[]string{"verify", dir + "/missing"}, 1, nil, []string{"no such directory"}},
		{[]string{"verify", os.DevNull}, 1, nil, []string{"it is no directory"}},
		{[]string{"verify", dir, dir}, 2, nil, []string{"is one argument too many; write: unitctl verify [DIR]"}},
	}
	for _, test := range tests {
		t.Run(strings.ReplaceAll(strings.Join(test.args, " "), dir, ""), func(t *testing.T) {
			s := newStage(t, nil)
			if status := s.run(t, test.args...); status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			contains(t, "stdout", s.stdout.String(), test.stdout)
			contains(t, "stderr", s.stderr.String(), test.stderr)
		})
	}
}

// contains wants every part in text, and no text at all where there are no parts.
func contains(t *testing.T, name, text string, parts []string) {
	t.Helper()
	if len(parts) == 0 && text != "" {
		t.Errorf("%s is %s", name, text)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s is\n%s\nwithout %q", name, text, part)
		}
	}
}

func TestFmt(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"neat.hcl": neat, "sub/untidy.hcl": untidy, ".git/hidden.hcl": untidy, "other.txt": untidy, "target": untidy,
	})
	if err := os.Symlink(filepath.Join(dir, "target"), filepath.Join(dir, "link.hcl")); err != nil {
		t.Fatal(err)
	}
	names := func(s *stage) string { return strings.ReplaceAll(s.stdout.String(), dir, "") }

	s := newStage(t, nil)
	if status := s.run(t, "fmt", "--check", dir); status != 1 || names(s) != "/link.hcl\n/sub/untidy.hcl\n" {
		t.Fatalf("check: %d, %q, %s", status, names(s), &s.stderr)
	}
	s = newStage(t, nil)
	if status := s.run(t, "--units", dir, "fmt"); status != 0 || names(s) != "/link.hcl\n/sub/untidy.hcl\n" {
		t.Fatalf("%d, %q, %s", status, names(s), &s.stderr)
	}
	want := strings.Replace(neat, `"a"`, `"b"`, 1)
	for name, want := range map[string]string{"sub/untidy.hcl": want, "link.hcl": want, ".git/hidden.hcl": untidy, "other.txt": untidy} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != want {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	if found, err := os.Lstat(filepath.Join(dir, "link.hcl")); err != nil || found.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link is %v now, %v", found.Mode(), err)
	}
	if found, err := os.Stat(filepath.Join(dir, "sub/untidy.hcl")); err != nil || found.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", found.Mode(), err)
	}
	s = newStage(t, nil)
	if status := s.run(t, "fmt", dir); status != 0 || names(s) != "" {
		t.Fatalf("again: %d, %q", status, names(s))
	}
	s = newStage(t, nil)
	if status := s.run(t, "fmt", filepath.Join(dir, "other.txt")); status != 0 || names(s) != "/other.txt\n" {
		t.Fatalf("a file by name: %d, %q", status, names(s))
	}
}

func TestFmtRefuses(t *testing.T) {
	dir := t.TempDir()
	const broken = "app \"x\" {\n"
	write(t, dir, map[string]string{"broken.hcl": broken, "untidy.hcl": untidy})
	s := newStage(t, nil)
	if status := s.run(t, "fmt", dir); status != 1 || !strings.Contains(s.stderr.String(), "stays as it is") || !strings.Contains(s.stdout.String(), "untidy.hcl") {
		t.Fatalf("%d, %s, %s", status, &s.stdout, &s.stderr)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "broken.hcl")); err != nil || string(text) != broken {
		t.Fatalf("%q, %v", text, err)
	}
	s = newStage(t, nil)
	if status := s.run(t, "fmt", filepath.Join(dir, "missing")); status != 1 || !strings.Contains(s.stderr.String(), "no such file") {
		t.Fatalf("%d, %s", status, &s.stderr)
	}
}

func TestFmtStream(t *testing.T) {
	s := newStage(t, nil)
	s.in = strings.NewReader(untidy)
	if status := s.run(t, "fmt", "-"); status != 0 || s.stdout.String() != strings.Replace(neat, `"a"`, `"b"`, 1) {
		t.Fatalf("%d, %s", status, &s.stdout)
	}
	s = newStage(t, nil)
	s.in = strings.NewReader("app {")
	if status := s.run(t, "fmt", "-"); status != 1 || s.stdout.String() != "" || !strings.Contains(s.stderr.String(), "standard input") {
		t.Fatalf("%d, %s, %s", status, &s.stdout, &s.stderr)
	}
}
