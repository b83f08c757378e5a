package process

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// A child between vfork and execve shares the memory of the manager and the stack of the thread that waits for it. What
// syscall.ForkExec runs there is Go code; here it is a few lines of assembly that only make system calls, so that nothing
// of the runtime is touched, and that leave out what an init has no use for: signal handlers one by one (all signals stay
// blocked until the init has its own mask, and execve ends handlers), a pipe for the error (it comes in memory), and the way
// to the interpreter through /proc, for which the kernel makes the files of the new process and takes them away again.
// The latter alone is a fifth of the whole.

// forked is what vforkExec works on. The assembly knows its layout.
type forked struct {
	moves *move
	count int
	file  int    // what to execute, as the child finds it
	path  *byte  // of the same, where a file cannot be executed without one
	argv  **byte // ends with nil, as envv does
	envv  **byte
	pid   int // of the child; negative: the error of clone
	errno syscall.Errno
	all   uint64 // a signal mask
	_     uint64 // mask: that of the thread
	_     uint64 // none: an empty path
}

// move makes a file of the child another one's, see dup3(2). from < 0 closes it.
type move struct{ from, to, flags int }

// vforkExec makes a child that does the moves and then executes the file, and returns when it has, or has ended with
// forked.errno. See vfork(2) and execveat(2).
//
//go:noescape
func vforkExec(f *forked)

// startInterpreter forks. Files are what the interpreter finds as fd 0, 1, …, and after them itself: a number
// that it has only in the manager could be in the way of those. Its own environment is empty; its arguments say what
// it will be.
func startInterpreter(interpreter *os.File, args []string, files ...uintptr) (pid int, err error) {
	files = append(files, fd(interpreter))
	argv, err := syscall.SlicePtrFromStrings(args)
	if err != nil {
		return 0, err
	}
	last := len(files) - 1
	path, err := syscall.BytePtrFromString("/proc/self/fd/" + strconv.Itoa(last))
	if err != nil {
		return 0, err
	}
	moves := movesTo(files)
	envv := []*byte{nil}
	f := &forked{moves: &moves[0], count: len(moves), file: last, path: path, argv: &argv[0], envv: &envv[0], all: ^uint64(0)}
	vforkExec(f)
	runtime.KeepAlive(interpreter)
	switch {
	case f.pid < 0:
		return 0, syscall.Errno(-f.pid)
	case f.errno != 0:
		for {
			if _, err := unix.Wait4(f.pid, nil, unix.WALL, nil); !errors.Is(err, unix.EINTR) {
				return 0, f.errno
			}
		}
	}
	return f.pid, nil
}

// movesTo gives files their numbers 0, 1, … in a child. Those that stand where another one will are moved out of the way
// before; what else the manager has open there is closed by execve.
func movesTo(files []uintptr) []move {
	const none = ^uintptr(0)
	free := len(files)
	for _, file := range files {
		if file != none {
			free = max(free, int(file)+1)
		}
	}
	var moves []move
	from := slices.Clone(files)
	for i, file := range from {
		if file < uintptr(len(files)) {
			moves = append(moves, move{int(file), free, unix.O_CLOEXEC})
			from[i] = uintptr(free)
			free++
		}
	}
	for to, file := range from {
		moves = append(moves, move{int(file), to, 0})
	}
	return moves
}
