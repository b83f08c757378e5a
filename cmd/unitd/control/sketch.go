package control

import (
	"fmt"
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

// sketch is a status before what has to be read from /proc and logs, which is no business of the loop.
type sketch struct {
	status protocol.UnitStatus
	id     units.ID
	run    uint64
	runs   []uint64 // of workers, beside status.Workers
	keys   []int
	// members are the runs of a supervisor's members.
	members []uint64
	// program is what a unit runs; nil: nothing.
	program *units.Process
	def     *units.Unit
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
	s := sketch{id: id, def: def, status: protocol.UnitStatus{
		ID: string(id), Kind: string(id.Kind()), Description: def.Description,
		Active: u.Phase().ActiveState(), Sub: u.Sub(), Since: u.Since(), Note: u.Note(),
		Enabled: model.Enabled(id), Supervisor: string(def.Supervisor),
		MainPID: u.MainPID(), InvocationID: u.Invocation(),
	}}
	switch {
	case u.Pipeline != nil:
		s.pipeline(model, u, def)
	case u.Process != nil:
		s.process(u.Process, def)
	case u.Pool != nil:
		s.pool(u.Pool, def.Pool)
	case u.Supervisor != nil:
		s.supervisor(model, u)
	}
	if u.Timer != nil {
		s.job(u, def.Job)
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
	s.status.Restarts, s.status.StatusText, s.program = &restarts, statusText(p), def.Process()
	s.status.LastExit = lastExit(p.LastExit)
	for _, c := range p.Checks {
		s.status.Health = append(s.status.Health, protocol.Health{
			Name: c.Name, OK: c.OK && runs(p), Failures: c.Failures, LastError: c.LastError,
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

// untilText says in whole seconds how long it is until then; "" where that is past.
func untilText(at time.Time) string {
	left := time.Until(at)
	if left <= 0 {
		return ""
	}
	return lifecycle.DurationText((left + time.Second - 1).Truncate(time.Second))
}
