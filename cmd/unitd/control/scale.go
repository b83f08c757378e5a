package control

import (
	"context"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

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
		status = m.await(model, "scale", []awaited{{name.ID, scaled(name.ID)}})
		return nil
	})
	m.Kept(ctx)
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

// scaled tells whether a pool has exactly the workers that it should have, all of them ready.
func scaled(pool units.ID) reached {
	return func(model *engine.Model) (part protocol.JobUnit, warning string) {
		part, u := awaitedUnit(model, pool, "scale")
		switch {
		case u == nil:
			return part, ""
		case u.Phase().Down():
			return part, string(pool) + " is not running; it will have that many workers when it starts"
		case u.Phase() == lifecycle.Backoff:
			return failedPart(part, u.Note()), ""
		}
		for _, w := range u.Pool.Workers {
			if p := &w.Process; p.Phase == lifecycle.Failed || p.Phase == lifecycle.Backoff {
				return failedPart(part, p.Note), ""
			}
		}
		if u.Pool.Ready() != u.Pool.Count || len(u.Pool.Workers) != u.Pool.Count {
			return runningPart(part), ""
		}
		return part, ""
	}
}
