package control

import (
	"fmt"
	"slices"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// noSuchWorker says which workers there are.
func noSuchWorker(model *engine.Model, name ipc.Name) error {
	var nearest []string
	if p := model.Unit(name.ID).Pool; p != nil {
		for index := 1; index <= min(p.Count, 3); index++ {
			nearest = append(nearest, fmt.Sprintf("%s/%d", name.ID.Name(), index))
		}
	}
	return protocol.NoSuchUnit(fmt.Sprintf("%s/%d", name.ID.Name(), name.Worker), nearest)
}

// beyond tells whether a name means a worker that its pool has not, though it may have had it when there were more.
func beyond(model *engine.Model, name ipc.Name) bool {
	p := model.Unit(name.ID).Pool
	return p != nil && name.Worker > max(p.Count, model.Definition(name.ID).Pool.Workers)
}

// present says which of names means a worker that is not there, though it may have been.
func present(model *engine.Model, names ...ipc.Name) error {
	for _, name := range names {
		is := func(w *lifecycle.Worker) bool { return w.Index == name.Worker }
		if beyond(model, name) && !slices.ContainsFunc(model.Unit(name.ID).Pool.Workers, is) {
			return noSuchWorker(model, name)
		}
	}
	return nil
}

func (s *sketch) pool(p *lifecycle.Pool, def *units.Pool) {
	restarts := p.Restarts
	s.program = def.App
	for _, l := range def.Listen {
		s.status.Listen = append(s.status.Listen, protocol.Listen{Name: l.Name, Address: l.Address})
	}
	workers := slices.Clone(p.Workers)
	slices.SortStableFunc(workers, func(a, b *lifecycle.Worker) int {
		if a.Index != b.Index {
			return a.Index - b.Index
		}
		return a.Generation - b.Generation
	})
	for _, w := range workers {
		restarts += w.Process.Restarts
		s.runs, s.keys = append(s.runs, w.Process.Main), append(s.keys, w.Key)
		s.status.Workers = append(s.status.Workers, workerStatus(w))
	}
	s.status.Restarts, s.status.Health = &restarts, healthOf(workers)
	if p.Phase == lifecycle.Inactive || p.Phase == lifecycle.Failed {
		return
	}
	note := fmt.Sprintf("%d/%d ready", p.Ready(), p.Count)
	if len(def.Listen) > 0 {
		note += " on " + def.Listen[0].Address
	}
	for _, more := range []string{p.Clients(), p.Note} {
		if more != "" {
			note += "; " + more
		}
	}
	s.status.Note = note
}

// healthOf is how each check stands with the workers that serve: as with the one that is worst off.
func healthOf(workers []*lifecycle.Worker) []protocol.Health {
	var list []protocol.Health
	for _, w := range workers {
		if w.Role != lifecycle.Serving {
			continue
		}
		for _, c := range w.Process.Checks {
			i := slices.IndexFunc(list, func(h protocol.Health) bool { return h.Name == c.Name })
			if i < 0 {
				i = len(list)
				list = append(list, protocol.Health{Name: c.Name, OK: true})
			}
			h := &list[i]
			h.OK = h.OK && c.OK && runs(&w.Process)
			if c.LastError != "" && (c.Failures > h.Failures || h.LastError == "") {
				h.Failures, h.LastError = c.Failures, fmt.Sprintf("worker %d: %s", w.Index, c.LastError)
			}
		}
	}
	return list
}

// runs tells whether there is a program that checks can be about; those of one that is gone are as they were last.
func runs(p *lifecycle.Process) bool { return p.Main != 0 && !p.MainGone }

func workerStatus(w *lifecycle.Worker) protocol.Worker {
	p := &w.Process
	note := p.Words()
	switch {
	case p.Phase == lifecycle.Backoff:
		note = backoffNote(p)
	case w.Role == lifecycle.Retiring:
		note = "is being replaced"
	case w.Role == lifecycle.Successor:
		note = "replaces its predecessor once ready"
	case w.Refused != "":
		note = w.Refused
	case note == "" && p.Phase.Up() && w.Proxied():
		note = w.Place()
	}
	status := protocol.Worker{
		Index: w.Index, Active: p.Phase.ActiveState(), Sub: p.Sub(), Generation: w.Generation, Since: p.Since,
		Restarts: p.Restarts, LastExit: lastExit(p.LastExit), Note: note,
	}
	if !p.MainGone {
		status.MainPID = p.MainPID
	}
	return status
}
