package control

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/process"
	"unitd/units"
)

// Kill sends a signal now; nothing is waited for.
func (m *Manager) Kill(ctx context.Context, request protocol.KillRequest) error {
	type target struct {
		id  units.ID
		run uint64
	}
	var targets []target
	err := m.look(ctx, orNone(request.Units), func(model *engine.Model, names []ipc.Name) error {
		for _, name := range names {
			u := model.Unit(name.ID)
			for _, run := range runsOf(u) {
				if name.Worker == 0 || workerOf(u, run) == name.Worker {
					targets = append(targets, target{name.ID, run})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return protocol.Conflict("kill %s: no process of it runs", strings.Join(request.Units, ", "))
	}
	var failures []error
	for _, t := range targets {
		err := m.Executor.Signal(t.run, units.Signal(request.Signal), request.Whom == protocol.KillAll)
		if err != nil && !errors.Is(err, process.ErrGone) {
			failures = append(failures, fmt.Errorf("kill %s: %w", t.id, err))
		}
	}
	return errors.Join(failures...)
}

func workerOf(u *lifecycle.Unit, run uint64) int {
	if u.Pool != nil {
		for _, w := range u.Pool.Workers {
			if w.Process.Main == run {
				return w.Index
			}
		}
	}
	return 0
}

// ResetFailed forgets failures.
func (m *Manager) ResetFailed(ctx context.Context, names []string) error {
	return m.look(ctx, names, func(model *engine.Model, found []ipc.Name) error {
		for _, name := range found {
			model.ResetFailed(name.ID)
		}
		return nil
	})
}

// SetEnabled overrides `enabled`, and with Now starts or stops too.
func (m *Manager) SetEnabled(ctx context.Context, request protocol.EnableRequest) (protocol.EnableResult, error) {
	result := protocol.EnableResult{Changed: []string{}}
	err := m.look(ctx, orNone(request.Units), func(model *engine.Model, names []ipc.Name) error {
		for _, name := range names {
			if name.Worker != 0 {
				return protocol.BadRequest("%s: a worker starts with its pool; name the pool", fullName(name))
			}
		}
		for _, id := range model.SetEnabled(ids(names), request.Enabled) {
			result.Changed = append(result.Changed, string(id))
		}
		if !request.Now {
			return nil
		}
		kind, verb := job.Stop, protocol.Stop
		if request.Enabled {
			kind, verb = job.Start, protocol.Start
		}
		tx, err := model.Submit(kind, ids(names))
		if err != nil {
			return protocol.Conflict("%v", err)
		}
		m.remember(tx.ID, jobMeta{verb: verb, createdAt: time.Now()})
		status := m.jobStatus(model, tx.ID)
		result.Job = &status
		return nil
	})
	m.Kept(ctx)
	return result, err
}
