package executor

import (
	"encoding/json"
	"slices"

	"unitd/runtime/notify"
	"unitd/units"
)

// restoreSockets gives units what was recorded of them, with the sockets that were kept open.
func (x *Executor) restoreSockets(from *Inheritance, fds []int) {
	kept := map[string]int{}
	if from.FDs != nil {
		kept = x.inheritOpen(from)
	} else if fds != nil {
		for i, name := range from.Kept.Names {
			kept[name] = fds[i]
		}
		x.restoreStored(from, fds[len(from.Kept.Names):])
	}
	for id, unit := range from.Units {
		h := newHolding(id)
		h.recorded = unit.Held
		x.mu.Lock()
		x.holdings[id] = h
		x.mu.Unlock()
		if len(unit.Held) == 0 {
			continue
		}
		var record held
		if err := json.Unmarshal(unit.Held, &record); err != nil {
			x.config.Logger.Warn("read what was recorded of a unit", "unit", id, "error", err)
			continue
		}
		x.restore(h, unit.Definition, record, kept)
	}
	x.adoptOutput(from, kept) // while it is kept what was printed
	x.restoreOwn(kept)
	// Of listeners that are no more, and of FIFOs.
	for _, fd := range kept {
		closeSocket(fd)
	}
	for _, fd := range from.Ready { // of starts that are over
		closeSocket(fd)
	}
	x.keepLock.Lock()
	x.keep(nil)
	x.keepLock.Unlock()
	x.trees.DropOthers(x.keeping.now.Keeper)
}

// restoreStored gives programs what they have stored, by its descriptors. What was stored for units that are no more is
// closed.
func (x *Executor) restoreStored(from *Inheritance, fds []int) {
	var every []notify.Kept
	used := map[int]bool{}
	for _, s := range from.Kept.Stored {
		if _, there := from.Units[units.ID(s.Unit)]; there {
			every = append(every, notify.Kept{Owner: s.Owner, Stored: s.Stored, FD: fds[s.At]})
			used[s.At] = true
		}
	}
	for at, fd := range fds {
		if !used[at] {
			closeSocket(fd)
		}
	}
	x.files.Restore(every)
}

// tellStores tells what is stored, to whom the state says something else.
func (x *Executor) tellStores(from *Inheritance) {
	owners := x.files.All()
	for id, unit := range from.Units {
		for _, worker := range unit.Stores {
			if owner := (notify.Owner{Unit: string(id), Worker: worker}); !slices.Contains(owners, owner) {
				owners = append(owners, owner)
			}
		}
	}
	for _, owner := range owners {
		x.news = append(x.news, inherited{unit: units.ID(owner.Unit), ev: x.storedEvent(owner)})
	}
}
