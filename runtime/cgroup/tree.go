package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	// manager is the cgroup of the manager and the inits of units; prefix begins the names of those of units.
	manager = "unitd"
	prefix  = "unitd."
)

// Tree is a delegated cgroup. Its methods may be called from several goroutines.
type Tree struct {
	dir         string
	lock        *os.File // of the manager's cgroup
	controllers []string // that those of units have

	mu     sync.Mutex
	leaves map[string]*Leaf
}

// Open finds out whether the cgroup in this directory, in which this process is, has been delegated to the account, by
// doing what it takes: it makes a cgroup for this process and moves into it. What an earlier manager left behind empty
// is removed. The error says what is not allowed. A cgroup serves one manager at a time.
func Open(own string) (*Tree, error) {
	dir := own
	if filepath.Base(own) == manager {
		dir = filepath.Dir(own) // an earlier manager has moved here
	}
	t := &Tree{dir: dir, leaves: map[string]*Leaf{}}
	if err := t.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("use cgroup %s: %w", dir, err), t.Close())
	}
	return t, nil
}

func (t *Tree) begin() error {
	own := filepath.Join(t.dir, manager)
	err := os.Mkdir(own, 0o755)
	made := err == nil
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if t.lock, err = lock(own); err != nil {
		return err
	}
	if err := write(filepath.Join(own, "cgroup.procs"), "0"); err != nil {
		if made {
			err = errors.Join(err, os.Remove(own))
		}
		return err
	}
	available, err := os.ReadFile(filepath.Join(t.dir, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for _, name := range []string{"memory", "pids", "cpu"} {
		if contains(available, name) && write(filepath.Join(t.dir, "cgroup.subtree_control"), "+"+name) == nil {
			t.controllers = append(t.controllers, name)
		}
	}
	return t.sweep()
}

// lock keeps other managers from the cgroup, whose units may have the same names.
func lock(dir string) (*os.File, error) {
	file, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		err = errors.New("another unitd uses it")
	case err != nil:
		err = fmt.Errorf("lock: %w", err)
	default:
		return file, nil
	}
	return nil, errors.Join(err, file.Close())
}

// Close leaves the cgroup to another manager; this process stays in it.
func (t *Tree) Close() error {
	if t.lock == nil {
		return nil
	}
	return t.lock.Close()
}

// Dir is the directory of the delegated cgroup.
func (t *Tree) Dir() string { return t.dir }

// Has reports a controller that the cgroups of units have: "memory", "pids", "cpu".
func (t *Tree) Has(controller string) bool {
	for _, name := range t.controllers {
		if name == controller {
			return true
		}
	}
	return false
}

// sweep removes cgroups of units in which nothing lives. Those in which something does are emptied when their unit is
// started again.
func (t *Tree) sweep() error {
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() && strings.HasPrefix(entry.Name(), prefix) {
			_ = os.Remove(filepath.Join(t.dir, entry.Name())) // fails where something lives in it
		}
	}
	return nil
}

// Enter gives a unit or worker its cgroup, with these limits, to one more run. It has to be left again. What an earlier
// manager has left in it, and nobody has rejoined, ends.
func (t *Tree) Enter(name string, limits Limits) (*Leaf, error) {
	return t.use(name, limits, (*Leaf).begin)
}

// Rejoin is Enter for a run that lives there already, with all that it has started: Holds has found it.
func (t *Tree) Rejoin(name string, limits Limits) (*Leaf, error) {
	return t.use(name, limits, (*Leaf).resume)
}

// use counts one more run in the cgroup of a unit or worker, which begins as given where this manager has not used it.
func (t *Tree) use(name string, limits Limits, begin func(*Leaf) error) (*Leaf, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.leaves[name]
	if l == nil {
		l = &Leaf{tree: t, name: name, dir: filepath.Join(t.dir, prefix+escape(name))}
		if err := begin(l); err != nil {
			return nil, fmt.Errorf("make cgroup of %s: %w", name, err)
		}
		t.leaves[name] = l
	}
	l.runs++
	if err := l.set(limits); err != nil {
		l.leave()
		return nil, fmt.Errorf("limit cgroup of %s: %w", name, err)
	}
	return l, nil
}

// escape makes a file name of the name of a unit.
func escape(name string) string {
	return strings.NewReplacer("/", "@", "\n", "_").Replace(name)
}

// write writes to a file that the kernel provides; it makes none.
func write(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

func contains(list []byte, name string) bool {
	for word := range strings.FieldsSeq(string(list)) {
		if word == name {
			return true
		}
	}
	return false
}
