package main

import (
	"context"
	"log/slog"
	"slices"

	"unitd/runtime/engine"
	"unitd/runtime/state"
	"unitd/units"
)

// overrides are the saved ones, without those whose value has changed in the unit files.
func (l *loaded) overrides() engine.Overrides {
	o := engine.Overrides{
		Enabled: map[units.ID]bool{}, Workers: map[units.ID]int{}, Maintenance: map[units.ID]bool{}, Stopped: map[units.ID]bool{},
	}
	for text, e := range l.saved.Enabled {
		if u := l.set.Units[units.ID(text)]; u != nil && u.Enabled == e.Declared {
			o.Enabled[u.ID] = e.Enabled
		}
	}
	for text, w := range l.saved.Workers {
		if u := l.set.Units[units.ID(text)]; u != nil && u.Pool != nil && u.Pool.Workers == w.Declared {
			o.Workers[u.ID] = w.Workers
		}
	}
	for _, text := range l.saved.Maintenance {
		if u := l.set.Units[units.ID(text)]; u != nil && u.Pool != nil && u.Pool.Unavailable != nil {
			o.Maintenance[u.ID] = true
		}
	}
	for _, text := range l.saved.Stopped {
		o.Stopped[units.ID(text)] = true
	}
	return o
}

// persist takes the engine's overrides to be saved. It is called in the engine's loop, which must not wait for
// a disk: save does.
func (l *loaded) persist(o engine.Overrides, set *units.Set) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.saved.Enabled, l.saved.Workers = map[string]state.EnabledOverride{}, map[string]state.WorkersOverride{}
	l.saved.Maintenance, l.saved.Stopped = sorted(o.Maintenance), sorted(o.Stopped)
	for id, enabled := range o.Enabled {
		if u := set.Units[id]; u != nil {
			l.saved.Enabled[string(id)] = state.EnabledOverride{Enabled: enabled, Declared: u.Enabled}
		}
	}
	for id, workers := range o.Workers {
		if u := set.Units[id]; u != nil && u.Pool != nil {
			l.saved.Workers[string(id)] = state.WorkersOverride{Workers: workers, Declared: u.Pool.Workers}
		}
	}
	l.changed = true
	poke(l.unsaved)
}

// sorted lists the ids of a set.
func sorted(set map[units.ID]bool) []string {
	var list []string
	for id := range set {
		list = append(list, string(id))
	}
	slices.Sort(list)
	return list
}

// saveFirst writes the overrides as they are when unitd starts. Where they cannot be written no unit is kept from starting:
// it is said, and tried again with the next change.
func (l *loaded) saveFirst(log *slog.Logger) {
	if err := l.saved.Save(l.dirs.State); err != nil {
		log.Error("save what earlier managers were told; it stays as it was saved last", "error", err)
	}
}

// save writes the overrides and the last good load after every change until ctx ends, and what has changed by then.
func (l *loaded) save(ctx context.Context, log *slog.Logger) error {
	for {
		select {
		case <-l.unsaved:
			l.saveNow(log)
		case <-ctx.Done():
			select {
			case <-l.unsaved:
				l.saveNow(log)
			default:
			}
			return nil
		}
	}
}

// saveNow returns when all is saved that has changed before.
func (l *loaded) saveNow(log *slog.Logger) {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.mu.Lock()
	changed, saved, sources := l.changed, l.saved.Clone(), l.unkept
	l.changed, l.unkept = false, nil
	l.mu.Unlock()
	if !changed {
		return
	}
	if err := saved.Save(l.dirs.State); err != nil {
		log.Error("save what enable, disable, scale, maintenance and stop have said; it is forgotten when the manager ends", "error", err)
	}
	if sources == nil {
		return
	}
	if err := state.SaveSources(l.dirs.State, sources); err != nil {
		log.Warn("keep the last good load", "error", err)
	}
}

// poke puts a value into a channel unless one waits there already.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// markShutdown notes that the manager ends on purpose.
func (l *loaded) markShutdown(log *slog.Logger) {
	l.mu.Lock()
	l.saved.Shutdown, l.changed = true, true
	l.mu.Unlock()
	l.saveNow(log)
}
