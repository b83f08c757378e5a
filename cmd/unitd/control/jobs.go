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
	"unitd/runtime/engine"
	"unitd/units"
)

// maxJobs is how many jobs are remembered beside what the engine remembers of them.
const maxJobs = 128

// jobMeta is what a job has beside its transaction.
type jobMeta struct {
	verb      string
	warnings  []string
	createdAt time.Time
	endedAt   time.Time
	awaits    []awaited // of a job that is no transaction, or more than that
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
		if slices.ContainsFunc(names, func(name ipc.Name) bool { return name.Worker != 0 }) {
			var err error
			status, err = m.replaceWorkers(model, request.Verb, names)
			return err
		}
		if request.Verb == protocol.Stop {
			warnings = append(warnings, schedulesGoOn(model, ids(names))...)
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
	m.attest(ctx, &status)
	return status, err
}

// orNone keeps "no names" from meaning all units.
func orNone(names []string) []string {
	if len(names) == 0 {
		return []string{"*"}
	}
	return names
}

// notApplied warns that what is loaded is not what the unit files say.
func (m *Manager) notApplied(ctx context.Context) []string {
	if now := m.compare(ctx); now.changes == now.contents {
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
	m.attest(ctx, &status)
	return status, err
}

// attest makes a status one that can be told: what it says is done is kept.
func (m *Manager) attest(ctx context.Context, status *protocol.JobStatus) {
	if status.ID != 0 && status.Done() {
		m.Kept(ctx)
	}
	m.lastOutputs(ctx, status)
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
	if id >= awaitedJobs {
		return m.awaitedStatus(model, id)
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
			status.Reason = strings.TrimPrefix(status.Reason, string(tx.Kind)+" ") // of a request that was refused
			status.Reason = strings.TrimPrefix(status.Reason, string(tx.Asked[0])+": ")
		}
	}
	for _, note := range tx.Notes {
		if note.Result == job.Failed || note.Result == job.Skipped {
			status.Warnings = append(status.Warnings, string(note.Unit)+": "+note.Text)
		}
	}
	lookAt(model, m.meta(id, false).awaits, &status)
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
		unit.Note = u.Note()
	}
	return unit
}

// lastOutputs adds the last lines of the units whose part failed; of a pool those of the worker that it failed by.
func (m *Manager) lastOutputs(ctx context.Context, status *protocol.JobStatus) {
	for i, unit := range status.Units {
		if unit.State != protocol.JobDone || unit.Success() || unit.Result != protocol.ResultFailed && unit.Result != protocol.ResultTimeout {
			continue
		}
		name, _, _ := strings.Cut(unit.ID, "/")
		status.Units[i].LastOutput = m.LastOutput(ctx, units.ID(name), outputLines)
	}
}

// LastOutput gives the last lines that a unit has written, at most n; of a pool those of the worker that it has failed by.
func (m *Manager) LastOutput(ctx context.Context, id units.ID, n int) []string {
	blamed := 0
	// Where the engine has ended the run that was started last has to do.
	_ = m.Engine.Call(ctx, func(model *engine.Model) {
		if u := model.Unit(id); u != nil && u.Pool != nil {
			blamed = u.Pool.Blamed
		}
	})
	if blamed != 0 {
		return m.Executor.LastOutput(id, blamed, n)
	}
	return m.Executor.LatestOutput(id, n)
}
