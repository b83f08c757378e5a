package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/internal/script"

	"unitd/internal/procfs"
)

const secret = "correct-horse-battery-staple"

func (b *bench) shellWithSecret() Spec {
	spec := b.shell("sleep 1000")
	spec.Env = append(spec.Env, "PASSWORD="+secret)
	return spec
}

func TestNoSecretInTheProcessList(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.shellWithSecret())
	b.started(token)
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", init))
	if err != nil || !strings.HasPrefix(string(command), "unitd-init\x00app.api\x00") || strings.Contains(string(command), secret) {
		t.Errorf("command line of the init: %q, %v", command, err)
	}
	if name := statusOf(init)["Name"]; name != "unitd-init" {
		t.Errorf("name of the init: %q", name)
	}
	if contained {
		return // it can be looked into from outside, or nobody could join its namespaces; see TestInitIsOutOfReach
	}
	for _, file := range []string{"environ", "mem", "maps", "fd/1"} {
		if _, err := os.Open(fmt.Sprintf("/proc/%d/%s", init, file)); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("open /proc/INIT/%s: got %v, want permission denied", file, err)
		}
	}
}

// spawnReadable spawns with an init whose memory may be read.
func (b *bench) spawnReadable(spec Spec) (init int) {
	b.tb.Helper()
	spec.visibleInit = true
	init, err := b.launch(spec, Compile(spec))
	if err != nil {
		b.tb.Fatal(err)
	}
	b.started(spec.Token)
	if contained {
		return b.settled(spec)
	}
	return init
}

// Even root finds no secret in an init: it has dropped the script.
func TestNoSecretInTheMemoryOfTheInit(t *testing.T) {
	b := newBench(t)
	init := b.spawnReadable(b.shellWithSecret())
	eventually(t, "the init has dropped its script", func() bool {
		maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", init))
		return err == nil && !bytes.Contains(maps, []byte(fmt.Sprintf("%08x-", script.Base)))
	})
	if memory := memoryOf(t, init); bytes.Contains(memory, []byte(secret)) {
		t.Errorf("the secret is in the %d bytes of the init", len(memory))
	} else if !bytes.Contains(memory, []byte("app.api")) {
		t.Errorf("not even its argument is in the %d bytes of the init", len(memory))
	}
}

func memoryOf(t *testing.T, pid int) []byte {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	var all []byte
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err != nil {
			t.Fatal(err)
		}
		part := make([]byte, to-from)
		n, _ := mem.ReadAt(part, int64(from)) // what the kernel maps cannot all be read
		all = append(all, part[:n]...)
	}
	return all
}

func TestInitIsSmall(t *testing.T) {
	b := newBench(t)
	init := b.spawnReadable(b.shell("sleep 1000"))
	var kib int
	eventually(t, "at most 16 KiB of private memory", func() bool {
		kib = 0
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", init))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(rollup)) {
			if fields := strings.Fields(line); strings.HasPrefix(line, "Private_") {
				n, _ := strconv.Atoi(fields[1])
				kib += n
			}
		}
		return kib <= 16
	})
	status := statusOf(init)
	t.Logf("private %d KiB, page tables %s, threads %s, interpreter %d bytes", kib, status["VmPTE"], status["Threads"], len(interpreter))
	if status["Threads"] != "1" {
		t.Errorf("%s threads", status["Threads"])
	}
}

