package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// Lock is the right to be the manager of some directories. It ends with the process at the latest.
type Lock struct {
	paths []string
	files []*os.File // each locked, and at one of the paths at least
}

// TakeLock takes the lock of a runtime directory, and of others in which its manager keeps things: flock(2) on a file "lock" in
// each, which then holds our pid, or a *RunningError. Where they are on one file system it is the same file, so that the lock
// stays one though somebody removes a directory of it.
func TakeLock(directories ...string) (*Lock, error) {
	l := lockOf(directories)
	for begun := time.Now(); ; <-time.After(lockPause) {
		holder, err := l.take()
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("take lock: %w", err)
		}
		if waited := time.Since(begun); waited > ghostPatience || waited > lockPatience && lives(holder) {
			return nil, &RunningError{PID: holder}
		}
	}
}

func lockOf(directories []string) *Lock {
	l := &Lock{}
	for _, directory := range directories {
		l.paths = append(l.paths, filepath.Join(directory, lockName))
	}
	return l
}

// errHeld says that another one has a lock, or is just about to.
var errHeld = errors.New("another process has it")

// take makes every path one of a file that is locked, the last one first: whoever finds there that the lock is held has
// changed nothing. What it had before and is at no path any more is closed. In an error it keeps what it had.
func (l *Lock) take() (holder int, err error) {
	files := slices.Clone(l.files)
	for _, path := range slices.Backward(l.paths) {
		file, holder, err := claim(path, files)
		if err != nil {
			closeBut(files, l.files)
			return holder, err
		}
		if file != nil {
			files = append(files, file)
		}
	}
	var used []*os.File
	for _, file := range files {
		if slices.ContainsFunc(l.paths, func(path string) bool { return stillAt(path, file) }) {
			used = append(used, file)
		}
	}
	closeBut(files, used)
	l.files = used
	for _, file := range l.files {
		if readPID(file) != os.Getpid() {
			err = errors.Join(err, writePID(file))
		}
	}
	return 0, err
}

func closeBut(files, but []*os.File) {
	for _, file := range files {
		if !slices.Contains(but, file) {
			_ = file.Close() // nothing was written to it
		}
	}
}

// claim makes a path one of a file that is locked: of ours where that can be, else of another one, which it returns.
func claim(path string, ours []*os.File) (another *os.File, holder int, err error) {
	if isOneOf(ours, path) {
		return nil, 0, nil
	}
	for _, file := range ours {
		if link(file, path) == nil {
			return nil, 0, nil
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if errors.Is(err, unix.EISDIR) || errors.Is(err, unix.ELOOP) {
		return nil, 0, fmt.Errorf("%s is no file: move it away (%w)", path, err)
	}
	if err != nil {
		return nil, 0, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK), err == nil && !stillAt(path, file):
		holder = readPID(file)
		return nil, holder, errors.Join(errHeld, file.Close())
	case err != nil:
		return nil, 0, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	for _, own := range ours { // an older file, and nobody has it: it need not be a second one
		aside := path + ".new"
		_ = os.Remove(aside) // of somebody who was killed
		if link(own, aside) == nil && os.Rename(aside, path) == nil {
			return nil, 0, file.Close()
		}
	}
	return file, 0, nil
}

// link gives an open file another name. It needs one that it has still.
func link(file *os.File, path string) error {
	return unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", file.Fd()), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
}

func isOneOf(files []*os.File, path string) bool {
	return slices.ContainsFunc(files, func(file *os.File) bool { return stillAt(path, file) })
}

// Whole reports whether all files of the lock are where others look for them.
func (l *Lock) Whole() bool {
	return !slices.ContainsFunc(l.paths, func(path string) bool { return !isOneOf(l.files, path) })
}

// Renew puts files back that somebody has removed. It waits for whoever is just finding out that the lock is held.
func (l *Lock) Renew() error {
	for begun := time.Now(); ; <-time.After(lockPause) {
		holder, err := l.take()
		if errors.Is(err, errHeld) && time.Since(begun) < ghostPatience {
			continue
		}
		if errors.Is(err, errHeld) {
			return fmt.Errorf("renew lock: %w", &RunningError{PID: holder})
		}
		if err != nil {
			return fmt.Errorf("renew lock: %w", err)
		}
		return nil
	}
}

// Files are open as long as the lock is held, also by another program that goes on with it.
func (l *Lock) Files() []int {
	var all []int
	for _, file := range l.files {
		all = append(all, int(file.Fd()))
	}
	return all
}

// KeepLock goes on with the lock that a manager in this process has taken, by its files, which stay open too.
func KeepLock(files []int, directories ...string) (*Lock, error) {
	l := lockOf(directories)
	for _, file := range files {
		own, err := unix.FcntlInt(uintptr(file), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return nil, fmt.Errorf("keep lock: %w", err)
		}
		l.files = append(l.files, os.NewFile(uintptr(own), lockName))
	}
	return l, nil
}

// Release gives the lock back. The files stay, empty: removing them would let two managers have it.
func (l *Lock) Release() error {
	var err error
	for _, file := range l.files {
		err = errors.Join(err, file.Truncate(0), file.Close())
	}
	return err
}

// Holder says whether a manager has the lock of one of those directories, and its pid (0: it has not said). It takes
// well under a millisecond, but for a moment in which the manager has just died, and changes nothing.
func Holder(directories ...string) (pid int, running bool) {
	for begun := time.Now(); ; <-time.After(lockPause) {
		for _, directory := range directories {
			if pid, running = held(directory); running {
				break
			}
		}
		if !running || lives(pid) || time.Since(begun) > ghostPatience {
			return pid, running
		}
	}
}

// lives reports whether there is a process that has not begun to end: a manager that is killed has its lock until the last of
// its threads is gone, which takes its time where the host is busy, and its first thread, which it never ends itself, is a
// zombie meanwhile. One that has not said who it is, lives. One in another pid namespace is not seen, so that this alone proves
// nothing.
func lives(pid int) bool {
	if pid == 0 {
		return true
	}
	p, err := procfs.Stat(pid)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH)
	}
	return p.State != 'Z' && p.State != 'X' && !p.Exiting
}

func held(runtimeDir string) (pid int, running bool) {
	file, err := os.OpenFile(filepath.Join(runtimeDir, lockName), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
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
