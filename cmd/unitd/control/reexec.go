package control

import (
	"context"
	"fmt"

	"unitd/ipc/protocol"
	"unitd/runtime/engine"
)

// Reexec has the manager's program executed anew.
func (m *Manager) Reexec(ctx context.Context, request protocol.ReexecRequest) (protocol.ReexecResult, error) {
	return m.Config.Reexec(ctx, request)
}

// Unsettled names something that a program which takes over could not go on with, "": there is nothing. Jobs that are
// transactions are not among that: they are part of the state.
func (m *Manager) Unsettled(ctx context.Context) (what string, err error) {
	m.mu.Lock()
	var awaits []uint64
	for id, meta := range m.jobs {
		if len(meta.awaits) > 0 && meta.endedAt.IsZero() {
			awaits = append(awaits, id)
		}
	}
	m.mu.Unlock()
	err = m.inLoop(ctx, func(model *engine.Model) error {
		switch {
		case model.Draining():
			return protocol.Conflict("%v", engine.ErrDraining)
		case model.InForce().Applying:
			what = "an apply"
		}
		for _, id := range awaits {
			if status := m.jobStatus(model, id); status.ID != 0 && !status.Done() {
				what = fmt.Sprintf("job %d (%s)", id, status.Verb)
			}
		}
		return nil
	})
	return what, err
}
