package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// run spawns a report and returns what it says.
func (b *bench) run(spec Spec) (circumstances, Started) {
	b.tb.Helper()
	stdout, err := os.Create(filepath.Join(b.dir, fmt.Sprintf("stdout-%d", spec.Token)))
	if err != nil {
		b.tb.Fatal(err)
	}
	defer stdout.Close()
	spec.Stdout = stdout
	token, _ := b.spawn(spec)
	b.empty(token)
	if status := b.mainExited(token).Status; status != 0 {
		b.tb.Fatalf("report ended with %s: %s", status, b.written())
	}
	text, err := os.ReadFile(stdout.Name())
	if err != nil {
		b.tb.Fatal(err)
	}
	var c circumstances
	if err := json.Unmarshal(text, &c); err != nil {
		b.tb.Fatalf("%v in %q", err, text)
	}
	return c, b.started(token)
}

// written is what programs wrote to their common output.
func (b *bench) written() string {
	text, _ := os.ReadFile(b.output.Name())
	return string(text)
}

func TestProgramOwnsItsSession(t *testing.T) {
	b := newBench(t)
	spec := b.spec("report", "a b", "")
	c, started := b.run(spec)
	if c.PID != asItself(started.PID) || c.Session != c.PID || c.Group != c.PID {
		t.Errorf("started as %d, pid %d, session %d, group %d", started.PID, c.PID, c.Session, c.Group)
	}
	if c.Parent == os.Getpid() {
		t.Error("its parent is the manager, not an init")
	}
	if want := []string{"program", "report", "a b", ""}; !slices.Equal(c.Args, want) {
		t.Errorf("arguments %q, want %q", c.Args, want)
	}
	if c.Dir != b.dir || c.Umask != 0o022 {
		t.Errorf("directory %s, umask %#o", c.Dir, c.Umask)
	}
}

func TestProgramGetsItsFilesAndNoOther(t *testing.T) {
	b := newBench(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	spec := b.spec("report")
	spec.Files, spec.FDs = []*os.File{socket, b.output, socket}, []int{int(fd(b.output)), int(fd(socket))}
	c, _ := b.run(spec)
	stdout := filepath.Join(b.dir, fmt.Sprintf("stdout-%d", spec.Token))
	want := map[int]string{0: "/dev/null", 1: stdout, 2: b.output.Name(), 4: b.output.Name(), 6: b.output.Name()}
	for _, fd := range []int{3, 5, 7} {
		if !strings.HasPrefix(c.Files[fd], "socket:") {
			t.Errorf("fd %d is %q, not the socket", fd, c.Files[fd])
		}
		want[fd] = c.Files[fd]
	}
	if fmt.Sprint(c.Files) != fmt.Sprint(want) {
		t.Errorf("open files:\n%v\nwant:\n%v", c.Files, want)
	}
}

func TestMoreFilesThanTheManagerHas(t *testing.T) {
	b := newBench(t)
	spec := b.spec("report")
	for range 60 {
		spec.Files = append(spec.Files, b.output)
	}
	c, _ := b.run(spec)
	if len(c.Files) != 63 {
		t.Errorf("%d open files, want 63: %v", len(c.Files), c.Files)
	}
}

func TestProgramKnowsItsPID(t *testing.T) {
	b := newBench(t)
	spec := b.spec("report")
	spec.Env = []string{"A=1", "EMPTY=", "LISTEN_FDS=1"}
	spec.PIDVars = []string{"LISTEN_PID", "WATCHDOG_PID"}
	c, started := b.run(spec)
	want := append(slices.Clone(spec.Env), fmt.Sprintf("LISTEN_PID=%d", asItself(started.PID)), fmt.Sprintf("WATCHDOG_PID=%d", asItself(started.PID)))
	if !slices.Equal(c.Env, want) {
		t.Errorf("environment %q, want %q", c.Env, want)
	}
}

func TestAttributes(t *testing.T) {
	b := newBench(t)
	nice, adj, ioprio := 19, 300, 3<<13 // whatever the tests themselves run at
	spec := b.spec("report")
	spec.Umask, spec.Nice, spec.OOMScoreAdj, spec.IOPriority, spec.NoNewPrivs = 0o077, &nice, &adj, &ioprio, true
	spec.Rlimits = []Rlimit{{unix.RLIMIT_NOFILE, 64, 70}, {unix.RLIMIT_CORE, 0, 0}}
	spec.Dir = "/"
	c, _ := b.run(spec)
	// The system call returns 20 - nice.
	if c.Umask != 0o077 || c.Nice != 20-nice || c.OOMScoreAdj != "300" || c.OpenFiles != 70 || c.Dir != "/" {
		t.Errorf("got %+v", c)
	}
	if c.Status["NoNewPrivs"] != "1" {
		t.Error("it may gain privileges")
	}
}

func TestSignalsAreReset(t *testing.T) {
	signal.Ignore(syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGCONT)
	defer signal.Reset(syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGCONT, syscall.SIGUSR2)
	b := newBench(t)
	signal.Ignore(syscall.SIGUSR2) // as unitd comes to ignore SIGPIPE
	spec := b.shell("grep -E 'Sig(Blk|Ign)' /proc/self/status")
	token, _ := b.spawn(spec)
	b.empty(token)
	const want = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
	if got := b.written(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSpawnErrors(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		change func(*Spec)
		want   string
	}{
		"no program": {func(s *Spec) { s.Path = "" }, "spawn app.api: no program given"},
		"no output":  {func(s *Spec) { s.Stdout = nil }, "spawn app.api: no file for standard output or error given"},
		"NUL":        {func(s *Spec) { s.Env = []string{"A=\x00"} }, "spawn app.api: a path, argument or variable contains a NUL byte"},
		"nil file":   {func(s *Spec) { s.Files = []*os.File{b.output, nil} }, "spawn app.api: no file given for fd 4"},
		"exit file":  {func(s *Spec) { s.ExitFile = "/dev/null/x" }, "spawn app.api: make exit file: open /dev/null/x: not a directory"},
	} {
		spec := b.spec("exit", "0")
		c.change(&spec)
		if _, err := b.Spawn(spec); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	token, _ := b.spawn(b.shell("sleep 1000"))
	spec := b.spec("exit", "0")
	spec.Token = token
	if _, err := b.Spawn(spec); !errors.Is(err, ErrToken) {
		t.Errorf("token in use: got %v", err)
	}
}

// The limit is one of this process, so this is no test of many files at once.
func TestTooManyOpenFilesIsRecognised(t *testing.T) {
	b := newBench(t)
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	spec := b.spec("exit", "0")
	low := before
	low.Cur = uint64(fd(b.output))
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	_, err := b.Spawn(spec)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, unix.EMFILE) {
		t.Errorf("got %v, want EMFILE", err)
	}
	token, _ := b.spawn(spec)
	b.empty(token)
}

func TestOneTablePerProcess(t *testing.T) {
	b := newBench(t)
	if _, err := Open(b.dir, b.record); err == nil {
		t.Error("a second table was opened")
	}
}
