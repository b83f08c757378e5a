package executor

import (
	"errors"

	"unitd/policy/lifecycle"
	"unitd/runtime/notify"
	"unitd/units"
)

// store is FDSTORE=1 and FDSTOREREMOVE=1 of a program. It is done at once, and policy is told of the outcome: files
// that wait for a decision would be open files of the manager, as many as anybody cares to send.
func (x *Executor) store(r *run, m *notify.Message) {
	if m.FDStoreRemove {
		if m.FDName == "" {
			x.once(r, "FDSTOREREMOVE=1 without FDNAME", "ignore FDSTOREREMOVE=1 without a valid FDNAME", "sender", m.PID)
		} else {
			x.files.Remove(r.owner(), m.FDName)
		}
	}
	if !m.FDStore {
		return
	}
	x.storing.Lock()
	defer x.storing.Unlock()
	most := r.mayStore
	switch err := x.files.Add(r.owner(), m.TakeFDs(), m.FDName, !m.NoFDPoll, most); {
	case errors.Is(err, notify.ErrFull):
		x.once(r, "full", "close what a program wants stored", "fd_store_max", most, "error", err)
	case err != nil:
		x.once(r, "no room", "close what a program wants stored", "error", err)
	}
}

// storeChanged has it told soon what is stored for a unit or worker; a program may store a thousand files in a moment.
func (x *Executor) storeChanged(owner notify.Owner) {
	x.telling.Lock()
	defer x.telling.Unlock()
	x.tellSoon()
	x.changed[owner] = true
	x.keepIn(storePause)
}

// tellChanged tells it now, before something that must not come before it.
func (x *Executor) tellChanged(owner notify.Owner) {
	if x.changed[owner] {
		x.tellStored(owner)
	}
}

// tellStored reports what is stored for a unit or worker. The caller holds telling, so that the last report is the
// truth.
func (x *Executor) tellStored(owner notify.Owner) {
	delete(x.changed, owner)
	x.report(units.ID(owner.Unit), x.storedEvent(owner))
}

func (x *Executor) storedEvent(owner notify.Owner) lifecycle.Event {
	var stored []lifecycle.StoredFD
	for _, s := range x.files.List(owner) {
		stored = append(stored, lifecycle.StoredFD{Name: s.Name, Polled: s.Polled})
	}
	return lifecycle.Event{Kind: lifecycle.Stored, Worker: owner.Worker, Stored: stored}
}

// inherit lets a worker begin with what is stored for the one that it is to replace.
func (x *Executor) inherit(def *units.Unit, a lifecycle.Action) {
	heir := notify.Owner{Unit: string(def.ID), Worker: a.Worker}
	if x.files.Inherit(heir, notify.Owner{Unit: string(def.ID), Worker: a.Heir}) {
		x.telling.Lock()
		defer x.telling.Unlock()
		x.tellStored(heir)
	}
}

// discard closes what is stored for a worker, and lets what is left of its processes store nothing more.
func (x *Executor) discard(def *units.Unit, worker int) {
	owner := notify.Owner{Unit: string(def.ID), Worker: worker}
	x.bar(func(r *run) bool { return r.owner() == owner })
	x.drop(owner)
}

// discardAll is discard for a unit and all its workers.
func (x *Executor) discardAll(def *units.Unit) {
	x.bar(func(r *run) bool { return r.unit == def.ID })
	for _, owner := range x.files.Owners(string(def.ID)) {
		x.drop(owner)
	}
}

func (x *Executor) drop(owner notify.Owner) {
	if x.files.Drop(owner) {
		x.keepLock.Lock() // a listening socket that was stored goes on listening else
		x.keep(nil)
		x.keepLock.Unlock()
		x.telling.Lock()
		defer x.telling.Unlock()
		x.tellStored(owner)
	}
}

func (x *Executor) bar(which func(*run) bool) {
	x.storing.Lock()
	defer x.storing.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range x.runs {
		if which(r) {
			r.mayStore = 0
		}
	}
}

// storedFor takes what is stored for a program to be started with; nil: it is a hook, which gets nothing.
func (x *Executor) storedFor(def *units.Unit, a lifecycle.Action) *notify.Passed {
	if a.Hook != lifecycle.NoHook {
		return nil
	}
	if a.Heir != 0 {
		x.inherit(def, a)
	}
	most := a.Launch.Process.FDStoreMax
	passed, closed := x.files.Pass(notify.Owner{Unit: string(def.ID), Worker: a.Worker}, most)
	if closed > 0 {
		x.config.Logger.Warn("close what is stored beyond fd_store_max", "unit", def.ID, "fd_store_max", most, "closed", closed)
	}
	return passed
}
