package lifecycle

import (
	"fmt"
	"slices"
	"time"

	"unitd/units"
)

// Pool is the state of a pool: N indexes, each with the worker that serves it, and for a while a successor
// that gets ready in a free slot, and predecessors that drain.
//
// A slot is one listening socket of the pool's reuseport group. New connections are steered only to the
// slots of ready workers. A worker that died is restarted in its slot and so inherits its queue; a worker
// that is replaced while it lives keeps its slot until it has drained.
type Pool struct {
	Phase   Phase     `json:"phase"`
	Since   time.Time `json:"since"`
	Workers []*Worker `json:"workers,omitempty"`
	// Count is how many workers are wanted, Generation what they should run.
	Count      int   `json:"count"`
	Generation int   `json:"generation"`
	NextKey    int   `json:"next_key"`
	Steered    []int `json:"steered,omitempty"`
	Listening  bool  `json:"listening,omitempty"`
	Preparing  bool  `json:"preparing,omitempty"`
	// Scaled is a size asked for by `scale`; 0: what the unit file says.
	Scaled   int     `json:"scaled,omitempty"`
	Roll     *Roll   `json:"roll,omitempty"`
	Restarts int     `json:"restarts,omitempty"`
	Stop     StopFor `json:"stop,omitempty"`
	Note     string  `json:"note,omitempty"`
	// FailedSub is the sub state of failed; Invocation that of this activation.
	FailedSub  string `json:"failed_sub,omitempty"`
	Invocation string `json:"invocation,omitempty"`
	Settled    bool   `json:"settled,omitempty"` // the start was answered

	def *units.Pool
}

// Worker is one process of a pool. Its Key names it for ever; its Index is what people see and what a
// replacement keeps.
type Worker struct {
	Key        int  `json:"key"`
	Index      int  `json:"index"`
	Slot       int  `json:"slot"`
	Generation int  `json:"generation"`
	Role       Role `json:"role"`
	// Proven is set once this worker was ready: from then on its failures are its own, not its generation's.
	Proven  bool `json:"proven,omitempty"`
	Process Process

	def          *units.Pool
	drainTimeout time.Duration
}

// Role says what a worker is to its index.
type Role string

// The roles.
const (
	Serving   Role = "serving"
	Successor Role = "successor" // becomes serving once ready
	Retiring  Role = "retiring"  // drains, stops, and is forgotten
)

// Step moves the pool on by one event. def is what the unit files say now.
func (p *Pool) Step(def *units.Pool, ev Event, in In) []Action {
	s := &step{ev: ev, in: in}
	if p.def == nil || p.Phase.Down() {
		p.def = def
	}
	if ev.Worker != 0 {
		p.workerEvent(s)
	} else {
		p.poolEvent(s)
	}
	p.reconcile(s)
	return s.out
}

// worker finds a worker by its key.
func (p *Pool) worker(key int) *Worker {
	for _, w := range p.Workers {
		if w.Key == key {
			return w
		}
	}
	return nil
}

// workerEvent hands an event to one worker and takes in what came of it.
func (p *Pool) workerEvent(s *step) {
	w := p.worker(s.ev.Worker)
	if w == nil {
		return
	}
	p.stepWorker(s, w, s.ev)
}

func (p *Pool) stepWorker(s *step, w *Worker, ev Event) {
	ev.Worker = 0
	in := s.in
	in.Run |= uint64(w.Key) % RunsPerStep // several workers may spawn in one step of the pool
	before := w.Process.Phase
	for _, a := range w.Process.Step(w.def.App, ev, in) {
		a.Worker, a.Generation = w.Key, w.Generation
		switch a.Do {
		case Settled:
			p.workerSettled(s, w, a)
			continue
		case Failure, Ended:
			continue
		case Prepare, Spawn, WatchChecks, Drain:
			a.Slot = w.Slot
		}
		s.do(a)
	}
	if w.Process.Phase == Active && before != Active {
		w.Proven = true
	}
}

// workerSettled is a worker whose start has succeeded or failed.
func (p *Pool) workerSettled(s *step, w *Worker, a Action) {
	if a.Asked != AskedStart || a.OK || p.Stop != "" || w.Role == Retiring {
		return
	}
	p.Note = fmt.Sprintf("worker %d: %s", w.Index, a.Reason)
	if p.Roll != nil && !w.Proven && w.Generation == p.Roll.To {
		p.rollFailed(s, w, a.Reason)
	}
}

func (p *Pool) poolEvent(s *step) {
	switch s.ev.Kind {
	case StartWanted:
		p.start(s)
	case StopWanted:
		p.stop(s)
	case ReloadWanted:
		p.beginRoll(s)
	case ScaleWanted:
		p.scale(s)
	case ResetWanted:
		p.reset(s)
	case Redefined:
		p.redefine(s)
	case Blocked:
		p.phase(s, Failed)
		p.FailedSub, p.Note = SubDependency, s.ev.Err
		p.release(s)
	case Prepared:
		if p.Preparing {
			p.Preparing, p.Listening = false, true
		}
	case NotPrepared:
		p.notPrepared(s)
	case Expired:
		p.expire(s)
	}
}

