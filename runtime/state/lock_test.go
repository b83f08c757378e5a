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

	"unitd/internal/procfs"
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
			if err := os.WriteFile(lock.paths[0], fmt.Appendf(nil, "%d\n", dead.Process.Pid), 0o600); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(3*lockPatience, func() { lock.files[0].Close() })
			if err := ask(directory); err != nil {
				t.Error(err)
			}
		})
	}
}

// One that is being killed is as good as dead, though it has its lock still, and threads that run.
func TestLockOfAManagerThatIsBeingKilled(t *testing.T) {
	directory := t.TempDir()
	lock, err := TakeLock(directory)
	if err != nil {
		t.Fatal(err)
	}
	dying := exec.Command("/proc/self/exe")
	dying.Env = append(os.Environ(), endingChild+"=1")
	input, err := dying.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := dying.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		input.Close()
		_ = dying.Wait() // it has ended by itself
	}()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		p, err := procfs.Stat(dying.Process.Pid)
		if err == nil && p.State == 'Z' && p.Threads > 1 {
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the first thread has not ended alone: %+v, %v", p, err)
		}
	}
	if err := os.WriteFile(lock.paths[0], fmt.Appendf(nil, "%d\n", dying.Process.Pid), 0o600); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(3*lockPatience, func() { lock.files[0].Close() })
	if pid, running := Holder(directory); running {
		t.Errorf("pid %d is said to run", pid)
	}
	next, err := TakeLock(directory)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Release(); err != nil {
		t.Error(err)
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
	if flags, err := unix.FcntlInt(lock.files[0].Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
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

// A directory of a lock that is removed with all that is in it frees nothing: who comes then is told so, by the other one, and
// has the lock only when its holder has gone. The holder puts the file back.
func TestLockOfARemovedDirectory(t *testing.T) {
	elsewhere, err := os.MkdirTemp("/dev/shm", "unitd-lock-")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(elsewhere) })
	for name, second := range map[string]string{"one file system": t.TempDir(), "two": elsewhere} {
		t.Run(name, func(t *testing.T) {
			both := []string{t.TempDir(), second}
			lock, err := TakeLock(both...)
			if err != nil {
				t.Fatal(err)
			}
			refused := func() {
				t.Helper()
				if pid, running := Holder(both...); pid != os.Getpid() || !running {
					t.Errorf("Holder: %d, %v", pid, running)
				}
				if _, err := TakeLock(both...); !errors.As(err, new(*RunningError)) {
					t.Errorf("a second one: %v", err)
				}
			}
			for _, directory := range both {
				if err := errors.Join(os.RemoveAll(directory), os.Mkdir(directory, 0o700)); err != nil {
					t.Fatal(err)
				}
				refused()
				if err := lock.Renew(); err != nil || !lock.Whole() {
					t.Fatalf("renewed: %v, whole: %t", err, lock.Whole())
				}
				refused()
			}
			if err := lock.Release(); err != nil {
				t.Fatal(err)
			}
			if _, running := Holder(both...); running {
				t.Error("it is held after the release")
			}
		})
	}
}

// Nothing is left of a lock whose directories were all removed, until its holder makes them again.
func TestLockIsMadeAnew(t *testing.T) {
	both := []string{t.TempDir(), t.TempDir()}
	lock, err := TakeLock(both...)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	for _, directory := range both {
		if err := errors.Join(os.RemoveAll(directory), os.Mkdir(directory, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	if lock.Whole() {
		t.Error("whole without a file")
	}
	if err := lock.Renew(); err != nil || !lock.Whole() || len(lock.files) != 1 {
		t.Fatalf("renewed: %v, whole: %t, files: %d", err, lock.Whole(), len(lock.files))
	}
	if _, err := TakeLock(both...); !errors.As(err, new(*RunningError)) {
		t.Errorf("a second one: %v", err)
	}
}

// An earlier unitd had a lock of the runtime directory alone: it is found to run, and what it has left is one file with the
// other by and by.
func TestLockOfAnEarlierVersion(t *testing.T) {
	runtime, state := t.TempDir(), t.TempDir()
	earlier, err := TakeLock(runtime)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := TakeLock(runtime, state); !errors.As(err, new(*RunningError)) {
		t.Errorf("beside an earlier version: %v", err)
	}
	if err := earlier.Release(); err != nil {
		t.Fatal(err)
	}
	lock, err := TakeLock(runtime, state)
	if err != nil {
		t.Fatal(err)
	}
	if len(lock.files) != 1 || !lock.Whole() {
		t.Errorf("%d files, whole: %t", len(lock.files), lock.Whole())
	}
	kept, err := KeepLock(lock.Files(), runtime, state)
	if err != nil || !kept.Whole() {
		t.Fatalf("kept: %v, whole: %t", err, kept.Whole())
	}
	if err := kept.Release(); err != nil {
		t.Error(err)
	}
}
