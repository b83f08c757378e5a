package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/internal/procfs"
)

func (b *bench) kill(token uint64) time.Duration {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	begin := time.Now()
	if left, err := b.Kill(ctx, token); err != nil {
		b.tb.Fatalf("%v, left %v", err, left)
	}
	took := time.Since(begin)
	b.empty(token)
	return took
}

func TestKill200(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.shell("for i in $(seq 200); do sleep 1000 & done; wait"))
	eventually(t, "201 processes", func() bool {
		tree, err := b.Tree(token)
		return err == nil && len(tree.Processes) == 201
	})
	t.Logf("took %v", b.kill(token))
}

func TestKillWhatIgnoresSignals(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.spec("ignore-term"))
	eventually(t, "it ignores SIGTERM", func() bool { return strings.Contains(b.written(), "ignoring") })
	if err := b.Signal(token, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := b.SignalAll(token, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	b.kill(token)
	if status := b.mainExited(token).Status; status.String() != "SIGKILL" {
		t.Errorf("ended with %s", status)
	}
}

func TestKillWhatLooksLikeAZombie(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.spec("headless"))
	main := b.started(token).PID
	eventually(t, "its first thread has ended", func() bool { return strings.HasPrefix(statusOf(main)["State"], "Z") })
	if tree, err := b.Tree(token); err != nil || len(tree.Processes) != 1 {
		t.Errorf("tree %+v, %v", tree, err)
	}
	b.kill(token)
}

// Programs that flee: each process only starts the next one, in the same process group or a new session.
func TestKillWalkers(t *testing.T) {
	for name, next := range map[string]string{"in one group": `"$0" &`, "in new sessions": `setsid "$0" &`} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			spec := b.shell("")
			path := filepath.Join(b.dir, "walker")
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"+next+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			spec.Path, spec.Args = path, []string{path}
			token, _ := b.spawn(spec)
			b.mainExited(token)
			t.Logf("took %v", b.kill(token))
		})
	}
}

func TestKillStorm(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.shell("while :; do setsid sh -c 'while :; do sleep 1000 & sleep 0.01; done' & sleep 0.01; done"))
	eventually(t, "200 processes", func() bool {
		tree, err := b.Tree(token)
		return err == nil && len(tree.Processes) >= 200
	})
	t.Logf("took %v", b.kill(token))
}

func TestKillWithStoppedInit(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.sleeper())
	b.started(token)
	if err := syscall.Kill(init, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	b.kill(token)
}

func TestKillBeforeTheProgramHasStarted(t *testing.T) {
	b := newBench(t)
	for range 20 {
		token, _ := b.spawn(b.sleeper())
		b.kill(token)
	}
}

func TestKillTellsWhatIsLeft(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.sleeper())
	main := b.started(token).PID
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// With the reaper held, the tree cannot become empty in time.
	b.collecting.Lock()
	_, err := b.Kill(ctx, token)
	b.collecting.Unlock()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	b.empty(token)
	if exited := b.mainExited(token); exited.PID != main {
		t.Errorf("got %+v", exited)
	}
	if left, err := b.Kill(t.Context(), token); err != nil || left != nil {
		t.Errorf("kill of a tree that is gone: %v, left %v", err, left)
	}
}

func TestSignalWaitsForTheProgram(t *testing.T) {
	b := newBench(t)
	for range 20 {
		token, _ := b.spawn(b.sleeper())
		if err := b.Signal(token, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		if status := b.mainExited(token).Status; status.String() != "SIGINT" {
			t.Errorf("ended with %s", status)
		}
		b.empty(token)
	}
}

func TestSignalToWhatIsGone(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.shell("sleep 1000 & exit 0"))
	b.mainExited(token)
	if err := b.Signal(token, syscall.SIGTERM); !errors.Is(err, ErrGone) {
		t.Errorf("main process has ended: got %v", err)
	}
	b.kill(token)
	_, errTree := b.Tree(token)
	for _, err := range []error{b.Signal(token, syscall.SIGTERM), b.SignalAll(token, syscall.SIGTERM), errTree} {
		if !errors.Is(err, ErrGone) {
			t.Errorf("tree is gone: got %v", err)
		}
	}
}

// Whoever is there all the time is told, however many come and go beside.
func TestSignalAllMissesNobody(t *testing.T) {
	b := newBench(t)
	for range 20 {
		token, _ := b.spawn(b.shell("for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; while :; do sleep 0; done"))
		b.started(token)
		var sleepers []int
		eventually(t, "all are there", func() bool {
			sleepers = sleepers[:0]
			tree, _ := b.Tree(token)
			for _, pid := range tree.PIDs() {
				if command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); string(command) == "sleep\x001000\x00" {
					sleepers = append(sleepers, pid)
				}
			}
			return len(sleepers) == 8
		})
		if err := b.SignalAll(token, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		eventually(t, "all are gone", func() bool {
			for _, pid := range sleepers {
				if m, err := procfs.Stat(pid); err == nil && m.Alive() {
					return false
				}
			}
			return true
		})
		if left, err := b.Kill(t.Context(), token); err != nil {
			t.Fatalf("kill: %v, left %v", err, left)
		}
		b.empty(token)
	}
}

// A program may have forked before the manager knows that it has started.
func TestSignalAllWaitsForTheProgram(t *testing.T) {
	b := newBench(t)
	b.Table.collecting.Lock() // so that nothing is known of it
	token, init := b.spawn(b.shell("sleep 1000 & sleep 1000"))
	var sleepers []procfs.Process
	eventually(t, "both are there", func() bool {
		sleepers = roots{init: init}.walk()
		return len(sleepers) == 3
	})
	err := b.SignalAll(token, syscall.SIGTERM)
	b.Table.collecting.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	b.mainExited(token)
	b.empty(token)
}

// A program that is not dumpable belongs to root in /proc, and may not be seen there at all.
func TestKillWhatCannotBeSeen(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.spec("undumpable"))
	eventually(t, "it and its daemon are not dumpable", func() bool { return strings.Count(b.written(), "undumpable") == 2 })
	main := b.started(token).PID
	if found, ok := b.Lookup(main); !ok || found != token || b.Foreign(main) {
		t.Errorf("lookup of what cannot be seen: %d, %v; foreign: %v", found, ok, b.Foreign(main))
	}
	if err := b.Signal(token, syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if status := b.mainExited(token).Status; status.String() != "SIGTERM" {
		t.Errorf("ended with %s", status)
	}
	b.kill(token)
}
