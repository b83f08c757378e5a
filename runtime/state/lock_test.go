package state

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestOneManagerPerDirectory(t *testing.T) {
	directory := t.TempDir()
	if pid, running := Holder(directory); running {
		t.Fatalf("nobody, but pid %d holds it", pid)
	}
	lock, err := TakeLock(directory)
	if err != nil {
		t.Fatal(err)
	}
	if pid, running := Holder(directory); pid != os.Getpid() || !running {
		t.Errorf("Holder: %d, %v", pid, running)
	}
	_, err = TakeLock(directory)
	var running *RunningError
	if want := fmt.Sprintf("already running (pid %d)", os.Getpid()); !errors.As(err, &running) || running.PID != os.Getpid() || err.Error() != want {
		t.Errorf("a second lock: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if pid, running := Holder(directory); pid != 0 || running {
		t.Errorf("Holder after the release: %d, %v", pid, running)
	}
	again, err := TakeLock(directory)
	if err != nil {
		t.Fatal(err)
	}
	again.Release()
}

func TestLockEndsWithItsProcess(t *testing.T) {
	directory := t.TempDir()
	child := exec.Command("/proc/self/exe")
	child.Env = append(os.Environ(), lockChild+"="+directory)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	if !lines.Scan() || lines.Text() != "locked" {
		t.Fatalf("the child said %q", lines.Text())
	}
	if pid, running := Holder(directory); pid != child.Process.Pid || !running {
		t.Errorf("Holder: %d, %v; want %d", pid, running, child.Process.Pid)
	}
	_, err = TakeLock(directory)
	if running := (*RunningError)(nil); !errors.As(err, &running) || running.PID != child.Process.Pid {
		t.Errorf("TakeLock: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	lock, err := TakeLock(directory)
	if err != nil {
		t.Fatalf("after kill -9: %v", err)
	}
	lock.Release()
}

// A lock that outlives its manager for a moment, since something that this has started has not been executed yet, is waited
// for by who takes it and by who asks.
func TestLockOfAManagerThatHasJustDied(t *testing.T) {
	for name, ask := range map[string]func(string) error{
		"take": func(directory string) error {
			lock, err := TakeLock(directory)
			if err == nil {
				err = lock.Release()
			}
			return err
		},
		"ask": func(directory string) error {
			if pid, running := Holder(directory); running {
				return &RunningError{PID: pid}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			lock, err := TakeLock(directory)
			if err != nil {
				t.Fatal(err)
			}
			dead := exec.Command("true")
			if err := dead.Run(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(lock.file.Name(), fmt.Appendf(nil, "%d\n", dead.Process.Pid), 0o600); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(3*lockPatience, func() { lock.file.Close() })
			if err := ask(directory); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAskingDoesNotDisturbTakers(t *testing.T) {
	directory := t.TempDir()
	lock, err := TakeLock(directory)
	if err != nil {
		t.Fatal(err)
	}
	lock.Release()
	done := make(chan struct{})
	var askers sync.WaitGroup
	askers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				Holder(directory)
			}
		}
	})
	for range 100 {
		lock, err := TakeLock(directory)
		if err != nil {
			t.Errorf("while others ask: %v", err)
			break
		}
		lock.Release()
	}
	close(done)
	askers.Wait()
}

func TestLockIsNotInherited(t *testing.T) {
	lock, err := TakeLock(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	if flags, err := unix.FcntlInt(lock.file.Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("flags %#x, %v", flags, err)
	}
}

func TestHolderIsQuick(t *testing.T) {
	directory := t.TempDir()
	lock, err := TakeLock(directory)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	best := time.Hour
	for range 20 {
		begun := time.Now()
		Holder(directory)
		best = min(best, time.Since(begun))
	}
	if best > 5*time.Millisecond {
		t.Errorf("asking takes %v", best)
	}
}

func TestLockErrors(t *testing.T) {
	if _, err := TakeLock(t.TempDir() + "/no"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	directory := t.TempDir()
	symlink(t, directory+"/elsewhere", directory+"/lock")
	if _, err := TakeLock(directory); !errors.Is(err, unix.ELOOP) {
		t.Errorf("a symlink: %v", err)
	}
}
