package control

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
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

// sketch is a status before what has to be read from /proc and logs, which is no business of the loop.
type sketch struct {
	status protocol.UnitStatus
	id     units.ID
	run    uint64
	runs   []uint64 // of workers, beside status.Workers
	keys   []int
	// members are the runs of a supervisor's members.
	members []uint64
	// sandbox is that of a unit that runs programs; nil: it runs none.
	sandbox *units.Sandbox
}

func (m *Manager) sketch(model *engine.Model, names []ipc.Name) ([]sketch, error) {
	var list []sketch
	for _, name := range names {
		if n := len(list); n > 0 && name.Worker != 0 && list[n-1].id == name.ID && len(list[n-1].status.Workers) > 0 {
			list[n-1].onlyMore(model, name)
			continue
		}
		s := sketchOf(model, name.ID)
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

// noSuchWorker says which workers there are.
func noSuchWorker(model *engine.Model, name ipc.Name) error {
	var nearest []string
	if p := model.Unit(name.ID).Pool; p != nil {
		for index := 1; index <= min(p.Count, 3); index++ {
			nearest = append(nearest, fmt.Sprintf("%s/%d", name.ID.Name(), index))
		}
	}
	return protocol.NoSuchUnit(fmt.Sprintf("%s/%d", name.ID.Name(), name.Worker), nearest)
}

// only keeps one worker.
func (s *sketch) only(index int) {
	var workers []protocol.Worker
	var runs []uint64
	var keys []int
	for i, w := range s.status.Workers {
		if w.Index == index {
			workers, runs, keys = append(workers, w), append(runs, s.runs[i]), append(keys, s.keys[i])
		}
	}
	s.status.Workers, s.runs, s.keys = workers, runs, keys
}

// onlyMore adds one more worker that was named.
func (s *sketch) onlyMore(model *engine.Model, name ipc.Name) {
	more := sketchOf(model, name.ID)
	more.only(name.Worker)
	s.status.Workers = append(s.status.Workers, more.status.Workers...)
	s.runs, s.keys = append(s.runs, more.runs...), append(s.keys, more.keys...)
}

func sketchOf(model *engine.Model, id units.ID) sketch {
	u, def := model.Unit(id), model.Definition(id)
	s := sketch{id: id, status: protocol.UnitStatus{
		ID: string(id), Kind: string(id.Kind()), Description: def.Description,
		Active: u.Phase().ActiveState(), Sub: u.Sub(), Since: u.Since(), Note: u.Note(),
		Enabled: model.Enabled(id), Supervisor: string(def.Supervisor),
		MainPID: u.MainPID(), InvocationID: u.Invocation(),
	}}
	switch {
	case u.Process != nil:
		s.process(u.Process, def)
	case u.Pool != nil:
		s.pool(u.Pool, def.Pool)
	case u.Supervisor != nil:
		s.supervisor(model, u)
	}
	s.waiting(model)
	return s
}

// waiting shows a unit whose start waits for others.
func (s *sketch) waiting(model *engine.Model) {
	j, waitsFor, ok := model.Job(s.id)
	if !ok || j.State != job.Waiting || j.Now != job.Start || s.status.Active == protocol.Active {
		return
	}
	s.status.Active, s.status.Sub = protocol.Activating, "waiting"
	var words []string
	for _, id := range waitsFor {
		words = append(words, string(id))
	}
	if len(words) > 0 {
		s.status.Note = "waits for " + strings.Join(words, ", ")
	}
}

func (s *sketch) process(p *lifecycle.Process, def *units.Unit) {
	s.run = p.Main
	restarts := p.Restarts
	s.status.Restarts, s.status.StatusText, s.sandbox = &restarts, statusText(p), &def.Process().Sandbox
	s.status.LastExit = lastExit(p.LastExit)
	for _, c := range p.Checks {
		s.status.Health = append(s.status.Health, protocol.Health{
			Name: c.Name, OK: c.OK, Failures: c.Failures, LastError: c.LastError,
		})
	}
	if p.Phase == lifecycle.Backoff {
		s.status.Note = backoffNote(p)
	}
	for _, l := range def.Process().Listen {
		s.status.Listen = append(s.status.Listen, protocol.Listen{Name: l.Name, Address: l.Address})
	}
}

// statusText is what the program says of itself, with the error that it names.
func statusText(p *lifecycle.Process) string {
	var words []string
	if p.StatusText != "" {
		words = append(words, p.StatusText)
	}
	if p.Errno != 0 {
		words = append(words, fmt.Sprintf("errno %d: %s", p.Errno, syscall.Errno(p.Errno)))
	}
	if p.ExitStatus != 0 {
		words = append(words, fmt.Sprintf("exit status %d", p.ExitStatus))
	}
	return strings.Join(words, "; ")
}

// backoffNote says when the next attempt comes. It is made when it is asked for.
func backoffNote(p *lifecycle.Process) string {
	if in := untilText(p.Deadline); in != "" {
		return p.Note + "; in " + in
	}
	return p.Note
}

func (s *sketch) pool(p *lifecycle.Pool, def *units.Pool) {
	restarts := p.Restarts
	s.sandbox = &def.App.Sandbox
	for _, l := range def.Listen {
		s.status.Listen = append(s.status.Listen, protocol.Listen{Name: l.Name, Address: l.Address})
	}
	workers := slices.Clone(p.Workers)
	slices.SortStableFunc(workers, func(a, b *lifecycle.Worker) int {
		if a.Index != b.Index {
			return a.Index - b.Index
		}
		return a.Generation - b.Generation
	})
	for _, w := range workers {
		restarts += w.Process.Restarts
		s.runs, s.keys = append(s.runs, w.Process.Main), append(s.keys, w.Key)
		s.status.Workers = append(s.status.Workers, workerStatus(w))
	}
	s.status.Restarts, s.status.Health = &restarts, healthOf(workers)
	if p.Phase == lifecycle.Inactive || p.Phase == lifecycle.Failed {
		return
	}
	note := fmt.Sprintf("%d/%d ready", p.Ready(), p.Count)
	if len(def.Listen) > 0 {
		note += " on " + def.Listen[0].Address
	}
	for _, more := range []string{p.Clients(), p.Note} {
		if more != "" {
			note += "; " + more
		}
	}
	s.status.Note = note
}

// healthOf is how each check stands with the workers that serve: as with the one that is worst off.
func healthOf(workers []*lifecycle.Worker) []protocol.Health {
	var list []protocol.Health
	for _, w := range workers {
		if w.Role != lifecycle.Serving {
			continue
		}
		for _, c := range w.Process.Checks {
			i := slices.IndexFunc(list, func(h protocol.Health) bool { return h.Name == c.Name })
			if i < 0 {
				i = len(list)
				list = append(list, protocol.Health{Name: c.Name, OK: true})
			}
			h := &list[i]
			h.OK = h.OK && c.OK
			if c.LastError != "" && (c.Failures > h.Failures || h.LastError == "") {
				h.Failures, h.LastError = c.Failures, fmt.Sprintf("worker %d: %s", w.Index, c.LastError)
			}
		}
	}
	return list
}

func workerStatus(w *lifecycle.Worker) protocol.Worker {
	p := &w.Process
	note := p.Words()
	switch {
	case p.Phase == lifecycle.Backoff:
		note = backoffNote(p)
	case w.Role == lifecycle.Retiring:
		note = "is being replaced"
	case w.Role == lifecycle.Successor:
		note = "replaces its predecessor once ready"
	case w.Refused != "":
		note = w.Refused
	case note == "" && p.Phase.Up() && w.Proxied():
		note = w.Place()
	}
	status := protocol.Worker{
		Index: w.Index, Active: p.Phase.ActiveState(), Sub: p.Sub(), Generation: w.Generation, Since: p.Since,
		Restarts: p.Restarts, LastExit: lastExit(p.LastExit), Note: note,
	}
	if !p.MainGone {
		status.MainPID = p.MainPID
	}
	return status
}

func (s *sketch) supervisor(model *engine.Model, u *lifecycle.Unit) {
	restarts := u.Supervisor.Restarts
	s.status.Restarts = &restarts
	for _, member := range model.Set().Graph().Members(u.ID) {
		w := model.Unit(member)
		if w == nil {
			continue
		}
		s.members = append(s.members, runsOf(w)...)
		if w.Phase() == lifecycle.Failed && u.Supervisor.Phase == lifecycle.Active {
			s.status.Sub = "degraded"
		}
	}
}

func lastExit(e *lifecycle.LastExit) *protocol.LastExit {
	if e == nil {
		return nil
	}
	out := &protocol.LastExit{Reason: string(e.Reason), Signal: string(e.Exit.Signal), At: e.At, Why: e.Why}
	if e.Exit.Signal == "" {
		code := e.Exit.Code
		out.Code = &code
	}
	return out
}

func ill(active, sub string) bool { return active == protocol.Failed || sub == "auto-restart" }

// untilText says in whole seconds how long it is until then; "" where that is past.
func untilText(at time.Time) string {
	left := time.Until(at)
	if left <= 0 {
		return ""
	}
	return lifecycle.DurationText((left + time.Second - 1).Truncate(time.Second))
}
