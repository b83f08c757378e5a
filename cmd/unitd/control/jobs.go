package control

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// maxJobs is how many jobs are remembered beside what the engine remembers of them.
const maxJobs = 128

// scaleJobs is the first id of jobs that are no transaction of the engine. It is exact in JSON numbers, which
// end at 2^53.
const scaleJobs = 1 << 48

// jobMeta is what a job has beside its transaction.
type jobMeta struct {
	verb      string
	warnings  []string
	createdAt time.Time
	endedAt   time.Time
	scale     *scaling
}

// Submit accepts one transaction.
func (m *Manager) Submit(ctx context.Context, request protocol.JobRequest) (protocol.JobStatus, error) {
	var status protocol.JobStatus
	var warnings []string
	if request.Verb == protocol.Reload || request.Verb == protocol.ReloadOrRestart {
		warnings = m.notApplied(ctx)
	}
	err := m.look(ctx, orNone(request.Units), func(model *engine.Model, names []ipc.Name) error {
		if len(request.Units) == 0 {
			return protocol.BadRequest("%s: name at least one unit", request.Verb)
		}
		for _, name := range names {
			if name.Worker != 0 {
				return protocol.BadRequest("%s %s/%d: a worker has no jobs of its own; %s the pool, or kill the worker and it is replaced",
					request.Verb, name.ID, name.Worker, request.Verb)
			}
		}
		tx, err := model.Submit(job.Kind(request.Verb), ids(names))
		if errors.Is(err, engine.ErrDraining) {
			return protocol.Conflict("%v", err)
		}
		m.remember(tx.ID, jobMeta{verb: request.Verb, warnings: warnings, createdAt: time.Now()})
		status = m.jobStatus(model, tx.ID)
		if status.ID == 0 {
			return err
		}
		return nil
	})
	m.lastOutputs(&status)
	return status, err
}

// orNone keeps "no names" from meaning all units.
func orNone(names []string) []string {
	if len(names) == 0 {
		return []string{"*"}
	}
	return names
}

// notApplied warns that what is loaded is not what the files say.
func (m *Manager) notApplied(ctx context.Context) []string {
	if m.changes(ctx) == 0 {
		return nil
	}
	return []string{"unit files have changed since they were loaded; this uses what is loaded: see unitctl plan"}
}

func (m *Manager) remember(id uint64, meta jobMeta) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.jobs[id] = meta
	m.jobOrder = append(m.jobOrder, id)
	if len(m.jobOrder) > maxJobs {
		delete(m.jobs, m.jobOrder[0])
		m.jobOrder = m.jobOrder[1:]
	}
}

// meta is what is remembered of a job, its end noted the first time it is seen.
func (m *Manager) meta(id uint64, ended bool) jobMeta {
	m.mu.Lock()
	defer m.mu.Unlock()
	meta := m.jobs[id]
	if ended && meta.endedAt.IsZero() && !meta.createdAt.IsZero() {
		meta.endedAt = time.Now()
		m.jobs[id] = meta
	}
	return meta
}

// Job returns a job.
func (m *Manager) Job(ctx context.Context, id uint64) (protocol.JobStatus, error) {
	var status protocol.JobStatus
	err := m.Engine.Call(ctx, func(model *engine.Model) { status = m.jobStatus(model, id) })
	if err == nil && status.ID == 0 {
		err = protocol.NoSuchJob(id)
	}
	m.lastOutputs(&status)
	return status, err
}

// WatchJob emits a job after every change until it is done.
func (m *Manager) WatchJob(ctx context.Context, id uint64, emit func(protocol.JobStatus) error) error {
	return m.watch(ctx, func() (bool, error) {
		status, err := m.Job(ctx, id)
		if err != nil {
			return false, err
		}
		return status.Done(), emit(status)
	})
}

// jobStatus is a job as it stands; the zero value where it is not known.
func (m *Manager) jobStatus(model *engine.Model, id uint64) protocol.JobStatus {
	if id >= scaleJobs {
		return m.scaleStatus(model, id)
	}
	tx, jobs, ok := model.Transaction(id)
	if !ok {
		return protocol.JobStatus{}
	}
	status := protocol.JobStatus{ID: id, Verb: string(tx.Kind), State: protocol.JobWaiting}
	for _, id := range tx.Asked {
		status.Targets = append(status.Targets, string(id))
	}
	for _, j := range jobs {
		unit := jobUnit(model, j)
		if unit.State == protocol.JobRunning {
			status.State = protocol.JobRunning
		}
		status.Units = append(status.Units, unit)
	}
	if tx.Result != "" {
		status.State, status.Result, status.Reason = protocol.JobDone, string(tx.Result), tx.Reason
		if len(tx.Asked) == 1 { // then nobody wonders which unit is meant
			status.Reason = strings.TrimPrefix(status.Reason, string(tx.Asked[0])+": ")
		}
	}
	for _, note := range tx.Notes {
		if note.Result == job.Failed || note.Result == job.Skipped {
			status.Warnings = append(status.Warnings, string(note.Unit)+": "+note.Text)
		}
	}
	meta := m.meta(id, status.Done())
	if meta.verb != "" {
		status.Verb = meta.verb
	}
	status.CreatedAt, status.EndedAt = meta.createdAt, meta.endedAt
	status.Warnings = append(slices.Clone(meta.warnings), status.Warnings...)
	return status
}

