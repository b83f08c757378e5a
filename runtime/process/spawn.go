package process

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
	"unitd/internal/script"
)

// Spawn starts a program and returns the pid of its init as soon as that runs, without waiting for the program:
// whether it could be executed is told by an event. An error means that nothing was started and no event comes.
// errors.Is finds EAGAIN (too many processes for this account), EMFILE and ENFILE (too many files), after which
// to try again later is right, and ErrToken. Where namespaces are made or joined the pid is that of who does it; it
// ends when the init is there.
func (t *Table) Spawn(spec Spec) (init int, err error) {
	init, err = t.spawn(spec)
	if err != nil {
		return 0, fmt.Errorf("spawn %s: %w", spec.Name, err)
	}
	return init, nil
}

func (t *Table) spawn(spec Spec) (int, error) {
	if err := spec.check(); err != nil {
		return 0, err
	}
	if spec.Join != 0 {
		if err := t.findJoined(&spec); err != nil {
			return 0, err
		}
	}
	if spec.joined != nil {
		defer spec.joined.Close()
	}
	spec.ignored = t.inherited.ignored()
	if !slices.ContainsFunc(spec.Rlimits, func(l Rlimit) bool { return l.Resource == t.openFiles.Resource }) {
		spec.Rlimits = append(slices.Clone(spec.Rlimits), t.openFiles)
	}
	spec.visibleInit = t.hides || spec.Namespaces != nil // or nobody could join it
	return t.launch(spec, Compile(spec))
}

func (t *Table) launch(spec Spec, compiled script.Script) (int, error) {
	compiled.Token = spec.Token ^ t.salt
	content, err := memfd("script", compiled.Bytes(), unix.MFD_NOEXEC_SEAL)
	if err != nil {
		return 0, err
	}
	defer closeFD(content)
	args := t.initArguments(spec.Name, compiled.Token, spec.ExitFile)
	exitFile, err := openExitFile(spec.ExitFile)
	if err != nil {
		return 0, err
	}
	if exitFile == closed {
		spec.ExitFile = ""
	} else {
		defer closeFD(exitFile)
	}
	files := []uintptr{uintptr(content), fd(t.fifo), uintptr(exitFile), fd(spec.Stdout), fd(spec.Stderr)}
	for _, file := range spec.Files {
		files = append(files, fd(file))
	}
	for _, number := range spec.FDs {
		files = append(files, uintptr(number))
	}
	if spec.Ready != nil {
		files = append(files, fd(spec.Ready))
	}
	if spec.joined != nil {
		files = append(files, fd(spec.joined))
	}
	if spec.Cgroup != nil {
		files = append(files, fd(spec.Cgroup))
	}
	if spec.Stdin != nil {
		files = append(files, fd(spec.Stdin))
	}

	// The reaper takes the same lock, so it knows the init before it can see its end.
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.trees[spec.Token] != nil {
		return 0, fmt.Errorf("%w: %d", ErrToken, spec.Token)
	}
	pid, err := startInterpreter(t.interpreter, args, files...)
	if err != nil {
		return 0, fmt.Errorf("start its init: %w", err)
	}
	tr := &tree{
		token: spec.Token, salted: compiled.Token, name: spec.Name, exitFile: spec.ExitFile, init: pid, start: startOf(spec, compiled),
		contained: spec.contained(), namespaces: spec.Namespaces.joined(), inits: t.inits,
	}
	t.trees[spec.Token], t.inits[pid] = tr, tr
	return pid, nil
}

// findJoined opens the way into the namespaces of a tree. Its init has not been collected while the lock is held, so
// the pid is its own, and the directory stays that of this process.
func (t *Table) findJoined(spec *Spec) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.trees[spec.Join]
	if tr == nil || tr.init == 0 || tr.phase == starting {
		return nil
	}
	spec.join, spec.Namespaces = tr.namespaces, nil
	if spec.join == nil {
		return nil
	}
	dir, err := os.OpenFile(procfs.Directory(tr.init), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return fmt.Errorf("join namespaces: %w", err)
	}
	spec.joined = dir
	return nil
}

// closed makes fork leave a file closed.
const closed = -1

// closeFD closes a file that nothing was written to but what another process has by now.
func closeFD(fd int) { _ = unix.Close(fd) }

// openExitFile opens the exit file for the init alone. What earlier inits wrote stays in it, up to a limit: to
// make a file or to cut one can cost more than the whole spawn. A full disk keeps no unit from starting, nor does a directory
// that somebody has just removed: the FIFO tells a living manager the same. An *os.File would cost six more system calls, to keep it out of Go's poller.
func openExitFile(path string) (fd int, err error) {
	if path == "" {
		return closed, nil
	}
	fd, err = unix.Open(path, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.ENOENT) {
		return closed, nil
	}
	if err != nil {
		return closed, fmt.Errorf("make exit file: %w", &os.PathError{Op: "open", Path: path, Err: err})
	}
	var stat unix.Stat_t
	if err = unix.Fstat(fd, &stat); err == nil && stat.Size > exitFileLimit {
		err = unix.Ftruncate(fd, 0)
	}
	if err != nil {
		closeFD(fd)
		return closed, fmt.Errorf("begin exit file %s: %w", path, err)
	}
	return fd, nil
}

func startOf(spec Spec, compiled script.Script) *start {
	s := &start{words: make([]string, len(compiled.Ops)), path: spec.Path, dir: spec.Dir}
	for i, op := range compiled.Ops {
		s.words[i] = op.Words
		if op.Flags == script.Fork {
			s.program = i + 2
		}
	}
	return s
}
