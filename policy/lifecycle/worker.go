package lifecycle

import (
	"fmt"
	"strconv"
	"time"

	"unitd/units"
)

// Worker is one process of a pool. Its Key names it for ever, beyond a restart of the pool where something is stored
// for it; its Index is what people see and what a replacement keeps.
type Worker struct {
	Key        int  `json:"key"`
	Index      int  `json:"index"`
	Slot       int  `json:"slot"`
	Generation int  `json:"generation"`
	Role       Role `json:"role"`
	// Heir is, of a successor that was not started yet, the worker with whose stored files it begins; 0: none.
	Heir int `json:"heir,omitempty"`
	// Proven is set once this worker was ready: from then on its failures are its own, not its generation's.
	Proven bool `json:"proven,omitempty"`
	// Tried is set once an attempt to start it has failed since somebody asked for a start of the pool.
	Tried bool `json:"tried,omitempty"`
	// RecycleAt is when the worker is recycled, or when another attempt at it is made; zero: never by time.
	RecycleAt time.Time `json:"recycle_at,omitzero"`
	// Due says why the worker is to be recycled as soon as it is its turn; "": it is not.
	Due string `json:"due,omitempty"`
	// MaxRequests is after how many requests the present run ends itself; 0: it is not asked to.
	MaxRequests int `json:"max_requests,omitempty"`
	// Port or Socket is where the present run listens, in a pool with dispatch "proxy".
	Port   int    `json:"port,omitempty"`
	Socket string `json:"socket,omitempty"`
	// Suspect is set while it accepts nothing: others get the new connections.
	Suspect bool `json:"suspect,omitempty"`
	// Spent is set when it has nearly been given as many requests as it ends itself after: others get the new ones.
	Spent bool `json:"spent,omitempty"`
	// Recycled is set once its replacement is ready, so that it ends for that reason.
	Recycled bool `json:"recycled,omitempty"`
	// Asked is set while somebody waits for its replacement, Refused is why the last one did not become ready.
	Asked   bool    `json:"asked,omitempty"`
	Refused string  `json:"refused,omitempty"`
	Process Process `json:"process"`

	def          *units.Pool
	drainTimeout time.Duration
	// relieved is set while new connections can go to others; answered while clients are not known to go to workers,
	// which they do since admittedAt; blind as the pool's is.
	relieved, answered, blind bool
	admittedAt                time.Time
}

// Role says what a worker is to its index.
type Role string

// The roles.
const (
	Serving   Role = "serving"
	Successor Role = "successor" // becomes serving once ready
	Retiring  Role = "retiring"  // drains, stops, and is forgotten
)

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
	switch {
	case w == nil && s.ev.Kind == Stored:
		p.keptAre(s.ev)
	case w == nil:
	case s.ev.Kind == Outgrown:
		w.outgrown(s.ev)
	case s.ev.Kind == Worn:
		w.worn(s.ev)
	case s.ev.Kind == Spent:
		w.spent(s.ev)
	case s.ev.Kind == Suspected:
		w.suspected(s.ev)
	case s.ev.Kind == Listens && w.Process.Phase.Up() && s.ev.Run == w.Process.Main: // it was taken over
		p.Steered = nil
	default:
		p.stepWorker(s, w, s.ev)
	}
}

func (p *Pool) stepWorker(s *step, w *Worker, ev Event) {
	ev.Worker = 0
	in := s.in
	in.Run += s.runs
	in.Invocation = w.invocation(in.Invocation)
	in.Grouped = false // a worker's failures concern its pool only
	w.Process.scope.Worker = w.scope(p.Count)
	w.relieved, w.answered = p.relieves(w), p.Answer != nil || !p.Attended()
	w.admittedAt, w.blind = p.AdmittedAt, p.Blind
	before := w.Process.Phase
	var failed *Action
	for _, a := range w.Process.Step(w.def.App, ev, in) {
		a.Worker, a.Generation = w.Key, w.Generation
		switch a.Do {
		case Settled:
			if a.Asked == AskedStart && !a.OK {
				failed = &a
			}
			continue
		case Failure, Ended:
			continue
		case Drain:
			a.Slot = w.Slot
			s.drains = append(s.drains, a) // once new connections go elsewhere
			continue
		case Prepare, Spawn, AwaitListener, WatchChecks:
			a.Slot = w.Slot
		}
		if a.Do == Spawn && a.Hook == NoHook {
			a.Heir, w.Heir = w.Heir, 0
		}
		if a.Run == in.Run {
			s.runs++ // several workers may begin a run in one step of the pool
		}
		s.do(a)
	}
	if w.Process.Phase == Active && before != Active {
		w.became(s)
		p.watchQueue(s, w)
	}
	if failed != nil {
		p.workerFailed(s, w, failed.Reason)
	}
}

// invocation makes an id of the worker's own of that of the step, since several workers may start in one.
func (w *Worker) invocation(step string) string {
	const digits = 8 // that the key goes into
	if len(step) < digits {
		return step
	}
	rest := len(step) - digits
	tail, err := strconv.ParseUint(step[rest:], 16, 32)
	if err != nil {
		return step
	}
	return fmt.Sprintf("%s%08x", step[:rest], uint32(tail)^uint32(w.Key))
}

// scope is what the worker's expressions may refer to.
func (w *Worker) scope(count int) *units.WorkerScope {
	return &units.WorkerScope{Index: w.Index, Count: count, Port: w.Port, Socket: w.Socket, MaxRequests: w.MaxRequests}
}

// workerFailed is a worker whose attempt to start has failed, or that ended.
func (p *Pool) workerFailed(s *step, w *Worker, why string) {
	if p.Stop != "" || w.Role == Retiring {
		return
	}
	w.Tried = true
	switch {
	case p.Roll != nil && !w.Proven && w.Generation == p.Roll.To:
		if !p.Roll.Back {
			p.Blamed = w.Key
		}
		p.rollFailed(s, fmt.Sprintf("worker %d: %s", w.Index, why))
	case p.Roll == nil && w.Role == Successor:
		p.Blamed = w.Key
		p.recycleFailed(s, w, why)
	}
}
