package process

import (
	"os"
	"slices"

	"unitd/internal/procfs"
)

// Lookup tells to which process tree a pid belongs, by the chain of its parents up to an init. A main process is
// still known between its end and the telling of it.
func (t *Table) Lookup(pid int) (token uint64, ok bool) {
	if token, ok = t.lookup(pid); ok {
		return token, true
	}
	// The tree may have got the init that it is to have a moment ago.
	t.mu.Lock()
	t.readAhead()
	t.mu.Unlock()
	return t.lookup(pid)
}

func (t *Table) lookup(pid int) (token uint64, ok bool) {
	first := pid
	for range deepest {
		if tr := t.headedBy(pid); tr != nil {
			return tr.token, true
		}
		if pid <= 1 {
			return 0, false
		}
		p, err := procfs.Stat(pid)
		if err != nil {
			if token, ok = t.ofHidden(pid); ok {
				return token, true
			}
			return t.ofMain(first)
		}
		pid = p.Parent
	}
	return 0, false
}

// headedBy is the tree whose init, or orphan, a process is.
func (t *Table) headedBy(pid int) *tree {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tr := t.inits[pid]; tr != nil {
		return tr
	}
	return t.orphans[pid]
}

// ofHidden is Lookup for a process whose parent /proc hides, with the process.
func (t *Table) ofHidden(pid int) (token uint64, ok bool) {
	if !t.hides {
		return 0, false
	}
	t.mu.Lock()
	all := make(map[uint64]roots, len(t.trees))
	for token, tr := range t.trees {
		all[token] = tr.roots(t.orphans)
	}
	t.mu.Unlock()
	for token, roots := range all {
		if slices.ContainsFunc(roots.walk(), func(p procfs.Process) bool { return p.PID == pid }) {
			return token, true
		}
	}
	return 0, false
}

// Foreign reports a process that is certainly of no tree: it lives, and its parents lead past the manager. What the
// manager's pid namespace does not hold has the pid 0. Where /proc hides a parent, as it does sshd for the shell of a
// login, that counts as none of a unit.
func (t *Table) Foreign(pid int) bool {
	for range 3 { // a parent may end meanwhile
		if foreign, sure := t.leadsPast(pid); sure {
			return foreign
		}
	}
	return false
}

func (t *Table) leadsPast(first int) (foreign, sure bool) {
	pid := first
	for range deepest {
		if pid <= 1 || pid == os.Getpid() && pid == first {
			return true, true
		}
		if pid == os.Getpid() || t.headedBy(pid) != nil {
			return false, true
		}
		p, err := procfs.Stat(pid)
		if err != nil && pid != first {
			return t.hides, t.hides
		}
		if err != nil || !p.Alive() {
			return false, true
		}
		pid = p.Parent
	}
	return false, true
}

// ofMain is Lookup for the pid of a main process whose end has not been told yet.
func (t *Table) ofMain(pid int) (token uint64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token, ok = t.ended[pid]; ok {
		return token, true
	}
	for _, tr := range t.trees {
		if tr.main == pid && tr.phase == running {
			return tr.token, true
		}
	}
	return 0, false
}
