package process

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
)

func TestProgramThatDoesNotStart(t *testing.T) {
	b := newBench(t)
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(b.dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	lowNice := -5
	for name, c := range map[string]struct {
		change func(*Spec)
		op     string
		errno  error
		want   string
	}{
		"missing":        {func(s *Spec) { s.Path = "/nonexistent/app" }, "exec /nonexistent/app", syscall.ENOENT, "exec /nonexistent/app: no such file or directory"},
		"not executable": {func(s *Spec) { s.Path = file("plain", "#!/bin/sh\n", 0o600) }, "exec DIR/plain", syscall.EACCES, "exec DIR/plain: permission denied"},
		"directory":      {func(s *Spec) { s.Path = b.dir }, "exec DIR", syscall.EACCES, "exec DIR: permission denied"},
		"interpreter": {
			func(s *Spec) { s.Path = file("script", "#!/usr/bin/pyton3 -u\n", 0o700) }, "exec DIR/script", syscall.ENOENT,
			"exec DIR/script: its interpreter /usr/bin/pyton3 (first line of the file): no such file or directory",
		},
		"relative": {
			func(s *Spec) { s.Path = "./" + filepath.Base(file("rel", "#!/nope\n", 0o700)) }, "exec ./rel", syscall.ENOENT,
			"exec ./rel: its interpreter /nope (first line of the file): no such file or directory",
		},
		"carriage return": {
			func(s *Spec) { s.Path = file("dos", "#!/bin/sh\r\necho\r\n", 0o700) }, "exec DIR/dos", syscall.ENOENT,
			`exec DIR/dos: its interpreter "/bin/sh\r" (first line of the file): no such file or directory`,
		},
		"interpreter not executable": {
			func(s *Spec) { s.Path = file("script2", "#!/etc/passwd\n", 0o700) }, "exec DIR/script2", syscall.EACCES,
			"exec DIR/script2: its interpreter /etc/passwd (first line of the file): permission denied",
		},
		"no first line": {
			func(s *Spec) { s.Path = file("noline", "echo\n", 0o700) }, "exec DIR/noline", syscall.ENOEXEC,
			"exec DIR/noline: exec format error (a script needs a first line such as #!/bin/sh)",
		},
		"long argument": {
			func(s *Spec) { s.Args = []string{"program", "exit", strings.Repeat("1", 200_000)} }, "exec PROGRAM", syscall.E2BIG,
			"exec PROGRAM: argument list too long (arguments and environment together, or one of them over 128 KiB)",
		},
		"directory missing": {func(s *Spec) { s.Dir = "/srv/nonexistent" }, "change directory to /srv/nonexistent", syscall.ENOENT, "change directory to /srv/nonexistent: no such file or directory"},
		"nice":              {func(s *Spec) { s.Nice = &lowNice }, "set nice -5", syscall.EACCES, "set nice -5: permission denied"},
		"limit": {
			func(s *Spec) { s.Rlimits = []Rlimit{{unix.RLIMIT_NOFILE, 1 << 40, 1 << 40}} }, "set limit open_files", syscall.EPERM,
			"set limit open_files: operation not permitted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			spec := b.spec("exit", "0")
			c.change(&spec)
			token, _ := b.spawn(spec)
			b.empty(token)
			events := b.of(token)
			failed, ok := events[0].(ExecFailed)
			if !ok || len(events) != 2 {
				t.Fatalf("got %v, want ExecFailed and Empty", events)
			}
			short := strings.NewReplacer(b.dir, "DIR", program, "PROGRAM")
			if got := short.Replace(failed.Op); got != c.op {
				t.Errorf("operation %q, want %q", got, c.op)
			}
			if got, want := short.Replace(failed.Err.Error()), "spawn app.api: "+c.want; got != want {
				t.Errorf("error\n%s\nwant\n%s", got, want)
			}
			if !errors.Is(failed.Err, c.errno) {
				t.Errorf("error does not wrap %v", c.errno)
			}
		})
	}
}

// An account that is at its limit of processes gets EAGAIN from the fork of the init: no failing of the program.
func TestForkRefusedIsRecognised(t *testing.T) {
	b := newBench(t)
	spec := b.spec("exit", "0")
	limit := compiler{}
	limit.rlimit(Rlimit{unix.RLIMIT_NPROC, 0, 0})
	compiled := Compile(spec)
	fork := slices.IndexFunc(compiled.Ops, func(op script.Op) bool { return op.Flags == script.Fork })
	compiled.Ops = slices.Insert(compiled.Ops, fork, limit.Ops...)
	if _, err := b.launch(spec, compiled); err != nil {
		t.Fatal(err)
	}
	b.empty(spec.Token)
	failed, ok := b.of(spec.Token)[0].(ExecFailed)
	if !ok || failed.Op != "fork" || !errors.Is(failed.Err, syscall.EAGAIN) {
		t.Errorf("got %v, want fork to fail with EAGAIN", b.of(spec.Token))
	}
}
