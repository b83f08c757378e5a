package control

import (
	"context"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// scaleJobs is the first id of jobs that are no transaction of the engine: a change of the size of pools. It is
// exact in JSON numbers, which end at 2^53.
const scaleJobs = 1 << 48

// Scale sets the workers of a pool as an override.
func (m *Manager) Scale(ctx context.Context, pool string, request protocol.ScaleRequest) (protocol.JobStatus, error) {
	var status protocol.JobStatus
	err := m.one(ctx, pool, func(model *engine.Model, name ipc.Name) error {
		u := model.Unit(name.ID)
		if u.Pool == nil || name.Worker != 0 {
			return protocol.BadRequest("scale %s: only a pool has workers", pool)
		}
		workers, err := wanted(model, name.ID, request)
		if err != nil {
			return err
		}
		if err := model.Scale(name.ID, workers); err != nil {
			return err
		}
		status = m.await(model, "scale", []units.ID{name.ID})
		return nil
	})
	return status, err
}

// maxByHand keeps a slip of the hand from using up the account's processes, unless the unit file has more.
const maxByHand = 100

func wanted(model *engine.Model, id units.ID, request protocol.ScaleRequest) (int, error) {
	pool := model.Definition(id).Pool
	most := min(max(maxByHand, pool.Workers), pool.MaxWorkers())
	now := pool.Workers
	if n := model.Overrides().Workers[id]; n > 0 {
		now = n
	}
	workers := now + request.By
	if request.Workers != nil {
		workers = *request.Workers
	}
	if workers < 1 || workers > most {
		return 0, protocol.BadRequest("scale %s: %d workers; it takes 1 to %d (stop it to have none)", id, workers, most)
	}
	return workers, nil
}

// await makes a job of waiting until pools have the workers that they should have.
func (m *Manager) await(model *engine.Model, verb string, pools []units.ID) protocol.JobStatus {
	m.mu.Lock()
	m.scalings++
	id := scaleJobs + m.scalings
	m.mu.Unlock()
	m.remember(id, jobMeta{verb: verb, createdAt: time.Now(), pools: pools})
	return m.scaleStatus(model, id)
}

// scaleStatus tells how far a change of size is: done when exactly the wanted workers are ready in every pool.
func (m *Manager) scaleStatus(model *engine.Model, id uint64) protocol.JobStatus {
	m.mu.Lock()
	meta := m.jobs[id]
	m.mu.Unlock()
	if len(meta.pools) == 0 {
		return protocol.JobStatus{}
	}
	status := protocol.JobStatus{
		ID: id, Verb: meta.verb, State: protocol.JobDone, Result: protocol.ResultDone, CreatedAt: meta.createdAt,
	}
	for _, pool := range meta.pools {
		part, warning := scaled(model, pool)
		status.Targets, status.Units = append(status.Targets, string(pool)), append(status.Units, part)
		if warning != "" {
			status.Warnings = append(status.Warnings, warning)
		}
		switch {
		case part.State != protocol.JobDone:
			status.State, status.Result = protocol.JobRunning, ""
		case !part.Success() && status.Result == protocol.ResultDone:
			status.Result, status.Reason = part.Result, part.Reason
		}
	}
	status.EndedAt = m.meta(id, status.Done()).endedAt
	return status
}

// scaled tells whether one pool has the workers that it should have.
func scaled(model *engine.Model, pool units.ID) (part protocol.JobUnit, warning string) {
	part = protocol.JobUnit{ID: string(pool), Verb: "scale", State: protocol.JobDone, Result: protocol.ResultDone}
	u := model.Unit(pool)
	if u == nil {
		part.Result, part.Reason = protocol.ResultCanceled, "it was removed"
		return part, ""
	}
	part.Active, part.Sub = u.Phase().ActiveState(), u.Sub()
	if u.Phase().Down() {
		return part, string(pool) + " is not running; it will have that many workers when it starts"
	}
	if u.Phase() == lifecycle.Backoff {
		part.State, part.Result, part.Reason = protocol.JobDone, protocol.ResultFailed, u.Note()
		return part, ""
	}
	for _, w := range u.Pool.Workers {
		if p := &w.Process; p.Phase == lifecycle.Failed || p.Phase == lifecycle.Backoff {
			part.Result, part.Reason = protocol.ResultFailed, p.Note
			return part, ""
		}
	}
	if u.Pool.Ready() != u.Pool.Count || len(u.Pool.Workers) != u.Pool.Count {
		part.State, part.Result = protocol.JobRunning, ""
	}
	return part, ""
}
