package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

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
// it is said, and tried again.
func (l *loaded) saveFirst(log *slog.Logger) {
	if err := l.saved.Save(l.dirs.State); err != nil {
		log.Error("save what earlier managers were told; it stays as it was saved last, and is tried again every 5 s", "error", err)
		l.mu.Lock()
		l.changed, l.failing = true, true
		l.mu.Unlock()
	}
}

// save writes the overrides and the last good load after every change until ctx ends, and what has changed by then.
func (l *loaded) save(ctx context.Context, log *slog.Logger) error {
	for {
		l.mu.Lock()
		failed := l.failing
		l.mu.Unlock()
		select {
		case <-l.unsaved:
		case <-again(failed):
		case <-ctx.Done():
			l.saveNow(log)
			return nil
		}
		l.saveNow(log)
	}
}

// again says when something is written once more that could not be written; never, where nothing failed.
func again(failed bool) <-chan time.Time {
	if !failed {
		return nil
	}
	return time.After(rewrite)
}

// saveNow returns when all is saved that has changed before, or cannot be: then it has still to be saved.
func (l *loaded) saveNow(log *slog.Logger) {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.mu.Lock()
	changed, saved, sources, failing := l.changed, l.saved.Clone(), l.unkept, l.failing
	l.changed, l.unkept = false, nil
	l.mu.Unlock()
	if !changed {
		return
	}
	overridesErr := saved.Save(l.dirs.State)
	var sourcesErr error
	if sources != nil {
		sourcesErr = state.SaveSources(l.dirs.State, sources)
	}
	l.mu.Lock()
	l.failing = overridesErr != nil || sourcesErr != nil
	l.changed = l.changed || l.failing
	if sourcesErr != nil && l.unkept == nil {
		l.unkept = sources
	}
	l.mu.Unlock()
	err := errors.Join(overridesErr, sourcesErr)
	switch {
	case err == nil && failing:
		log.Info("what enable, disable, scale, maintenance and stop have said is saved again, and the last good load")
	case err != nil && failing: // it was said
	case overridesErr != nil:
		log.Error("save what enable, disable, scale, maintenance and stop have said; it is forgotten if the manager ends now, and tried again every 5 s", "error", err)
	case err != nil:
		log.Warn("keep the last good load; tried again every 5 s", "error", err)
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
