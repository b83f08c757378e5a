package process

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"unitd/internal/procfs"
)

// ErrForeign says that a pid is not of the process tree that a call names.
var ErrForeign = errors.New("process is not of this unit")

// deepest bounds how far parents are followed.
const deepest = 1024

// SetMain makes another living process of a tree its main process, as MAINPID= of sd_notify(3) asks: signals go
// to that, and its end is told as that of the main process. The end of the one before is told as that of any
// other. It may follow the end of the main process: daemons fork, and a child goes on. ErrForeign where the process is
// not of the tree, ErrGone where it has ended.
//
// The init tells of the end of a process that it is the parent of. While a new main process has another parent,
// what is known of its end is that the tree is empty.
func (t *Table) SetMain(token uint64, pid int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := t.trees[token]
	if tr == nil || tr.phase == starting {
		return ErrGone
	}
	if t.inits[pid] != nil || !t.holds(tr, pid) {
		return fmt.Errorf("%w: pid %d", ErrForeign, pid)
	}
	if p, err := procfs.Stat(pid); err != nil || !p.Alive() {
		return ErrGone
	}
	tr.moved = tr.moved || pid != tr.main
	tr.main, tr.phase = pid, running
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

// Translate gives the host's pid of a process that a sender calls by a number in its own pid namespace. Only
// processes of the tree are looked at. ErrGone where none is called so.
func (t *Table) Translate(token uint64, sender, pid int) (int, error) {
	namespace := pidNamespace(sender)
	if namespace == "" || namespace == pidNamespace(os.Getpid()) {
		return pid, nil
	}
	tree, err := t.Tree(token)
	if err != nil {
		return 0, err
	}
	for _, p := range tree.Processes {
		if pidNamespace(p.PID) == namespace && innermost(p.PID) == pid {
			return p.PID, nil
		}
	}
	return 0, ErrGone
}

// pidNamespace names the pid namespace of a process; "" where it cannot be seen, of a sender that has ended for
// one.
func pidNamespace(pid int) string {
	link, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
	if err != nil {
		return ""
	}
	return link
}

// innermost is a process's pid in its own namespace: the last number of NSpid in proc_pid_status(5).
func innermost(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if list, ok := strings.CutPrefix(line, "NSpid:"); ok {
			fields := strings.Fields(list)
			if len(fields) == 0 {
				return 0
			}
			n, err := strconv.Atoi(fields[len(fields)-1])
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}
