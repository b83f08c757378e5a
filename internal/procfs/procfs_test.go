package procfs

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const tail = " 4 3 2 0 -1 4194560 2300 90 0 0 150 25 7 3 20 0 %d 0 5012 12345678 900 18446744073709551615\n"
	one := bytes.ReplaceAll([]byte(tail), []byte("%d"), []byte("1"))
	five := bytes.ReplaceAll([]byte(tail), []byte("%d"), []byte("5"))
	want := Process{
		PID: 812, Parent: 4, Group: 3, Session: 2, State: 'S', Threads: 1,
		CPU: 1850 * time.Millisecond, Resident: 900 * int64(os.Getpagesize()),
	}
	ending := bytes.ReplaceAll(one, []byte("4194560"), []byte("4194564"))
	exiting := want
	exiting.Exiting = true
	threads := func(state byte, n int) Process { p := want; p.State, p.Threads = state, n; return p }
	for name, c := range map[string]struct {
		text  string
		tail  []byte
		want  Process
		alive bool
	}{
		"plain":               {"812 (uvicorn) S", one, want, true},
		"a name to fool":      {"812 (a) R 1 (b) ) S", one, want, true},
		"ending":              {"812 (sh) S", ending, exiting, true},
		"zombie":              {"812 (sh) Z", one, threads('Z', 1), false},
		"zombie with threads": {"812 (sh) Z", five, threads('Z', 5), true},
	} {
		got, err := ParseStat(append([]byte(c.text), c.tail...))
		if err != nil || got != c.want || got.Alive() != c.alive {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	for _, bad := range []string{"", "7 (sh)", "7 (sh) S 1 2", "7 sh S" + string(one), "7 (sh) S x" + string(one), "x (sh) S" + string(one), "7 (sh) \x00" + string(one), "7 (sh) SS" + string(one)} {
		if got, err := ParseStat([]byte(bad)); err == nil {
			t.Errorf("%q: got %+v", bad, got)
		}
	}
}

func TestStatOfThisProcess(t *testing.T) {
	p, err := Stat(os.Getpid())
	if err != nil || p.PID != os.Getpid() || p.Parent != os.Getppid() || p.Resident <= 0 || !p.Alive() {
		t.Errorf("got %+v, %v", p, err)
	}
	const beyond = 1 << 30 // of all pids, see PID_MAX_LIMIT in proc_sys_kernel(5)
	if _, err := Stat(beyond); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nobody: %v", err)
	}
}

// Files that do not fit into the buffer are read to their end.
func TestAppend(t *testing.T) {
	path := "/proc/self/maps"
	got, err := Append(nil, path)
	if err != nil || len(got) < 1024 || !bytes.HasSuffix(got, []byte("\n")) || !bytes.Contains(got, []byte("[stack]")) {
		t.Errorf("read %d bytes of %s: %v", len(got), path, err)
	}
	more, err := Append([]byte("before "), "/proc/self/comm")
	if comm, _ := os.ReadFile("/proc/self/comm"); err != nil || string(more) != "before "+string(comm) {
		t.Errorf("appended to %q: %v", more, err)
	}
	var where *fs.PathError
	if _, err := Append(nil, "/proc/self/nothing"); !errors.As(err, &where) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := Append(nil, "/proc/self"); err == nil {
		t.Error("a directory was read")
	}
}