// The address can be bound again as soon as the program is gone, although its init lives on for a daemon.
func TestInitHoldsNoSocket(t *testing.T) {
	b := newBench(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	spec := b.shell("(exec sleep 1000 3>&-) & exit 0")
	spec.Files = []*os.File{socket}
	token, _ := b.spawn(spec)
	socket.Close()
	listener.Close()
	b.mainExited(token)
	eventually(t, "the address is free", func() bool {
		again, err := net.Listen("tcp", listener.Addr().String())
		if err != nil {
			return false
		}
		again.Close()
		return true
	})
	if tree, err := b.Tree(token); err != nil || len(tree.Processes) != 1 || tree.Main != 0 {
		t.Errorf("tree %+v, %v; want one daemon", tree, err)
	}
}

func TestInitIgnoresSignals(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.sleeper())
	b.started(token)
	for sig := syscall.Signal(1); sig < 65; sig++ {
		if sig != syscall.SIGKILL && sig != syscall.SIGSTOP {
			if err := syscall.Kill(init, sig); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := b.Signal(token, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := b.mainExited(token).Status; status.String() != "SIGTERM" {
		t.Errorf("main process ended with %s", status)
	}
	b.empty(token)
}

func TestDaemonStaysInItsTree(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.shell("setsid sh -c 'setsid env -i sleep 1000 & exit 7' & exit 0"))
	b.mainExited(token)
	await(b, token, func(e Exited) bool { return e.Status.String() == "exit 7" })
	var tree Tree
	eventually(t, "only the daemon is left", func() bool {
		tree, _ = b.Tree(token)
		return len(tree.Processes) == 1
	})
	if tree.Init != init {
		t.Errorf("got %+v", tree)
	}
	for _, pid := range []int{tree.PIDs()[0], init} {
		if found, ok := b.Lookup(pid); !ok || found != token {
			t.Errorf("lookup of %d: %d, %v", pid, found, ok)
		}
	}
	for _, pid := range []int{1, os.Getpid(), 1 << 30} {
		if found, ok := b.Lookup(pid); ok {
			t.Errorf("lookup of %d: found in tree %d", pid, found)
		}
	}
	if err := b.SignalAll(token, syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	exited := await(b, token, func(e Exited) bool { return e.Status.String() == "SIGUSR1" })
	if exited.PID != tree.PIDs()[0] && !contained || exited.Main {
		t.Errorf("got %+v", exited)
	}
	b.empty(token)
}

func TestExitFile(t *testing.T) {
	b := newBench(t)
	spec := b.shell("sh -c 'sleep 0.05; exit 5' & exit 6")
	token, _ := b.spawn(spec)
	b.empty(token)
	main := b.started(token).PID
	records := readExitFile(spec.ExitFile)
	if len(records) < 3 {
		t.Fatalf("got %+v", records)
	}
	last := records[len(records)-1]
	want := []record{
		{seq: 0, kind: kindStarted, pid: main},
		{seq: 1, kind: kindMainExited, pid: main, status: 6 << 8},
		{seq: 2, kind: kindExited, pid: last.pid, status: 5 << 8},
	}
	if contained {
		want = []record{
			{seq: 0, kind: kindHandedOver, pid: records[0].pid},
			{seq: 1, kind: kindStarted, pid: firstInside, op: main},
			{seq: 2, kind: kindMainExited, pid: firstInside, op: main, status: 6 << 8},
			{seq: 3, kind: kindExited, pid: last.pid, op: main, status: 5 << 8},
		}
	}
	if len(records) != len(want) {
		t.Fatalf("got %+v", records)
	}
	for i := range want {
		want[i].token = token ^ b.salt
		if records[i] != want[i] {
			t.Errorf("record %d is %+v, want %+v", i, records[i], want[i])
		}
	}
	if info, err := os.Stat(spec.ExitFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the exit file: %v, %v", info.Mode(), err)
	}
}

// A program that forks for ever must not fill the disk; what is known of the main process is kept.
func TestExitFileIsBounded(t *testing.T) {
	b := newBench(t)
	spec := b.shell("(i=0; while [ $i -lt 1500 ]; do (: &); i=$((i+1)); done; exit 9) & exit 4")
	token, _ := b.spawn(spec)
	await(b, token, func(e Exited) bool { return e.Status.String() == "exit 9" })
	b.empty(token)
	records := readExitFile(spec.ExitFile)
	if len(records) > 1024 || records[0].kind != kindMainExited || records[0].status != 4<<8 {
		t.Errorf("%d records, the first %+v", len(records), records[0])
	}
	exits := 0
	for _, e := range b.of(token) {
		if _, ok := e.(Exited); ok {
			exits++
		}
	}
	if exits != 1502 {
		t.Errorf("%d exits told, want 1502", exits)
	}
}

// The exit file of a tree may hold what an earlier one wrote, even one of an earlier manager with its token.
func TestExitFileThatWasUsedBefore(t *testing.T) {
	b := newBench(t)
	spec := b.sleeper()
	stale := appendRecord(nil, record{token: spec.Token, seq: 5, kind: kindMainExited, pid: 1})
	if err := os.WriteFile(spec.ExitFile, bytes.Repeat(stale, exitFileLimit/recordSize), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		token, init := b.spawn(spec)
		main := b.started(token).PID
		if err := errors.Join(syscall.Kill(main, syscall.SIGSTOP), syscall.Kill(init, syscall.SIGKILL)); err != nil {
			t.Fatal(err)
		}
		_ = syscall.Kill(main, syscall.SIGKILL) // in a pid namespace it is gone by now
		if exited := b.mainExited(token); exited.PID != main {
			t.Errorf("got %+v", exited)
		}
		b.empty(token)
		if records := readExitFile(spec.ExitFile); i == 1 && len(records) > 3 {
			t.Errorf("%d records: the file was not begun again", len(records))
		}
		spec.Token++
	}
}

func TestWithoutExitFile(t *testing.T) {
	b := newBench(t)
	spec := b.spec("exit", "3")
	spec.ExitFile = ""
	token, _ := b.spawn(spec)
	b.empty(token)
	if status := b.mainExited(token).Status; status.String() != "exit 3" {
		t.Errorf("got %s", status)
	}
}

// A program that ends at once does so before its init can say much; the order of events holds all the same.
func TestOrderOfEvents(t *testing.T) {
	b := newBench(t)
	var tokens []uint64
	for range 50 {
		spec := b.spec()
		spec.Path, spec.Args = "/bin/true", []string{"true"}
		token, _ := b.spawn(spec)
		tokens = append(tokens, token)
	}
	for _, token := range tokens {
		b.empty(token)
		events := b.of(token)
		if len(events) != 3 {
			t.Fatalf("events %v", events)
		}
		started, ok1 := events[0].(Started)
		exited, ok2 := events[1].(Exited)
		_, ok3 := events[2].(Empty)
		if !ok1 || !ok2 || !ok3 || !exited.Main || exited.PID != started.PID || exited.Status != 0 {
			t.Fatalf("events %v", events)
		}
	}
	eventually(t, "that all inits are reaped", func() bool {
		b.Table.mu.Lock()
		defer b.Table.mu.Unlock()
		return len(b.inits) == 0
	})
}

func TestKilledInit(t *testing.T) {
	onlyProcessTier(t)
	b := newBench(t)
	spec := b.shell("setsid sleep 1000 & sleep 1000; exit 5")
	token, init := b.spawn(spec)
	main := b.started(token).PID
	var before Tree
	eventually(t, "three processes", func() bool {
		before, _ = b.Tree(token)
		return len(before.Processes) == 3
	})
	if err := syscall.Kill(init, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var after Tree
	eventually(t, "the init is gone and its children are here", func() bool {
		after, _ = b.Tree(token)
		return after.Init == 0 && len(after.Processes) == 3
	})
	if after.Main != main {
		t.Errorf("main process %d, want %d", after.Main, main)
	}
	for _, pid := range after.PIDs() {
		if found, ok := b.Lookup(pid); !ok || found != token {
			t.Errorf("lookup of %d: %d, %v", pid, found, ok)
		}
	}
	if err := b.Signal(token, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if exited := b.mainExited(token); exited.Status.String() != "SIGTERM" {
		t.Errorf("main process: %+v", exited)
	}
	// The sleeper that the shell waited for and the one in its own session have lost their parent, too.
	eventually(t, "two are left", func() bool {
		after, _ = b.Tree(token)
		return len(after.Processes) == 2
	})
	if left, err := b.Kill(t.Context(), token); err != nil {
		t.Errorf("kill: %v, left %v", err, left)
	}
	b.empty(token)
}

// The program is told although the manager does not know yet that its init is dead.
func TestSignalBeforeTheEndOfTheInitIsKnown(t *testing.T) {
	onlyProcessTier(t)
	b := newBench(t)
	token, init := b.spawn(b.sleeper())
	main := b.started(token).PID
	b.Table.mu.Lock()
	err := syscall.Kill(init, syscall.SIGKILL)
	eventually(t, "the program has another parent", func() bool {
		m, err := procfs.Stat(main)
		return err == nil && m.Parent == os.Getpid()
	})
	err = errors.Join(err, b.Table.trees[token].signalMain(syscall.SIGTERM))
	b.Table.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	if exited := b.mainExited(token); exited.Status.String() != "SIGTERM" {
		t.Errorf("main process: %+v", exited)
	}
	b.empty(token)
}

func TestInitAndMainKilledTogether(t *testing.T) {
	b := newBench(t)
	for range 20 {
		token, init := b.spawn(b.shell("sleep 1000 & wait"))
		main := b.started(token).PID
		b.Table.mu.Lock() // so that the reaper sees both at once
		errs := []error{syscall.Kill(main, syscall.SIGSTOP), syscall.Kill(init, syscall.SIGKILL)}
		if err := syscall.Kill(main, syscall.SIGKILL); !contained { // else it may have ended with its init
			errs = append(errs, err)
		}
		time.Sleep(time.Millisecond)
		b.Table.mu.Unlock()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		// An init may reap its program with its own last breath: then nobody knows the status.
		if exited := b.mainExited(token); exited.PID != main || exited.Status.String() != "SIGKILL" && exited.Status != Lost {
			t.Errorf("main process: %+v", exited)
		}
		if left, err := b.Kill(t.Context(), token); err != nil {
			t.Errorf("kill: %v, left %v", err, left)
		}
		b.empty(token)
	}
}

// An init that is killed before its program has started leaves a program nobody told of.
func TestInitKilledAtOnce(t *testing.T) {
	b := newBench(t)
	for i := range 60 {
		token, init := b.spawn(b.sleeper())
		time.Sleep(time.Duration(i) * 10 * time.Microsecond)
		if err := syscall.Kill(init, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if left, err := b.Kill(t.Context(), token); err != nil {
			t.Fatalf("kill: %v, left %v", err, left)
		}
		b.empty(token)
		switch event := b.of(token)[0].(type) {
		case ExecFailed:
			if event.Err.Error() != "spawn app.api: its init ended (SIGKILL) before the program had started" {
				t.Errorf("got %v", event.Err)
			}
		case Started:
			b.mainExited(token)
		default:
			t.Errorf("events %v", b.of(token))
		}
	}
}
