package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

const (
	lockName = "lock"
	// lockPatience outlasts a Holder that is just asking, and a new holder that has not written its pid yet.
	lockPatience = 100 * time.Millisecond
	lockPause    = 2 * time.Millisecond
	// ghostPatience outlasts the lock of a manager that was killed: what it was just starting has it too, until that is
	// executed, which takes its time where the host is busy.
	ghostPatience = 2 * time.Second
)

// RunningError says that another manager has the runtime directory.
type RunningError struct {
	PID int // 0: it has not said
}

// Error is "already running (pid N)".
func (e *RunningError) Error() string {
	if e.PID == 0 {
		return "already running"
	}
	return fmt.Sprintf("already running (pid %d)", e.PID)
}

// Lock is the right to be the manager of a runtime directory. It ends with the process at the latest.
type Lock struct{ file *os.File }

// TakeLock takes the lock of runtimeDir (flock(2) on its file "lock", which then holds our pid), or
// returns a *RunningError.
func TakeLock(runtimeDir string) (*Lock, error) {
	path := filepath.Join(runtimeDir, lockName)
	for begun := time.Now(); ; <-time.After(lockPause) {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, fmt.Errorf("take lock: %w", err)
		}
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil && stillAt(path, file) {
			if err := writePID(file); err != nil {
				return nil, errors.Join(fmt.Errorf("take lock: %w", err), file.Close())
			}
			return &Lock{file: file}, nil
		}
		holder := readPID(file)
		_ = file.Close()
		if err != nil && !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("take lock %s: %w", path, err)
		}
		if waited := time.Since(begun); waited > ghostPatience || waited > lockPatience && lives(holder) {
			return nil, &RunningError{PID: holder}
		}
	}
}

// File is open as long as the lock is held, also by another program that goes on with it.
func (l *Lock) File() *os.File { return l.file }

// KeepLock goes on with the lock that a manager in this process has taken, by its file, which stays open too.
func KeepLock(fd int) (*Lock, error) {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("keep lock: %w", err)
	}
	return &Lock{file: os.NewFile(uintptr(own), lockName)}, nil
}

// Release gives the lock back. The file stays, empty: removing it would let two managers have it.
func (l *Lock) Release() error {
	return errors.Join(l.file.Truncate(0), l.file.Close())
}

// Holder says whether a manager has the lock of runtimeDir, and its pid (0: it has not said). It takes
// well under a millisecond, but for a moment in which the manager has just died, and changes nothing.
func Holder(runtimeDir string) (pid int, running bool) {
	for begun := time.Now(); ; <-time.After(lockPause) {
		pid, running = held(runtimeDir)
		if !running || lives(pid) || time.Since(begun) > ghostPatience {
			return pid, running
		}
	}
}

// lives reports whether there is a process, and that it is not only waiting to be reaped. One that has not said who it is,
// lives. One in another pid namespace is not seen, so that this alone proves nothing.
func lives(pid int) bool {
	if pid == 0 {
		return true
	}
	p, err := procfs.Stat(pid)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH)
	}
	return p.Alive()
}

func held(runtimeDir string) (pid int, running bool) {
	file, err := os.OpenFile(filepath.Join(runtimeDir, lockName), os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	// A shared lock that is granted goes with the close; TakeLock waits that long.
	if err := unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
		return 0, false
	}
	return readPID(file), true
}

// stillAt says whether the locked file is still the one that others will find.
func stillAt(path string, file *os.File) bool {
	locked, err := file.Stat()
	if err != nil {
		return false
	}
	found, err := os.Stat(path)
	return err == nil && os.SameFile(locked, found)
}

// writePID says in the file who holds the lock. On a disk that is full nobody is told, and the lock holds all the same.
func writePID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	if NoRoom(err) {
		return nil
	}
	return err
}

func readPID(file *os.File) int {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0
	}
	return pid
}