// expire hands the passing of time to the workers whose deadline it is.
func (p *Pool) expire(s *step) {
	for _, w := range slices.Clone(p.Workers) {
		if d := w.Process.Deadline; !d.IsZero() && !d.After(s.in.Now) {
			p.stepWorker(s, w, s.ev)
		}
	}
}

// Deadline is the earliest deadline among the workers.
func (p *Pool) Deadline() time.Time {
	var first time.Time
	for _, w := range p.Workers {
		first = earlier(first, w.Process.Deadline)
	}
	return first
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (p *Pool) start(s *step) {
	if p.Phase.Up() {
		s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
		return
	}
	if !p.Phase.Down() && p.Phase != "" {
		return
	}
	p.phase(s, Starting)
	p.Stop, p.Note, p.FailedSub, p.Settled = "", "", "", false
	p.Invocation, p.Workers, p.Roll = s.in.Invocation, nil, nil
	p.Generation++
	p.Count = p.def.Workers
	if p.Scaled > 0 {
		p.Count = p.Scaled
	}
	p.prepare(s)
}

// slots is how many slots the pool needs.
func (p *Pool) slots() int { return p.Count + max(p.def.Surge, 1) }

func (p *Pool) prepare(s *step) {
	p.Preparing = true
	p.Steered = nil
	s.do(Action{Do: Prepare, Generation: p.Generation, Slots: make([]int, p.slots()), Listen: p.def.Listen})
}

func (p *Pool) notPrepared(s *step) {
	if !p.Preparing {
		return
	}
	p.Preparing, p.Note = false, s.ev.Err
	if p.Phase != Starting || len(p.Workers) > 0 {
		return // a scaled pool that got no more slots: it goes on with those it has
	}
	p.FailedSub = "start"
	p.fail(s)
}

func (p *Pool) fail(s *step) {
	p.phase(s, Failed)
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: p.Note})
	s.do(Action{Do: Failure, Reason: p.Note})
	s.do(Action{Do: Ended, Reason: p.Note})
	p.release(s)
}

func (p *Pool) release(s *step) {
	if p.Stop != ForRestart && p.Listening {
		s.do(Action{Do: Release})
		p.Listening = false
	}
}

func (p *Pool) phase(s *step, phase Phase) {
	if p.Phase != phase && p.Phase.ActiveState() != phase.ActiveState() {
		p.Since = s.in.Now
	}
	p.Phase = phase
}

func (p *Pool) stop(s *step) {
	p.Stop = s.ev.For
	p.rollDropped(s, "the pool was stopped")
	if p.Phase.Down() || p.Phase == "" {
		p.phase(s, Inactive)
		p.Note, p.FailedSub = "", ""
		p.release(s)
		s.do(Action{Do: Settled, Asked: AskedStop, OK: true})
		return
	}
	p.phase(s, Stopping)
	for _, w := range slices.Clone(p.Workers) {
		p.stepWorker(s, w, Event{Kind: StopWanted, For: ForStop})
	}
}

func (p *Pool) reset(s *step) {
	p.Restarts, p.Note, p.FailedSub = 0, "", ""
	for _, w := range p.Workers {
		p.stepWorker(s, w, Event{Kind: ResetWanted})
	}
	if p.Phase == Failed {
		p.phase(s, Inactive)
	}
}

// scale changes how many workers are wanted; 0 goes back to what the unit file says.
func (p *Pool) scale(s *step) {
	p.Scaled = s.ev.Count
	if p.Phase.Down() || p.Phase == "" {
		return
	}
	p.Count = p.Scaled
	if p.Count == 0 {
		p.Count = p.def.Workers
	}
	p.prepareMore(s)
}

// prepareMore asks for as many slots as are wanted now.
func (p *Pool) prepareMore(s *step) {
	s.do(Action{Do: Prepare, Generation: p.Generation, Slots: make([]int, p.slots()), Listen: p.def.Listen})
	p.Preparing = true
}

// redefine takes what can change without replacing a worker: how many there are, and what redefines them.
func (p *Pool) redefine(s *step) {
	def := s.ev.Definition.Pool
	if p.Phase.Down() || p.Phase == "" || p.Roll != nil {
		return
	}
	p.def = def
	for _, w := range slices.Clone(p.Workers) {
		if w.Generation == p.Generation {
			w.def, w.drainTimeout = def, def.Drain
			p.stepWorker(s, w, s.ev)
		}
	}
	if p.Scaled == 0 && def.Workers != p.Count {
		p.Count = def.Workers
		p.prepareMore(s)
	}
}
