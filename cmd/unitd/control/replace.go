package control

import (
	"fmt"
	"slices"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// replaceWorkers restarts single workers: each is replaced, and serves until its replacement is ready.
func (m *Manager) replaceWorkers(model *engine.Model, verb string, names []ipc.Name) (protocol.JobStatus, error) {
	var list []awaited
	for _, name := range names {
		switch {
		case name.Worker == 0:
			return protocol.JobStatus{}, protocol.BadRequest("%s: name either units or workers", verb)
		case verb != protocol.Restart:
			return protocol.JobStatus{}, protocol.BadRequest("%s %s/%d: a worker can be restarted only; %s the pool",
				verb, name.ID, name.Worker, verb)
		}
		pool := model.Unit(name.ID).Pool
		worker := pool.Worker(name.Worker)
		if pool.Phase.Down() {
			return protocol.JobStatus{}, protocol.Conflict("restart %s/%d: the pool is not running; start it", name.ID, name.Worker)
		}
		if worker == nil {
			return protocol.JobStatus{}, noSuchWorker(model, name)
		}
		list = append(list, awaited{name.ID, replaced(name, worker.Key, worker.Process.Invocation)})
	}
	for _, name := range names {
		model.ReplaceWorker(name.ID, name.Worker)
	}
	return m.await(model, verb, list), nil
}

// alone reports that nothing is left of those who served the worker's index before it.
func alone(pool *lifecycle.Pool, worker *lifecycle.Worker) bool {
	return !slices.ContainsFunc(pool.Workers, func(w *lifecycle.Worker) bool { return w.Index == worker.Index && w != worker })
}

// replaced tells whether a worker has become another, or another run.
func replaced(name ipc.Name, key int, invocation string) reached {
	return func(model *engine.Model) (part protocol.JobUnit, warning string) {
		part, u := awaitedUnit(model, name.ID, protocol.Restart)
		part.ID = fmt.Sprintf("%s/%d", name.ID, name.Worker)
		if u == nil {
			return part, ""
		}
		worker := u.Pool.Worker(name.Worker)
		if u.Phase().Down() || worker == nil {
			return canceledPart(part, "it was stopped meanwhile"), ""
		}
		p := &worker.Process
		part.Active, part.Sub = p.Phase.ActiveState(), p.Sub()
		another := worker.Key != key || p.Invocation != invocation
		switch {
		case another && p.Phase.Up() && alone(u.Pool, worker):
			return part, ""
		case worker.Refused != "":
			return failedPart(part, worker.Refused), ""
		case another && (p.Phase == lifecycle.Failed || p.Phase == lifecycle.Backoff):
			return failedPart(part, p.Note), ""
		}
		return runningPart(part), ""
	}
}
