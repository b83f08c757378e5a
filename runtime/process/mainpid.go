package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"unitd/internal/procfs"
)

// ErrForeign says that a pid is not of the process tree that a call names.
var ErrForeign = errors.New("process is not of this unit")

// deepest bounds how far parents are followed.
const deepest = 1024

// SetMain makes another living process of a tree its main process, as MAINPID= of sd_notify(3) asks: signals go
// to that, and its end is told as that of the main process. The end of the one before is told as that of any
// other. It may follow the end of the main process: daemons fork, and a child goes on; and it may come before it is known
// that the program has started. ErrForeign where the process is not of the tree, ErrGone where it has ended.
//
// The init tells of the end of a process that it is the parent of. While a new main process has another parent,
// what is known of its end is that the tree is empty.
func (t *Table) SetMain(token uint64, pid int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.trees[token]
	if tr == nil {
		return ErrGone
	}
	if !t.holds(tr, pid) {
		t.readAhead() // see Lookup
	}
	if t.inits[pid] != nil || !t.holds(tr, pid) {
		return fmt.Errorf("%w: pid %d", ErrForeign, pid)
	}
	if p, err := procfs.Stat(pid); err != nil || !p.Alive() {
		return ErrGone
	}
	if tr.phase == starting {
		tr.named = pid
		return nil
	}
	if !tr.move(pid) {
		return ErrGone
	}
	return nil
}

// Heads are the living processes right below the init of a tree: those it started, and those whose parents have
// ended. ErrGone when there is no such tree.
func (t *Table) Heads(token uint64) ([]int, error) {
	t.mu.Lock()
	tr := t.trees[token]
	if tr == nil {
		t.mu.Unlock()
		return nil, ErrGone
	}
	below := tr.roots(t.orphans)
	t.mu.Unlock()
	pids := below.orphans
	if below.init != 0 {
		pids = append(pids, children(below.init, 1)...)
	}
	return slices.DeleteFunc(pids, func(pid int) bool {
		p, err := procfs.Stat(pid)
		return err != nil || !p.Alive()
	}), nil
}

// holds reports a process whose parents lead to a tree's init, or, where that was killed, to one of the orphans.
func (t *Table) holds(tr *tree, pid int) bool {
	for range deepest {
		if t.orphans[pid] != nil {
			return t.orphans[pid] == tr
		}
		if other := t.inits[pid]; other != nil {
			return other == tr
		}
		p, err := procfs.Stat(pid)
		if err != nil || pid <= 1 {
			return false
		}
		pid = p.Parent
	}
	return false
}

// Translate gives the host's pid of a process that a sender calls by a number in its own pid namespace; one that has
// ended was in that of the tree. Only processes of the tree are looked at. ErrGone where none is called so.
func (t *Table) Translate(token uint64, sender, pid int) (int, error) {
	tree, err := t.Tree(token)
	if err != nil {
		return 0, err
	}
	level, depth := 1, len(numbers(sender))
	if tree.Contained {
		level = len(numbers(tree.Init))
	}
	if depth == 0 {
		depth = level
	}
	if depth <= 1 {
		return pid, nil
	}
	for _, p := range tree.Processes {
		// At the level of the tree all are in one namespace; below it there may be several.
		if numberAt(p.PID, depth) == pid && (depth == level || pidNamespace(p.PID) == pidNamespace(sender)) {
			return p.PID, nil
		}
	}
	return 0, ErrGone
}

// Inner is what the main process of a tree is called in the tree's own pid namespace. ErrGone when there is none.
func (t *Table) Inner(token uint64) (pid int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.trees[token]
	if tr == nil || tr.phase != running {
		return 0, ErrGone
	}
	return tr.inner, nil
}

// pidNamespace names the pid namespace of a process; "" where it cannot be seen.
func pidNamespace(pid int) string {
	link, err := os.Readlink(procfs.Directory(pid) + "/ns/pid")
	if err != nil {
		return ""
	}
	return link
}

// numbers are the pids of a process in the pid namespaces that it is in, that of /proc first: NSpid in
// proc_pid_status(5). None where it has ended.
func numbers(pid int) []int {
	var buffer [2048]byte
	status, err := procfs.Append(buffer[:0], procfs.Directory(pid)+"/status")
	if err != nil {
		return nil
	}
	_, rest, _ := bytes.Cut(status, []byte("\nNSpid:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	var found []int
	for word, rest := procfs.Word(line); len(word) > 0; word, rest = procfs.Word(rest) {
		n, err := strconv.Atoi(string(word))
		if err != nil {
			return nil
		}
		found = append(found, n)
	}
	return found
}

// numberAt is the pid of a process in its namespace of this depth, 1 being that of /proc; 0 where it is in none.
func numberAt(pid, depth int) int {
	if all := numbers(pid); depth > 0 && depth <= len(all) {
		return all[depth-1]
	}
	return 0
}
