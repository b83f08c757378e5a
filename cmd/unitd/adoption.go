package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/runtime/state"
	"unitd/units"
)

// predecessor is what the manager before this one has recorded, where it did not end by itself.
type predecessor struct {
	state engine.Saved
	kept  executor.Kept
}

// readRecord reads what the manager before this one has left; nil: nothing, or nothing that could be read. salt is what
// the names of its processes are mixed with.
func readRecord(stateDir, bootID string, log *slog.Logger) (p *predecessor, salt uint64) {
	const lost = "the state of the manager before is lost: what it has left is ended and started again"
	recorded, err := state.LoadRecord(stateDir, bootID)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, state.ErrOtherBoot):
		return nil, rand.Uint64()
	case err != nil:
		log.Error(lost, "error", err)
		return nil, rand.Uint64()
	}
	p = &predecessor{}
	for _, text := range recorded.States {
		var s engine.Saved
		if json.Unmarshal(text, &s) != nil {
			recorded.Damaged++
			continue
		}
		p.state.Add(s)
	}
	if recorded.Kept != nil && json.Unmarshal(recorded.Kept, &p.kept) != nil {
		recorded.Damaged++
	}
	if recorded.Damaged > 0 {
		log.Warn("parts of the state of the manager before are damaged: what they told of is ended and started again", "parts", recorded.Damaged)
	}
	if p.state.Units == nil {
		return nil, recorded.Salt
	}
	return p, recorded.Salt
}

// handedOver finds the units that were in force in this process before, whatever the files say by now: only apply reads them.
func (l *loaded) handedOver(h *handover) (*units.Set, error) {
	sources := units.CompleteSources(h.Sources, os.DirFS(l.dirs.Units))
	set, _, err := l.loadFrom(inMemory(sources), nil)
	return set, err
}

// inForce finds the units that were in force when the manager before this one died: those of the files, or, where these
// have changed since, those of the last good load. changed says that the files are to be applied then.
func (l *loaded) inForce(files *units.Set, log *slog.Logger) (set *units.Set, changed bool) {
	sources, err := state.LoadSources(l.dirs.State)
	if err != nil {
		log.Warn("the unit files that were in force are lost: what has changed in them since counts for what is started from now on", "error", err)
		return files, false
	}
	if maps.EqualFunc(sources, files.Keepable(), bytes.Equal) && l.sameVars() {
		return files, false
	}
	sources = units.CompleteSources(sources, os.DirFS(l.dirs.Units))
	before, _, err := l.loadFrom(inMemory(sources), nil)
	if err != nil {
		log.Warn("the unit files that were in force cannot be loaded any more: what has changed in them since counts for what is started from now on", "error", firstLine(err))
		return files, false
	}
	return before, true
}

// sameVars reports that this start has brought no other variables than the one before.
func (l *loaded) sameVars() bool {
	for name, text := range l.vars {
		if kept, ok := l.saved.Vars[name]; !ok || kept != text {
			return false
		}
	}
	return true
}

// takeOver gives engine and executor what the manager before this one has left. Neither runs yet.
func (p *parts) takeOver() {
	from := &executor.Inheritance{Salt: p.loaded.salt, Units: map[units.ID]executor.Inherited{}}
	if h := p.loaded.handover; h != nil {
		from.FDs, from.Ready = append([]int{}, h.Open.FDs...), h.Open.Ready
		h.taken = true
	}
	if before := p.loaded.before; before != nil {
		p.engine.Resume(before.state)
		from.Kept = before.kept
		trees, defs := p.engine.Trees(), p.engine.Definitions()
		for id, u := range before.state.Units {
			if def := defs[id]; def != nil {
				from.Units[id] = executor.Inherited{Definition: def, Trees: trees[id], Held: u.Held, Stores: u.State.Stores()}
			}
		}
	}
	p.executor.Inherit(from)
}

// begin boots, or goes on where the manager before has stopped.
func (p *parts) begin(ctx context.Context) error {
	before := p.loaded.before
	if before == nil || before.state.Draining {
		return p.engine.Call(ctx, (*engine.Model).Boot)
	}
	if err := p.engine.Call(ctx, (*engine.Model).Rejoin); err != nil || !p.loaded.outdated {
		return err
	}
	if _, err := p.control.ApplyFiles(ctx); err != nil {
		p.log.Error("apply what has changed meanwhile", "error", err)
	}
	return nil
}

