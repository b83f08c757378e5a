package lifecycle

import "slices"

// StoredFD is a file that a program has handed over to be kept (FDSTORE=1, sd_notify(3)). It comes back at the next
// start, behind the listening sockets. A restart keeps it, a stop or a failure for good closes it.
//
// The executor has the files, and keeps them within fd_store_max; the state says what they are, so that whoever takes
// over the files knows whose they are.
type StoredFD struct {
	Name string `json:"name"`
	// Polled is set for one that is given up when its other end is gone.
	Polled bool `json:"polled,omitempty"`
}

// Kept is what was stored for the worker of an index, while a pool is between the halves of a restart. The next
// worker of that index has the same key, since it is what the executor knows the files by.
type Kept struct {
	Index  int        `json:"index"`
	Key    int        `json:"key"`
	Stored []StoredFD `json:"stored"`
}

// discard gives up what is stored for a worker that is not started again, and bars what is left of it from storing
// more. What is stored for other units goes with their listeners.
func (p *Process) discard(s *step) {
	if p.worker == nil || p.Stop == ForRestart {
		return
	}
	if len(p.Stored) > 0 || p.Phase == Abandoned && p.def.FDStoreMax > 0 {
		s.do(Action{Do: Discard})
	}
}

// keep notes what the next workers get, where a start is to follow, before the present ones are forgotten.
func (p *Pool) keep() {
	for _, w := range p.Workers {
		if len(w.Process.Stored) == 0 {
			continue
		}
		p.Storing = true
		if p.Stop == ForRestart && w.Role == Serving {
			p.Kept = append(p.Kept, Kept{Index: w.Index, Key: w.Key, Stored: w.Process.Stored})
		}
	}
}

// keptAre takes in what is stored for a worker that is not there just now.
func (p *Pool) keptAre(ev Event) {
	for i := range p.Kept {
		if p.Kept[i].Key == ev.Worker {
			p.Kept[i].Stored = ev.Stored
		}
	}
}

// keepOnly gives up what was kept for indexes that there are no workers for any more.
func (p *Pool) keepOnly(s *step, count int) {
	p.Kept = slices.DeleteFunc(p.Kept, func(k Kept) bool {
		if k.Index > count {
			s.do(Action{Do: Discard, Worker: k.Key})
		}
		return k.Index > count
	})
}

// inherit gives a new worker what is stored for its index: a copy where it is to replace a worker that lives.
func (p *Pool) inherit(w *Worker) {
	if w.Role == Successor {
		if old := p.serving(w.Index); old != nil && w.def.App.FDStoreMax > 0 {
			w.Heir = old.Key
		}
		return
	}
	for i, k := range p.Kept {
		if k.Index == w.Index {
			w.Key, w.Process.Stored = k.Key, k.Stored
			p.Kept = slices.Delete(p.Kept, i, i+1)
			return
		}
	}
}
