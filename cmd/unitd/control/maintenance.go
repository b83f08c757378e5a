package control

import (
	"context"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/units"
)

// Maintenance has the manager answer the clients of a pool, or no more, as an override.
func (m *Manager) Maintenance(ctx context.Context, pool string, request protocol.MaintenanceRequest) (protocol.JobStatus, error) {
	var status protocol.JobStatus
	err := m.one(ctx, pool, func(model *engine.Model, name ipc.Name) error {
		if model.Unit(name.ID).Pool == nil || name.Worker != 0 {
			return protocol.BadRequest("maintenance of %s: only a pool has it", pool)
		}
		on := *request.On
		if err := model.SetMaintenance(name.ID, on); err != nil {
			return protocol.BadRequest("%v", err)
		}
		status = m.await(model, "maintenance", []awaited{{name.ID, maintained(name.ID, on)}})
		return nil
	})
	m.Kept(ctx)
	return status, err
}

// maintained tells whether the clients of a pool go where they are meant to.
func maintained(pool units.ID, on bool) reached {
	return func(model *engine.Model) (part protocol.JobUnit, warning string) {
		part, u := awaitedUnit(model, pool, "maintenance")
		if u == nil {
			return part, ""
		}
		p := u.Pool
		switch {
		case p.Maintenance != on:
			return canceledPart(part, "somebody has said otherwise meanwhile"), ""
		case !p.Listening && !p.Phase.Down():
			return runningPart(part), ""
		case !p.Listening && on:
			return part, string(pool) + " is not running; its clients will be answered when it starts"
		case p.Diverting > 0:
			return runningPart(part), ""
		case !p.Attended():
			return failedPart(part, p.DivertNote), ""
		}
		return part, p.DivertNote
	}
}
