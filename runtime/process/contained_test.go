package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// onlyNamespaceTier skips a test of what only pid namespaces give.
func onlyNamespaceTier(t *testing.T) {
	t.Helper()
	if !contained {
		t.Skip("the tier process does not give this")
	}
}

const daemons = "for i in $(seq 40); do (setsid env -i /bin/sh -c '/bin/sleep 1000 & exec /bin/sleep 1000' &); done; "

func TestNamespaceEndsWithItsInit(t *testing.T) {
	onlyNamespaceTier(t)
	b := newBench(t)
	neighbour, _ := b.spawn(b.sleeper())
	b.started(neighbour)
	token, init := b.spawn(b.shell(daemons + "exec sleep 1000"))
	main := b.started(token).PID
	var tree Tree
	eventually(t, "80 daemons", func() bool {
		tree, _ = b.Tree(token)
		return len(tree.Processes) == 81
	})
	if err := syscall.Kill(init, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if exited := b.mainExited(token); exited.PID != main || exited.Status.String() != "SIGKILL" {
		t.Errorf("got %+v", exited)
	}
	b.empty(token)
	for _, pid := range tree.PIDs() {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d outlived its namespace: %v", pid, err)
		}
	}
	if _, err := b.Tree(neighbour); err != nil {
		t.Errorf("the neighbour: %v", err)
	}
}

// Who starts the init is killed at any moment; nothing is left of what it may have started.
func TestKilledBeforeTheInitIsThere(t *testing.T) {
	onlyNamespaceTier(t)
	b := newBench(t)
	for i := range 80 {
		spec := b.sleeper()
		launcher, err := b.Spawn(spec)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * 10 * time.Microsecond)
		b.Table.mu.Lock() // so that it is not collected meanwhile
		if b.inits[launcher] != nil {
			err = syscall.Kill(launcher, syscall.SIGKILL)
		}
		b.Table.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		b.kill(spec.Token)
	}
	if left := children(os.Getpid(), 2); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

func TestInitIsOutOfReach(t *testing.T) {
	onlyNamespaceTier(t)
	b := newBench(t)
	token, init := b.spawn(b.spec("attack", strconv.Itoa(os.Getpid())))
	if status := b.mainExited(token).Status; status != 0 {
		t.Errorf("ended with %s: %s", status, b.written())
	}
	b.empty(token)
	if init == 0 || b.written() != "did not get through\n" {
		t.Errorf("init %d; the program wrote %q", init, b.written())
	}
}

// attack does to its init what it can.
func attack(args []string) {
	manager, _ := strconv.Atoi(args[0])
	got := func(what string, err error) {
		if err == nil {
			fmt.Println("got through:", what)
			exit(1)
		}
	}
	for _, file := range []string{"environ", "mem", "maps", "fd/1", "ns/pid", "cwd"} {
		_, err := os.Open("/proc/1/" + file)
		got("open /proc/1/"+file, err)
	}
	got("ptrace", unix.PtraceAttach(1))
	_ = syscall.Kill(1, syscall.SIGKILL) // is not refused, it has no effect
	got("signal the manager", syscall.Kill(manager, 0))
	got("mount", unix.Mount("none", "/tmp", "tmpfs", 0, ""))
	got("unmount", unix.Unmount("/proc", unix.MNT_DETACH))
	got("become root", syscall.Setuid(0))
	got("open a privileged file", func() error { _, err := os.Open("/proc/1/root/etc/shadow"); return err }())
	entries, err := os.ReadDir("/proc")
	if err != nil {
		got("list /proc", nil)
	}
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && pid != 1 && pid != os.Getpid() {
			got("see process "+entry.Name(), nil)
		}
	}
	if statusOf(os.Getpid())["CapEff"] != "0000000000000000" {
		got("keep capabilities", nil)
	}
	fmt.Println("did not get through")
}

func TestJoin(t *testing.T) {
	onlyNamespaceTier(t)
	b := newBench(t)
	token, init := b.spawn(b.shell("sleep 1000 & wait"))
	main := b.started(token).PID
	hook := b.shell(`test "$(cat /proc/2/comm)" = sh && kill -0 2 && echo inside && exit 7`)
	hook.Namespaces, hook.Join = nil, token
	joined, hookInit := b.spawn(hook)
	exited := b.mainExited(joined)
	if exited.Status.String() != "exit 7" || b.written() != "inside\n" {
		t.Errorf("%s, wrote %q", exited.Status, b.written())
	}
	if exited.PID == 0 || exited.PID == main || exited.PID != b.started(joined).PID || hookInit == init {
		t.Errorf("hook %+v, its init %d; main %d, its init %d", exited, hookInit, main, init)
	}
	b.empty(joined)
	if tree, err := b.Tree(token); err != nil || len(tree.Processes) != 2 || tree.Main != main {
		t.Errorf("the unit is %+v, %v", tree, err)
	}
	b.kill(token)
	if _, err := b.Spawn(hook); !errors.Is(err, ErrGone) {
		t.Errorf("join what is gone: %v", err)
	}
}

// Of what a hook has left behind nothing stays, and nothing else goes.
func TestKillJoined(t *testing.T) {
	onlyNamespaceTier(t)
	b := newBench(t)
	token, _ := b.spawn(b.sleeper())
	b.started(token)
	hook := b.shell(daemons + "exit 0")
	hook.Namespaces, hook.Join = nil, token
	joined, hookInit := b.spawn(hook)
	b.mainExited(joined)
	eventually(t, "80 daemons", func() bool {
		tree, _ := b.Tree(joined)
		return len(tree.Processes) == 80
	})
	if found, ok := b.Lookup(hookInit); !ok || found != joined {
		t.Errorf("lookup of its init: %d, %v", found, ok)
	}
	b.kill(joined)
	if tree, err := b.Tree(token); err != nil || len(tree.Processes) != 1 {
		t.Errorf("the unit is %+v, %v", tree, err)
	}
}

// The main process may end because of what a hook does (`app shutdown`); the hook goes on.
func TestJoinedOutlivesTheMainProcess(t *testing.T) {
	onlyNamespaceTier(t)
	b := newBench(t)
	token, init := b.spawn(b.sleeper())
	b.started(token)
	goOn := filepath.Join(b.dir, "go-on")
	if err := unix.Mkfifo(goOn, 0o600); err != nil {
		t.Fatal(err)
	}
	hook := b.shell("kill 2; read line <" + goOn + "; exit 4")
	hook.Namespaces, hook.Join = nil, token
	joined, _ := b.spawn(hook)
	if status := b.mainExited(token).Status; status.String() != "SIGTERM" {
		t.Errorf("main process: %s", status)
	}
	eventually(t, "the init waits for the hook", func() bool {
		wchan, err := os.ReadFile(fmt.Sprintf("/proc/%d/wchan", init))
		return err == nil && strings.Contains(string(wchan), "nanosleep")
	})
	if err := os.WriteFile(goOn, []byte("\n"), 0); err != nil {
		t.Fatal(err)
	}
	if status := b.mainExited(joined).Status; status.String() != "exit 4" {
		t.Errorf("hook: %s", status)
	}
	b.empty(joined)
	b.empty(token)
}
