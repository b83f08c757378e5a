package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"unitd/internal/testhost"
	"unitd/internal/testuser"
	"unitd/runtime/namespace"
)

// program is a copy of the test binary that any account may execute: `program MODE ARG…` is a child of a test,
// see program_test.go.
var program string

func TestMain(m *testing.M) {
	testhost.Enter()
	if os.Args[0] == "program" {
		programs[os.Args[1]](os.Args[2:])
		exit(0)
	}
	if os.Getuid() == 0 {
		os.Exit(testuser.Main(m))
	}
	os.Exit(withProgram(m))
}

func withProgram(m *testing.M) int {
	dir, err := os.MkdirTemp("", "process-test-")
	if err == nil {
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "program")
		err = copyFile(program, "/proc/self/exe", 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "copy test binary:", err)
		return 1
	}
	return inEachTier(m)
}

func copyFile(to, from string, mode os.FileMode) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// contained has programs of specs run in namespaces of their own.
var contained bool

// inEachTier runs the tests twice, where this host has user namespaces: a process tree is to behave the same in each
// tier of containment.
func inEachTier(m *testing.M) int {
	fmt.Println("tier process")
	status := m.Run()
	if testhost.Here() != "" {
		return status
	}
	if err := tryNamespaces(); err != nil {
		fmt.Println("no tier namespace:", err)
		return status
	}
	contained = true
	fmt.Println("tier namespace")
	return max(status, m.Run())
}

// onlyProcessTier skips a test of what is different in a pid namespace.
func onlyProcessTier(t *testing.T) {
	t.Helper()
	if contained {
		t.Skip("the kernel ends all of a pid namespace with its init")
	}
}

// firstInside is the pid of a program in a pid namespace of its own.
const firstInside = 2

// asItself is the pid by which a program knows itself.
func asItself(pid int) int {
	if contained {
		return firstInside
	}
	return pid
}

// tryNamespaces asks somebody else than the code under test.
func tryNamespaces() error {
	return exec.Command("unshare", "--user", "--pid", "--mount", "--ipc", "--uts", "--map-current-user", "--fork", "--mount-proc", "true").Run()
}

// namespaces are those that a program of the tests gets.
func namespaces() *Namespaces {
	if !contained {
		return nil
	}
	plan := namespace.Plan{UID: os.Getuid(), GID: os.Getgid()}
	return &Namespaces{Make: plan.Make, Furnish: plan.Furnish, Join: plan.Join}
}

const patience = 20 * time.Second

// bench is a table with all events it has delivered.
type bench struct {
	*Table
	tb     testing.TB
	dir    string
	output *os.File // of every program

	mu     sync.Mutex
	events []Event
	more   chan struct{} // closed and replaced at each event
	next   uint64
}

// newBench opens a table that runs until the end of the test; no process is left then.
func newBench(tb testing.TB) *bench {
	tb.Helper()
	b := &bench{tb: tb, dir: tb.TempDir(), more: make(chan struct{})}
	output, err := os.OpenFile(filepath.Join(b.dir, "output"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	b.output = output
	if b.Table, err = Open(b.dir, b.record); err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- b.Run(ctx) }()
	tb.Cleanup(func() {
		b.killAll()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			tb.Errorf("Run: %v", err)
		}
		if b.anyLeaves() {
			tb.Error("Run has not waited for inits on their way out")
		}
		if err := errors.Join(b.Close(), output.Close()); err != nil {
			tb.Error(err)
		}
	})
	return b
}

func (b *bench) killAll() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b.Table.mu.Lock()
	var tokens []uint64
	for token := range b.trees {
		tokens = append(tokens, token)
	}
	b.Table.mu.Unlock()
	for _, token := range tokens {
		if left, err := b.Kill(ctx, token); err != nil {
			b.tb.Errorf("kill tree %d: %v, left %v", token, err, left)
		}
	}
}

func (b *bench) record(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
	close(b.more)
	b.more = make(chan struct{})
}

// await returns the first event of a tree for which is says yes.
func await[E Event](b *bench, token uint64, is func(E) bool) E {
	b.tb.Helper()
	deadline := time.After(patience)
	for {
		b.mu.Lock()
		for _, event := range b.events {
			if e, ok := event.(E); ok && e.token() == token && is(e) {
				b.mu.Unlock()
				return e
			}
		}
		more := b.more
		b.mu.Unlock()
		select {
		case <-more:
		case <-deadline:
			var none E
			b.tb.Fatalf("no %T of tree %d came; came: %v", none, token, b.of(token))
		}
	}
}

func (b *bench) started(token uint64) Started {
	b.tb.Helper()
	return await(b, token, func(Started) bool { return true })
}

func (b *bench) mainExited(token uint64) Exited {
	b.tb.Helper()
	return await(b, token, func(e Exited) bool { return e.Main })
}

func (b *bench) empty(token uint64) {
	b.tb.Helper()
	await(b, token, func(Empty) bool { return true })
}

// of returns the events of a tree so far.
func (b *bench) of(token uint64) []Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	var events []Event
	for _, e := range b.events {
		if e.token() == token {
			events = append(events, e)
		}
	}
	return events
}

// spec is one for the program in a mode, with the next token.
func (b *bench) spec(args ...string) Spec {
	b.next++
	return Spec{
		Token: b.next, Name: "app.api", Path: program, Args: append([]string{"program"}, args...),
		Dir: b.dir, Umask: 0o022, Stdout: b.output, Stderr: b.output,
		ExitFile: filepath.Join(b.dir, fmt.Sprintf("exit-%d", b.next)), Namespaces: namespaces(),
	}
}

func (b *bench) shell(script string) Spec {
	spec := b.spec()
	spec.Path, spec.Args = "/bin/sh", []string{"sh", "-c", script}
	spec.Env = []string{"PATH=/usr/bin:/bin"}
	return spec
}

// sleeper is one for a program that any signal ends.
func (b *bench) sleeper() Spec {
	spec := b.spec()
	spec.Path, spec.Args = "/bin/sleep", []string{"sleep", "1000"}
	return spec
}

// spawn gives the init that stays; 0 where there never was one.
func (b *bench) spawn(spec Spec) (token uint64, init int) {
	b.tb.Helper()
	init, err := b.Spawn(spec)
	if err != nil {
		b.tb.Fatal(err)
	}
	if spec.contained() || spec.Join != 0 {
		init = b.settled(spec)
	}
	return spec.Token, init
}

// settled waits for the init of a contained tree.
func (b *bench) settled(spec Spec) (init int) {
	eventually(b.tb, "the init is there", func() bool {
		for _, r := range readExitFile(spec.ExitFile) {
			if r.token == spec.Token^b.salt && r.kind == kindHandedOver {
				init = r.pid
			}
			if r.token == spec.Token^b.salt {
				return true
			}
		}
		return spec.ExitFile == ""
	})
	return init
}

// eventually polls a condition that no event tells of.
func eventually(tb testing.TB, what string, is func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("not in time: %s", what)
		}
	}
}
