package cgroup

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
)

// Limits of a cgroup; 0: none. One whose controller the tree does not have is not set.
type Limits struct {
	Memory int64 // bytes: memory.max
	Tasks  int   // pids.max
	CPU    int   // percent of one CPU: cpu.max
}

// Leaf is the cgroup of one unit or worker: of its program, its hooks and its checks.
type Leaf struct {
	tree *Tree
	name string
	dir  string
	runs int // that use it; the lock of the tree guards it

	kills int64 // for want of memory that are accounted for; guarded likewise
}

// settling is how long what is killed may take to go.
const settling = 2 * time.Second

// begin makes the directory. One that is there is of an earlier manager: what lives in it is no part of the unit that is
// about to start, and ends.
func (l *Leaf) begin() error {
	err := os.Mkdir(l.dir, 0o755)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if l.populated() {
		if err := l.Kill(); err != nil {
			return err
		}
		if err := l.awaitEmpty(settling); err != nil {
			return err
		}
	}
	l.kills = l.oomKills()
	return nil
}

// resume takes the directory as it is: the kills that its kernel has counted were of another manager's time.
func (l *Leaf) resume() error {
	l.kills = l.oomKills()
	return nil
}

// populated reports processes, zombies not among them.
func (l *Leaf) populated() bool { return l.count(events, "populated") > 0 }

const events = "cgroup.events" // poll(2) tells of each change as POLLPRI

// awaitEmpty waits until nothing lives in it.
func (l *Leaf) awaitEmpty(within time.Duration) error {
	file, err := os.Open(filepath.Join(l.dir, events))
	if err != nil {
		return err
	}
	defer file.Close()
	for deadline := time.Now().Add(within); ; {
		var text [64]byte
		// To read it says which changes have been seen.
		if _, err := file.ReadAt(text[:], 0); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		left := time.Until(deadline)
		switch {
		case !l.populated():
			return nil
		case left <= 0:
			return fmt.Errorf("%s holds processes of an earlier manager that SIGKILL does not end", l.dir)
		}
		poll := []unix.PollFd{{Fd: int32(file.Fd()), Events: unix.POLLPRI}}
		if _, err := unix.Poll(poll, int(left.Milliseconds())+1); err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// set writes the limits.
func (l *Leaf) set(limits Limits) error {
	const period = 100_000 // microseconds
	quota := "max"
	if limits.CPU > 0 {
		quota = strconv.Itoa(limits.CPU * period / 100)
	}
	var errs []error
	for _, f := range []struct{ controller, name, text string }{
		{"memory", "memory.max", orMax(limits.Memory)},
		{"memory", "memory.oom.group", "1"}, // past the limit the unit ends, not one process of it
		{"pids", "pids.max", orMax(int64(limits.Tasks))},
		{"cpu", "cpu.max", quota + " " + strconv.Itoa(period)},
	} {
		if l.tree.Has(f.controller) {
			errs = append(errs, write(filepath.Join(l.dir, f.name), f.text))
		}
	}
	return errors.Join(errs...)
}

func orMax(n int64) string {
	if n == 0 {
		return "max"
	}
	return strconv.FormatInt(n, 10)
}

// Set changes the limits of what runs.
func (l *Leaf) Set(limits Limits) error {
	l.tree.mu.Lock()
	defer l.tree.mu.Unlock()
	if err := l.set(limits); err != nil {
		return fmt.Errorf("limit cgroup of %s: %w", l.name, err)
	}
	return nil
}

// Procs opens the file to which a process that is to be in the cgroup writes "0".
func (l *Leaf) Procs() (*os.File, error) {
	return os.OpenFile(filepath.Join(l.dir, "cgroup.procs"), os.O_WRONLY, 0)
}

// Kill sends SIGKILL to all in it at once, so that nobody forks meanwhile. Kernels before 5.14 cannot; then nothing is
// done.
func (l *Leaf) Kill() error {
	err := write(filepath.Join(l.dir, "cgroup.kill"), "1")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// OutOfMemory reports a kill for want of memory that it has not reported before.
func (l *Leaf) OutOfMemory() bool {
	l.tree.mu.Lock()
	defer l.tree.mu.Unlock()
	now := l.oomKills()
	fresh := now > l.kills
	l.kills = now
	return fresh
}

func (l *Leaf) oomKills() int64 { return l.count("memory.events", "oom_kill") }

// count reads a number of a file of "name number" lines; 0 where there is none.
func (l *Leaf) count(file, name string) int64 {
	text, err := os.ReadFile(filepath.Join(l.dir, file))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err == nil {
				return n
			}
		}
	}
	return 0
}

// Leave ends the use by one run. Nobody uses the cgroup any more after the last: it is removed.
func (l *Leaf) Leave() {
	l.tree.mu.Lock()
	defer l.tree.mu.Unlock()
	l.leave()
}

func (l *Leaf) leave() {
	if l.runs--; l.runs > 0 {
		return
	}
	delete(l.tree.leaves, l.name)
	_ = os.Remove(l.dir) // where something lives in it, that is found at the next start
}

// Holds reports that a process is in the cgroup of a unit or worker, where an earlier manager has put it.
func (t *Tree) Holds(name string, pid int) bool {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cgroup"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if path, v2 := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); v2 {
			return filepath.Base(path) == prefix+escape(name) && strings.HasSuffix(t.dir, filepath.Dir(path))
		}
	}
	return false
}