func jobUnit(model *engine.Model, j job.Job) protocol.JobUnit {
	unit := protocol.JobUnit{
		ID: string(j.Unit), Verb: string(j.Kind), State: string(j.State), Result: string(j.Result), Reason: j.Reason,
		Active: protocol.Inactive, Sub: "dead",
	}
	u := model.Unit(j.Unit)
	if u == nil {
		return unit
	}
	unit.Active, unit.Sub = u.Phase().ActiveState(), u.Sub()
	switch j.State {
	case job.Waiting:
		_, waitsFor, _ := model.Job(j.Unit)
		for _, id := range waitsFor {
			unit.WaitingFor = append(unit.WaitingFor, string(id))
		}
	case job.Running:
		if note := u.Note(); note != "" {
			unit.WaitingFor = []string{note}
		}
	}
	return unit
}

// lastOutputs adds the last lines of the units whose part failed.
func (m *Manager) lastOutputs(status *protocol.JobStatus) {
	for i, unit := range status.Units {
		if unit.State != protocol.JobDone || unit.Success() || unit.Result != protocol.ResultFailed && unit.Result != protocol.ResultTimeout {
			continue
		}
		status.Units[i].LastOutput = m.Executor.LatestOutput(units.ID(unit.ID), outputLines)
	}
}

// scaling is a change of a pool's size that somebody waits for.
type scaling struct {
	unit units.ID
}

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
		m.mu.Lock()
		id := uint64(scaleJobs + len(m.jobOrder) + 1)
		for m.jobs[id].scale != nil {
			id++
		}
		m.mu.Unlock()
		m.remember(id, jobMeta{verb: "scale", createdAt: time.Now(), scale: &scaling{name.ID}})
		status = m.scaleStatus(model, id)
		return nil
	})
	return status, err
}

// maxWorkers keeps a slip of the hand from using up the account's processes.
const maxWorkers = 100

func wanted(model *engine.Model, id units.ID, request protocol.ScaleRequest) (int, error) {
	now := model.Definition(id).Pool.Workers
	if n := model.Overrides().Workers[id]; n > 0 {
		now = n
	}
	workers := now + request.By
	if request.Workers != nil {
		workers = *request.Workers
	}
	if workers < 1 || workers > maxWorkers {
		return 0, protocol.BadRequest("scale %s: %d workers; a pool has 1 to %d (stop it to have none)", id, workers, maxWorkers)
	}
	return workers, nil
}

// scaleStatus tells how far a scaling is: done when exactly the wanted workers are ready.
func (m *Manager) scaleStatus(model *engine.Model, id uint64) protocol.JobStatus {
	m.mu.Lock()
	meta := m.jobs[id]
	m.mu.Unlock()
	if meta.scale == nil {
		return protocol.JobStatus{}
	}
	unit := meta.scale.unit
	status := protocol.JobStatus{
		ID: id, Verb: "scale", Targets: []string{string(unit)}, State: protocol.JobRunning, CreatedAt: meta.createdAt,
	}
	u := model.Unit(unit)
	switch {
	case u == nil:
		status.State, status.Result, status.Reason = protocol.JobDone, protocol.ResultCanceled, "the unit was removed"
		return status
	case u.Phase().Down():
		status.State, status.Result = protocol.JobDone, protocol.ResultDone
		status.Warnings = []string{string(unit) + " is not running; it will have that many workers when it starts"}
	case u.Pool.Ready() == u.Pool.Count && len(u.Pool.Workers) == u.Pool.Count:
		status.State, status.Result = protocol.JobDone, protocol.ResultDone
	}
	part := protocol.JobUnit{
		ID: string(unit), Verb: "scale", State: status.State, Result: status.Result,
		Active: u.Phase().ActiveState(), Sub: u.Sub(),
	}
	for _, w := range u.Pool.Workers {
		if p := &w.Process; !status.Done() && (p.Phase == lifecycle.Failed || p.Phase == lifecycle.Backoff) {
			status.State, status.Result = protocol.JobDone, protocol.ResultFailed
			status.Reason = p.Note
			part.State, part.Result, part.Reason = status.State, status.Result, p.Note
		}
	}
	status.Units = []protocol.JobUnit{part}
	status.EndedAt = m.meta(id, status.Done()).endedAt
	return status
}