// scribe writes the record of this manager, beside the engine's loop.
type scribe struct {
	record *state.Record
	log    *slog.Logger
	ask    func(context.Context) // has save called with a whole state; it does not wait for that
	queue  chan savedState
	ended  chan struct{} // closed when nothing is written any more
	wants  atomic.Bool   // the next state is to be whole
	lost   atomic.Bool   // one did not fit into the queue, and none since was whole

	// Of run alone: only a whole state helps; when something could not be written; that this was said.
	broken bool
	failed time.Time
	said   bool
}

type savedState struct {
	text    []byte // nil: nothing is to be written
	whole   bool
	gap     bool          // one that it builds on was lost
	written chan struct{} // closed then; may be nil
}

const (
	scribeQueue = 64
	// rewrite is how long after a failure it is tried again to write all, whether anything has changed since or not.
	rewrite = 5 * time.Second
)

func newScribe(l *loaded, log *slog.Logger, link *link) (*scribe, error) {
	record, err := state.NewRecord(l.dirs.State, l.bootID, l.salt)
	ask := func(ctx context.Context) {
		go func() { _ = link.engine.Call(ctx, (*engine.Model).RecordAll) }() // who ends needs no record
	}
	return &scribe{record: record, log: log, ask: ask, queue: make(chan savedState, scribeQueue), ended: make(chan struct{})}, err
}

// save takes a state to be written, and says whether the next one is to be whole. It is called in the engine's loop, which
// must not wait for a disk.
func (s *scribe) save(text []byte, whole bool) (next bool) {
	select {
	case s.queue <- savedState{text: text, whole: whole, gap: s.lost.Load()}:
		if whole {
			s.lost.Store(false)
		}
	default:
		s.lost.Store(true)
	}
	return s.wants.Swap(false)
}

// flush writes a whole state, behind all that waits, and returns when that is done.
func (s *scribe) flush(text []byte) {
	written := make(chan struct{})
	s.queue <- savedState{text: text, whole: true, written: written}
	<-written
}

// settle returns when all is written that was saved before, or ctx ends.
func (s *scribe) settle(ctx context.Context) {
	written := make(chan struct{})
	select {
	case s.queue <- savedState{written: written}:
	case <-s.ended:
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-written:
	case <-s.ended:
	case <-ctx.Done():
	}
}

// kept writes who keeps sockets open.
func (s *scribe) kept(k executor.Kept) {
	if err := s.record.Kept(k); err != nil {
		s.log.Warn("record who keeps sockets open", "error", err)
	}
}

// run writes until ctx ends.
func (s *scribe) run(ctx context.Context) error {
	defer close(s.ended)
	var again <-chan time.Time
	for {
		switch behind := s.broken || s.lost.Load(); {
		case !behind:
			again = nil
		case again == nil:
			again = time.After(rewrite)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again:
			again = nil
			s.ask(ctx)
		case next := <-s.queue:
			if next.text != nil {
				s.write(next)
			}
			if next.written != nil {
				close(next.written)
			}
		}
	}
}

// write writes a state. After a failure that is nothing but a whole one.
func (s *scribe) write(next savedState) {
	if next.gap {
		s.broken = true
	}
	if s.broken && !next.whole {
		if time.Since(s.failed) > rewrite {
			s.failed = time.Now()
			s.wants.Store(true)
		}
		return
	}
	wants, err := s.record.State(next.text, next.whole)
	if err != nil {
		if !s.said {
			s.log.Error("record the state: if the manager were killed now, the next one would know an older one", "error", err)
		}
		s.broken, s.failed, s.said = true, time.Now(), true
		return
	}
	if s.said && next.whole {
		s.log.Info("the state is recorded again")
		s.said = false
	}
	s.broken = s.broken && !next.whole
	if wants {
		s.wants.Store(true)
	}
}

// up is the time since the boot of the host, that of its sleep included; no setting of the clock moves it.
func up() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) // fails only for clocks that do not exist
	return time.Duration(t.Nano())
}
