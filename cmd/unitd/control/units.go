package control

import (
	"context"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
)

// outputLines is how many lines of output are shown of a unit that fails.
const outputLines = 5

// many is how many units are so large an answer that memory is given back after it.
const many = 50

// Units lists units as they stand.
func (m *Manager) Units(ctx context.Context, names []string) ([]protocol.UnitStatus, error) {
	var found []sketch
	err := m.look(ctx, names, func(model *engine.Model, list []ipc.Name) (err error) {
		found, err = m.sketch(model, list)
		return err
	})
	if err != nil {
		return nil, err
	}
	var runs []uint64
	for _, s := range found {
		runs = append(append(append(runs, s.run), s.runs...), s.members...)
	}
	from := time.Now()
	m.measureAll(runs, from)
	statuses := make([]protocol.UnitStatus, 0, len(found))
	for _, s := range found {
		m.measure(&s, from)
		statuses = append(statuses, s.status)
	}
	if len(statuses) >= many {
		m.Rest()
	}
	return statuses, nil
}

// WatchUnits emits the units again after each change, without what has to be measured.
func (m *Manager) WatchUnits(ctx context.Context, names []string, emit func([]protocol.UnitStatus) error) error {
	return m.watch(ctx, func() (bool, error) {
		var statuses []protocol.UnitStatus
		err := m.look(ctx, names, func(model *engine.Model, list []ipc.Name) error {
			found, err := m.sketch(model, list)
			for _, s := range found {
				m.noteMissing(&s)
				statuses = append(statuses, s.status)
			}
			return err
		})
		if err != nil {
			return false, err
		}
		return false, emit(statuses)
	})
}

// watch calls look at once and after every change, until it is done or ctx ends.
func (m *Manager) watch(ctx context.Context, look func() (done bool, err error)) error {
	var changes <-chan struct{}
	var cancel func(*engine.Model)
	if err := m.Engine.Call(ctx, func(model *engine.Model) { changes, cancel = model.Watch() }); err != nil {
		return err
	}
	defer func() {
		// The engine outlives this call, or has ended and forgotten all watchers.
		_ = m.Engine.Call(context.WithoutCancel(ctx), cancel)
	}()
	for {
		done, err := look()
		if done || err != nil {
			return err
		}
		select {
		case <-changes:
		case <-ctx.Done():
			return ctx.Err()
		case <-m.Engine.Done():
			return engine.ErrEnded
		}
	}
}

func (m *Manager) sketch(model *engine.Model, names []ipc.Name) ([]sketch, error) {
	var list []sketch
	for _, name := range names {
		if n := len(list); n > 0 && name.Worker != 0 && list[n-1].id == name.ID && len(list[n-1].status.Workers) > 0 {
			list[n-1].onlyMore(model, name)
			continue
		}
		s := sketchOf(model, name.ID)
		s.status.Triggers = m.Triggers(model.Definition(name.ID))
		if name.Worker != 0 {
			s.only(name.Worker)
			if len(s.status.Workers) == 0 {
				return nil, noSuchWorker(model, name)
			}
		}
		list = append(list, s)
	}
	return list, nil
}

func ill(active, sub string) bool { return active == protocol.Failed || sub == "auto-restart" }
