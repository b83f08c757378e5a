package process

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"

	"unitd/internal/procfs"
)

// other gives the one process of a tree beside its main process.
func (b *bench) other(token uint64) (pid int) {
	b.tb.Helper()
	eventually(b.tb, "the tree has two processes", func() bool {
		tree, err := b.Tree(token)
		if err != nil {
			b.tb.Fatal(err)
		}
		others := slices.DeleteFunc(tree.PIDs(), func(pid int) bool { return pid == tree.Main })
		if len(others) == 1 && tree.Main != 0 {
			pid = others[0]
		}
		return pid != 0
	})
	return pid
}

// The end of the new main process is that of the main process, and signals go to it.
func TestSetMain(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.shell("sleep 1000 & read forever </dev/zero; sleep 1001"))
	old := b.started(token).PID
	pid := b.other(token)
	if err := b.SetMain(token, pid); err != nil {
		t.Fatal(err)
	}
	if tree, err := b.Tree(token); err != nil || tree.Main != pid {
		t.Errorf("the tree is %+v, %v", tree, err)
	}
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if e := await(b, token, func(e Exited) bool { return e.PID == old }); e.Main {
		t.Error("the end of the old main process is told as that of the main process")
	}
	eventually(t, "the new one is signaled", func() bool { return b.Signal(token, syscall.SIGUSR1) == nil })
	if e := b.mainExited(token); e.PID != pid || e.Status.String() != "SIGUSR1" {
		t.Errorf("told is %+v", e)
	}
	b.empty(token)
	if err := b.SetMain(token, pid); !errors.Is(err, ErrGone) {
		t.Errorf("of a tree that is gone: %v", err)
	}
}

// A program may name another process before it is known that it has started, and end at once.
func TestSetMainBeforeTheStartIsKnown(t *testing.T) {
	b := newBench(t)
	b.collecting.Lock()
	token, init := b.spawn(b.shell("sleep 1000 & read forever </dev/zero; sleep 1001"))
	var old, pid int
	eventually(t, "both are there", func() bool {
		for _, p := range (roots{init: init}).walk() {
			if p.Parent == init {
				old = p.PID
			} else {
				pid = p.PID
			}
		}
		return old != 0 && pid != 0
	})
	if found, ok := b.Lookup(pid); !ok || found != token {
		t.Errorf("its child is of tree %d, %v", found, ok)
	}
	if err := b.SetMain(token, pid); err != nil {
		t.Error(err)
	}
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	eventually(t, "the first process has ended", func() bool {
		p, err := procfs.Stat(old)
		return err != nil || !p.Alive()
	})
	b.collecting.Unlock()
	if e := b.started(token); e.PID != old {
		t.Errorf("told of its start is %+v", e)
	}
	if e := await(b, token, func(e Exited) bool { return e.PID == old }); e.Main {
		t.Error("the end of the old main process is told as that of the main process")
	}
	eventually(t, "the new one is signaled", func() bool { return b.Signal(token, syscall.SIGUSR1) == nil })
	if e := b.mainExited(token); e.PID != pid {
		t.Errorf("told is %+v", e)
	}
	b.empty(token)
}

func TestSetMainToForeign(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.sleeper())
	main := b.started(token).PID
	neighbour, _ := b.spawn(b.sleeper())
	for _, pid := range []int{os.Getpid(), os.Getppid(), 1, 0, -1, init, b.started(neighbour).PID} {
		if err := b.SetMain(token, pid); !errors.Is(err, ErrForeign) {
			t.Errorf("pid %d: %v, want ErrForeign", pid, err)
		}
	}
	if tree, err := b.Tree(token); err != nil || tree.Main != main {
		t.Errorf("the tree is %+v, %v", tree, err)
	}
}

// A number that a process in a pid namespace of its own gives is another one on the host.
func TestTranslate(t *testing.T) {
	if err := exec.Command("unshare", "-Urpf", "true").Run(); err != nil {
		t.Skip("no pid namespaces for this account here:", err)
	}
	b := newBench(t)
	token, _ := b.spawn(b.shell("exec unshare -Urpf sh -c 'sleep 1000; true'"))
	b.started(token)
	var tree Tree
	eventually(t, "unshare, sh and sleep run", func() bool {
		var err error
		if tree, err = b.Tree(token); err != nil {
			t.Fatal(err)
		}
		return len(tree.Processes) == 3 && len(numbers(tree.PIDs()[2])) == len(numbers(tree.Main))+1
	})
	shell, sleep := tree.PIDs()[1], tree.PIDs()[2]
	for number, want := range map[int]int{1: shell, 2: sleep} {
		if got, err := b.Translate(token, shell, number); got != want || err != nil {
			t.Errorf("%d is %d, %v; want %d", number, got, err, want)
		}
	}
	if _, err := b.Translate(token, shell, sleep); !errors.Is(err, ErrGone) {
		t.Errorf("a number that the namespace does not have: %v", err)
	}
	outside := numberAt(sleep, len(numbers(tree.Main)))
	if got, err := b.Translate(token, tree.Main, outside); got != sleep || err != nil {
		t.Errorf("from outside %d is %d, %v; want %d", outside, got, err, sleep)
	}
	const gone = 1 << 30 // is no pid; who has ended was in the namespace of the tree
	if got, err := b.Translate(token, gone, outside); got != sleep || err != nil {
		t.Errorf("from one that has ended %d is %d, %v; want %d", outside, got, err, sleep)
	}
}

// A main process may name its successor and end at once: what is heard before its end is told still counts, however
// the two come in.
func TestSuccessorNamedWithLastWords(t *testing.T) {
	b := newBench(t)
	var mu sync.Mutex
	successors := map[uint64]int{}
	b.collecting.Lock()
	b.Before(func([]uint64) {
		mu.Lock()
		defer mu.Unlock()
		for token, pid := range successors {
			if err := b.SetMain(token, pid); err != nil {
				t.Errorf("set main of tree %d: %v", token, err)
			}
			delete(successors, token)
		}
	})
	b.collecting.Unlock()
	for range 20 {
		token, _ := b.spawn(b.shell("sleep 1000 & read forever </dev/zero; sleep 1001"))
		old := b.started(token).PID
		pid := b.other(token)
		mu.Lock()
		successors[token] = pid
		mu.Unlock()
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if e := await(b, token, func(e Exited) bool { return e.PID == old }); e.Main {
			t.Fatal("the end of the old main process is told as that of the main process")
		}
		eventually(t, "the new one is signaled", func() bool { return b.Signal(token, syscall.SIGUSR1) == nil })
		if e := b.mainExited(token); e.PID != pid {
			t.Errorf("told is %+v", e)
		}
		b.empty(token)
	}
}
