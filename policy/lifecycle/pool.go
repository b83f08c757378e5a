package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unitd/policy/restart"
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
	// Count is how many workers are wanted, Generation what they should run. A number that was given to a
	// generation is not given again: LastGeneration.
	Count          int   `json:"count"`
	Generation     int   `json:"generation"`
	LastGeneration int   `json:"last_generation"`
	NextKey        int   `json:"next_key"`
	Steered        []int `json:"steered,omitempty"`
	// Lobby is where clients wait while every worker is about to end itself; nil: there is one who is not.
	Lobby *Lobby `json:"lobby,omitempty"`
	// Slots is how many are open, Opening how many a Prepare that is under way will make it; 0: none is.
	Slots     int  `json:"slots,omitempty"`
	Opening   int  `json:"opening,omitempty"`
	Listening bool `json:"listening,omitempty"`
	// Holding is set while listeners may be held, by a Prepare that failed half-way too.
	Holding bool `json:"holding,omitempty"`
	// Closing is the Release that is waited for until CloseBy; 0: none.
	Closing uint64    `json:"closing,omitempty"`
	CloseBy time.Time `json:"close_by,omitzero"`
	// Reopen asks for a Prepare, since the listeners that are wanted are others than before.
	Reopen bool `json:"reopen,omitempty"`
	// Storing is set while something may be stored for a worker that is forgotten, Kept what that is where a start
	// is to follow.
	Storing bool   `json:"storing,omitempty"`
	Kept    []Kept `json:"kept,omitempty"`
	// TryAt is when a refused Prepare is tried again; OpenBy how long one is that another unit stands in
	// the way of.
	TryAt  time.Time `json:"try_at,omitzero"`
	OpenBy time.Time `json:"open_by,omitzero"`
	// Scaled is a size asked for by `scale`; 0: what the unit file says.
	Scaled int `json:"scaled,omitempty"`
	// Maintenance is set while people want clients answered by the manager, whatever the workers do.
	Maintenance bool `json:"maintenance,omitempty"`
	// UnreadySince is since when the pool listens and no worker is ready; zero: one is.
	UnreadySince time.Time `json:"unready_since,omitzero"`
	// Answer is what the manager answers clients; nil: they go to workers. AnswerAgain is when it is told to the
	// executor again. Diverted is where clients go as far as is known, DivertNote what was in the way, Diverting
	// how many changes of that have not come about yet.
	Answer      *units.Unavailable `json:"answer,omitempty"`
	AnswerAgain time.Time          `json:"answer_again,omitzero"`
	Diverted    bool               `json:"diverted,omitempty"`
	Diverting   int                `json:"diverting,omitempty"`
	DivertNote  string             `json:"divert_note,omitempty"`
	// AdmittedAt is when clients last began to go to workers again. Keeping says why they go to one that is not ready
	// instead of being answered; "": they do not.
	AdmittedAt time.Time `json:"admitted_at,omitzero"`
	Keeping    string    `json:"keeping,omitempty"`
	// Blind is set where a health check cannot be made at one worker alone, since the host has too few addresses.
	Blind bool `json:"blind,omitempty"`

	// PausedBy is the pipeline for which nothing is recycled; "": none.
	PausedBy units.ID `json:"paused_by,omitempty"`

	Roll     *Roll          `json:"roll,omitempty"`
	Streak   restart.Streak `json:"streak"`
	Restarts int            `json:"restarts,omitempty"`
	// NotRecycled counts the replacements in a row that did not become ready.
	NotRecycled int     `json:"not_recycled,omitempty"`
	Stop        StopFor `json:"stop,omitempty"`
	Note        string  `json:"note,omitempty"`
	// FailedSub is the sub state of failed; Invocation that of this activation.
	FailedSub  string `json:"failed_sub,omitempty"`
	Invocation string `json:"invocation,omitempty"`
	// Asked is set while a start waits for its answer.
	Asked bool `json:"asked,omitempty"`
	// Blamed is the key of the worker by which the last reload or replacement failed; 0: none did.
	Blamed int `json:"blamed,omitempty"`
	// AwaitsTurn is set in Backoff until others have restarted that it is ordered after.
	AwaitsTurn bool `json:"awaits_turn,omitempty"`

	def *units.Pool
}

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
	return append(s.out, s.drains...)
}

// Worker is the one that serves an index; nil: none does.
func (p *Pool) Worker(index int) *Worker { return p.serving(index) }

func (p *Pool) poolEvent(s *step) {
	switch s.ev.Kind {
	case StartWanted:
		p.start(s)
	case TurnCame:
		p.turnCame(s)
	case StopWanted:
		p.stop(s)
	case ReloadWanted:
		p.beginRoll(s)
	case ScaleWanted:
		p.scale(s)
	case ReplaceWanted:
		p.replace(s)
	case ResetWanted:
		p.reset(s)
	case Redefined:
		p.redefine(s)
	case Blocked:
		p.Stop, p.AwaitsTurn, p.TryAt = ForStop, false, time.Time{} // the start that a stopped restart had promised does not come
		p.phase(s, Failed)
		p.FailedSub, p.Note = SubDependency, s.ev.Err
		p.release(s)
	case MaintenanceWanted:
		p.maintain(s)
	case RecyclingPauses:
		p.pause(s)
	case Diverted:
		p.diverted(s)
	case Prepared:
		p.prepared(s)
	case NotPrepared:
		p.notPrepared(s)
	case Released:
		p.released(s.ev.Run)
	case Expired:
		p.expire(s)
	}
}

// expire hands the passing of time to the workers whose deadline it is.
func (p *Pool) expire(s *step) {
	if !p.TryAt.IsZero() && !p.TryAt.After(s.in.Now) {
		p.tryInTurn(s)
	}
	p.overdue(s.in.Now)
	p.due(s)
	for _, w := range slices.Clone(p.Workers) {
		if d := w.Process.Deadline; !d.IsZero() && !d.After(s.in.Now) {
			p.stepWorker(s, w, s.ev)
		}
	}
}

// Deadline is the earliest deadline among the workers, or when one is recycled, or when the listeners are tried
// again or must be closed, or when clients have waited for too long.
func (p *Pool) Deadline() time.Time {
	first := earlier(earlier(earlier(p.TryAt, p.CloseBy), p.answerAt()), p.Lobby.closesAt())
	if p.Roll != nil && !p.Roll.Trimmed {
		first = earlier(first, p.Roll.TrimBy)
	}
	for _, w := range p.Workers {
		first = earlier(earlier(first, w.Process.Deadline), w.RecycleAt)
	}
	return first
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (p *Pool) phase(s *step, phase Phase) {
	if p.Phase.begins(phase) {
		p.Since = s.in.Now
	}
	p.Phase = phase
}

// halted reports a pool that starts no workers: it is down, or on its way there.
func (p *Pool) halted() bool {
	return p.Phase == "" || p.Phase.Down() || p.Phase == Stopping || p.Phase == Abandoned
}

// reason says in words why the pool stands where it stands: what becomes of its clients, its own note, or that of a
// worker that is ill, and what its health checks cannot tell.
func (p *Pool) reason() string {
	said := []string{p.Clients(), p.note(), p.blindness(), p.paused()}
	return strings.Join(slices.DeleteFunc(said, func(text string) bool { return text == "" }), "; ")
}

func (p *Pool) note() string {
	if p.Note != "" {
		return p.Note
	}
	for _, w := range p.Workers {
		if w.Role != Serving || w.Process.Phase.Up() {
			continue
		}
		if words := w.Process.Words(); words != "" {
			return fmt.Sprintf("worker %d: %s", w.Index, words)
		}
	}
	return ""
}
