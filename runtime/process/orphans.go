package process

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

// bury says what the deaths of children mean. As a rule they are inits that ended because their tree is empty.
// An init that was killed leaves its children to the manager, and their deaths come here too.
func (t *Table) bury(deaths []death) []Event {
	var events []Event
	var others []death
	for _, d := range deaths {
		if tr := t.inits[d.pid]; tr != nil {
			events = append(events, t.buryInit(tr, d)...)
		} else {
			others = append(others, d)
		}
	}
	for _, d := range others {
		if d.pid == t.guard {
			t.guard = 0
			if t.unguarded != nil {
				go t.unguarded()
			}
			continue
		}
		if t.keepers[d.pid] {
			delete(t.keepers, d.pid)
			if t.unkept != nil {
				go t.unkept()
			}
			continue
		}
		if tr := t.inits[d.pid]; tr != nil { // who handed over to it has told so at last
			events = append(events, t.buryInit(tr, d)...)
		} else {
			events = append(events, t.buryOrphan(d)...)
		}
	}
	return events
}

// buryInit takes note of the end of an init, or of who has handed over to one.
func (t *Table) buryInit(tr *tree, d death) []Event {
	delete(t.inits, d.pid)
	if tr.empty {
		return nil
	}
	var events []Event
	if tr.contained && !tr.settled {
		events = tr.replay() // the FIFO may have had no room for the name of its successor
	}
	if tr.init != d.pid {
		return events
	}
	tr.init, tr.killed = 0, d.status
	if tr.phase != ended {
		events = append(events, tr.replay()...)
	}
	t.lost = append(t.lost, tr)
	return events
}

func (t *Table) buryOrphan(d death) []Event {
	var events []Event
	tr := t.orphans[d.pid]
	if tr != nil {
		delete(t.orphans, d.pid)
		tr.orphans--
	} else if tr = t.ownerOf(procfs.Process{PID: d.pid}); tr == nil {
		return nil // left by a tree that an earlier manager knew
	}
	if tr.phase == starting {
		events = append(events, tr.started(d.pid, d.pid)) // see adopt
	}
	if d.pid == tr.main && tr.phase == running {
		return append(events, tr.mainExited(d.status))
	}
	return append(events, Exited{Token: tr.token, PID: d.pid, Status: d.status})
}

// adopt looks for children of the manager that lost their init and takes them into their tree.
func (t *Table) adopt() []Event {
	if !slices.ContainsFunc(t.lost, (*tree).mayHaveOrphans) {
		return nil
	}
	var events []Event
	for _, p := range childrenByParent(os.Getpid()) {
		if t.inits[p.PID] != nil || t.orphans[p.PID] != nil {
			continue
		}
		tr := t.ownerOf(p)
		if tr == nil {
			continue
		}
		t.orphans[p.PID] = tr
		tr.orphans++
		if tr.phase == starting {
			// The init was killed before it could say so; it forked nothing but this.
			events = append(events, tr.started(p.PID, p.PID))
		}
	}
	return events
}

// mayHaveOrphans: an init that ended by itself had no children left, and what one in a pid namespace leaves stays there.
func (tr *tree) mayHaveOrphans() bool {
	if tr.settled {
		return false
	}
	code, exited := tr.killed.Exited()
	return !exited || code != 0
}

// ownerOf tells to which lost tree a child of the manager belongs: that of its main process's session, else the
// one that was lost last. The latter is a guess only when two inits are killed at once and a daemon of one has
// a session of its own; both trees are then about to be killed.
func (t *Table) ownerOf(p procfs.Process) *tree {
	var last *tree
	for _, tr := range t.lost {
		if !tr.mayHaveOrphans() {
			continue
		}
		if tr.main != 0 && (p.PID == tr.main || p.Session == tr.main) {
			return tr
		}
		last = tr
	}
	return last
}

// forget drops the lost trees that are empty. An init may have reaped its program with its own last breath: then
// the program is not among the orphans, and nobody knows its status.
func (t *Table) forget() []Event {
	var events []Event
	t.lost = slices.DeleteFunc(t.lost, func(tr *tree) bool {
		if tr.phase == running && t.orphans[tr.main] != tr && !(tr.moved && tr.orphans > 0 && t.holds(tr, tr.main)) {
			events = append(events, tr.mainExited(tr.lastStatus()))
		}
		if tr.orphans > 0 {
			return false
		}
		events = append(events, t.drop(tr)...)
		return true
	})
	return events
}

// drop forgets a tree of which nothing is left but, maybe, its init on its way out: that is known until it is reaped.
func (t *Table) drop(tr *tree) []Event {
	delete(t.trees, tr.token)
	return tr.emptied()
}

// lastStatus is how a main process ended whose init could not tell. The kernel kills all of a pid namespace with its
// init.
func (tr *tree) lastStatus() ExitStatus {
	if tr.outside {
		return tr.killed
	}
	if sig, _, ok := tr.killed.Signaled(); ok && sig == unix.SIGKILL && tr.settled && tr.namespaces != nil {
		return tr.killed
	}
	return Lost
}
