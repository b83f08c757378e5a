package control

import (
	"context"
	"fmt"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/runtime/journal"
)

// Events emits what has happened to units, and with Follow what happens.
func (m *Manager) Events(ctx context.Context, query protocol.EventQuery, emit func(protocol.Event) error) error {
	read := journal.EventQuery{Since: query.Since, Last: query.Last, Follow: query.Follow}
	var absent error // a worker that is none, unless it has left events
	if len(query.Units) > 0 {
		err := m.inLoop(ctx, func(model *engine.Model) error {
			names, err := resolve(model, query.Units)
			for _, name := range names {
				read.Units = append(read.Units, fullName(name))
			}
			absent = present(model, names...)
			return err
		})
		if err != nil {
			return err
		}
	}
	m.Recorded()
	err := m.Journal.Read(ctx, read, func(e journal.Event) error {
		absent = nil
		return emit(protocol.Event{
			At: e.At, Unit: e.Unit, Worker: e.Worker, From: state(e.From), To: state(e.To), What: e.Event,
			Ended: e.Ended, Reason: e.Reason, InvocationID: e.Invocation, PID: e.PID,
		})
	})
	if err == nil && ctx.Err() == nil {
		err = absent
	}
	return err
}

// fullName is how the event log calls a unit or a worker.
func fullName(name ipc.Name) string {
	if name.Worker == 0 {
		return string(name.ID)
	}
	return fmt.Sprintf("%s/%d", name.ID, name.Worker)
}

func state(s *journal.State) *protocol.State {
	if s == nil {
		return nil
	}
	return &protocol.State{Active: s.Active, Sub: s.Sub}
}
