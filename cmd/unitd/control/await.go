package control

import (
	"time"

	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Some requests are no transaction of the engine: they change what is wanted, and units come closer to it by
// themselves. To who asked they are jobs all the same, which end when the state is as it was asked for.

// awaitedJobs is the first id of such jobs. It is exact in JSON numbers, which end at 2^53.
const awaitedJobs = 1 << 48

// awaited is a unit, and how to tell how far it is.
type awaited struct {
	id   units.ID
	look reached
}

// reached tells how far a unit is, and what is worth a warning.
type reached func(*engine.Model) (part protocol.JobUnit, warning string)

// await makes a job of waiting for units.
func (m *Manager) await(model *engine.Model, verb string, list []awaited) protocol.JobStatus {
	m.mu.Lock()
	m.awaits++
	id := awaitedJobs + m.awaits
	m.mu.Unlock()
	m.remember(id, jobMeta{verb: verb, createdAt: time.Now(), awaits: list})
	return m.awaitedStatus(model, id)
}

// awaitedStatus tells how far such a job is; the zero value where it is not known.
func (m *Manager) awaitedStatus(model *engine.Model, id uint64) protocol.JobStatus {
	m.mu.Lock()
	meta := m.jobs[id]
	m.mu.Unlock()
	if len(meta.awaits) == 0 {
		return protocol.JobStatus{}
	}
	status := protocol.JobStatus{
		ID: id, Verb: meta.verb, State: protocol.JobDone, Result: protocol.ResultDone, CreatedAt: meta.createdAt,
	}
	lookAt(model, meta.awaits, &status)
	status.EndedAt = m.meta(id, status.Done()).endedAt
	return status
}

// lookAt adds units to the status of a job, which has not ended before they are as far as they should be.
func lookAt(model *engine.Model, list []awaited, status *protocol.JobStatus) {
	for _, of := range list {
		part, warning := of.look(model)
		status.Targets, status.Units = append(status.Targets, part.ID), append(status.Units, part)
		if warning != "" {
			status.Warnings = append(status.Warnings, warning)
		}
		switch {
		case part.State != protocol.JobDone && status.State == protocol.JobDone:
			status.State, status.Result = protocol.JobRunning, ""
		case !part.Success() && status.Result == protocol.ResultDone:
			status.Result, status.Reason = part.Result, part.Reason
		}
	}
}

// awaitedUnit is the part of a unit that has reached what it should; u is nil for one that was removed.
func awaitedUnit(model *engine.Model, id units.ID, verb string) (part protocol.JobUnit, u *lifecycle.Unit) {
	part = protocol.JobUnit{ID: string(id), Verb: verb, State: protocol.JobDone, Result: protocol.ResultDone}
	if u = model.Unit(id); u == nil {
		part.Result, part.Reason = protocol.ResultCanceled, "it was removed"
		return part, nil
	}
	part.Active, part.Sub = u.Phase().ActiveState(), u.Sub()
	return part, u
}

func failedPart(part protocol.JobUnit, why string) protocol.JobUnit {
	part.Result, part.Reason = protocol.ResultFailed, why
	return part
}

func canceledPart(part protocol.JobUnit, why string) protocol.JobUnit {
	part.Result, part.Reason = protocol.ResultCanceled, why
	return part
}

func runningPart(part protocol.JobUnit) protocol.JobUnit {
	part.State, part.Result = protocol.JobRunning, ""
	return part
}
