package process

import (
	"os"
	"slices"

	"unitd/internal/procfs"
)

// bury says what the deaths of children mean. As a rule they are inits that ended because their tree is empty.
// An init that was killed leaves its children to the manager, and their deaths come here too.
func (t *Table) bury(deaths []death) []Event {
	var events []Event
	var others []death
	for _, d := range deaths {
		tr := t.inits[d.pid]
		if tr == nil {
			others = append(others, d)
			continue
		}
		delete(t.inits, d.pid)
		tr.init, tr.killed = 0, d.status
		if tr.phase != ended {
			events = append(events, tr.replay()...)
		}
		t.lost = append(t.lost, tr)
	}
	for _, d := range others {
		tr := t.orphans[d.pid]
		if tr != nil {
			delete(t.orphans, d.pid)
			tr.orphans--
		} else if tr = t.ownerOf(procfs.Process{PID: d.pid}); tr == nil {
			continue // left by a tree that an earlier manager knew
		}
		if tr.phase == starting {
			events = append(events, tr.started(d.pid)) // see adopt
		}
		if d.pid == tr.main && tr.phase == running {
			events = append(events, tr.mainExited(d.status))
		} else {
			events = append(events, Exited{Token: tr.token, PID: d.pid, Status: d.status})
		}
	}
	return events
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
			events = append(events, tr.started(p.PID))
		}
	}
	return events
}

// mayHaveOrphans: an init that ended by itself had no children left.
func (tr *tree) mayHaveOrphans() bool {
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
			events = append(events, tr.mainExited(Lost))
		}
		if tr.orphans > 0 {
			return false
		}
		delete(t.trees, tr.token)
		events = append(events, tr.emptied()...)
		return true
	})
	return events
}
