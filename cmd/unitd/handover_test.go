package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/runtime/executor"
)

func TestHandoverRoundTrip(t *testing.T) {
	h := handover{
		Format: handoverFormat, From: "1.2.3", BootID: "b", Program: 4, Args: []string{"/opt/unitd", "--units", "/u"}, State: json.RawMessage(`{"last_run":7}`),
		Open:    executor.Handed{Salt: 1 << 63, Kept: executor.Kept{Names: []string{"app.a http x"}}, FDs: []int{9}, Ready: map[uint64]int{64: 10}},
		Sources: map[string][]byte{"a.hcl": []byte("x")}, Started: time.Unix(1, 0).UTC(), Count: 2, Lock: 5, Notify: 6, Control: 7,
		Others: []otherControl{{Path: "/ops.sock", FD: 8}},
	}
	file, err := h.write()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for range 2 { // also who gives back has it read once more
		got, err := readHandover(file)
		if err != nil {
			t.Fatal(err)
		}
		if got.saved.LastRun != 7 || !got.saved.HandedOver || got.Open.Salt != h.Open.Salt || got.Open.Names[0] != h.Open.Names[0] || got.control("/ops.sock").FD != 8 || got.control("/no") != nil {
			t.Errorf("it reads %+v", got)
		}
		files := got.files()
		slices.Sort(files)
		if want := []int{4, 5, 6, 7, 8, 9, 10}; !slices.Equal(files, want) {
			t.Errorf("files %v, want %v", files, want)
		}
	}
}

func TestHandoverThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"none":             {"", "unexpected end"},
		"cut":              {`{"format":1,"state":{`, "unexpected end"},
		"of another time":  {`{"format":7}`, "format 7"},
		"without a format": {`{}`, "format 0"},
		"another state":    {`{"format":1,"state":{"last_run":"seven"}}`, "last_run"},
	} {
		file, err := os.Create(filepath.Join(t.TempDir(), "h"))
		if err == nil {
			_, err = file.WriteString(c.content)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readHandover(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		file.Close()
	}
}

func TestInstall(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	read := func(path string) string {
		t.Helper()
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	target := write("unitd", "one", 0o755)
	link := filepath.Join(dir, "link")
	if err := os.Symlink("unitd", link); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ path, before, after string }{{target, "one", "two"}, {link, "two", "three"}} {
		next, err := stage(write("next", c.after, 0o700), c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(target); got != c.before {
			t.Fatalf("%d: before it is installed there is %q", i, got)
		}
		kept, err := next.install()
		if err != nil {
			t.Fatal(err)
		}
		next.remove() // there is nothing to remove any more
		if got := read(target); got != c.after {
			t.Errorf("%d: there is %q", i, got)
		}
		if kept != target+".old" || read(kept) != c.before {
			t.Errorf("%d: %s holds %q", i, kept, read(kept))
		}
	}
	if found, err := os.Readlink(link); err != nil || found != "unitd" {
		t.Errorf("the link leads to %s, %v", found, err)
	}
	for name, path := range map[string]string{
		"not executable: chmod +x": write("plain", "x", 0o600), "no regular file": dir, "no such file": filepath.Join(dir, "nothing"),
	} {
		if _, err := stage(path, target); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(target + ".new"); err == nil {
		t.Error("a copy is left")
	}
}

func TestWhoHasAGuard(t *testing.T) {
	const pid = 4711
	for name, c := range map[string]struct {
		o    options
		pid  int
		env  map[string]string
		want bool
	}{
		"in a terminal":          {pid: pid, want: true},
		"--no-guard":             {o: options{noGuard: true}, pid: pid},
		"process 1":              {pid: 1},
		"of a service manager":   {pid: pid, env: map[string]string{"NOTIFY_SOCKET": "/run/x"}},
		"of systemd":             {pid: pid, env: map[string]string{"SYSTEMD_EXEC_PID": "4711"}},
		"below one of systemd's": {pid: pid, env: map[string]string{"SYSTEMD_EXEC_PID": "12"}, want: true},
	} {
		why := unguarded(c.o, c.pid, func(name string) string { return c.env[name] })
		if (why == "") != c.want {
			t.Errorf("%s: %q, want a guard: %t", name, why, c.want)
		}
	}
}

func TestEnvironmentOfTheNext(t *testing.T) {
	got := forNext([]string{"HOME=/h", "LISTEN_FDS=1", "LISTEN_PID=7", "UNITD_VAR_x=a=b", "WATCHDOG_USEC=1"})
	if want := []string{"UNITD_GUARD=1", "HOME=/h", "UNITD_VAR_x=a=b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What another one may read is written behind all that waits.
func TestFlush(t *testing.T) {
	l := &loaded{bootID: "b"}
	l.dirs.State = t.TempDir()
	s, err := newScribe(l, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	go s.run(t.Context())
	s.save([]byte(`{"last_run":1}`), true)
	s.save([]byte(`{"last_run":2}`), false)
	s.flush([]byte(`{"last_run":3}`))
	content, err := os.ReadFile(filepath.Join(l.dirs.State, "adoption.log"))
	if err != nil || !bytes.HasSuffix(bytes.TrimSpace(content), []byte(`{"last_run":3}}`)) || bytes.Contains(content, []byte(`"last_run":2`)) {
		t.Errorf("%v: the record is\n%s", err, content)
	}
}
