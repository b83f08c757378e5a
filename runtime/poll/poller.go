package poll

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"unitd/policy/poll"
)

// Config is what a Poller works with. All fields are needed.
type Config struct {
	// Head asks a pipeline's remote for the newest commit of its branch. It ends with ctx.
	Head func(ctx context.Context, pipeline string) (commit string, err error)
	// Known is what is known of a pipeline, but for Tried.
	Known func(ctx context.Context, pipeline string) (poll.Known, error)
	// Tried is the commit that a poll has begun a run for last; Remember takes it, and returns when it outlives the manager.
	Tried    func(pipeline string) string
	Remember func(pipeline, commit string) error
	// Deploy asks for a run because of a commit.
	Deploy func(ctx context.Context, pipeline, commit string) (run int, err error)
	// Chance gives a random number in [0,1).
	Chance func() float64
	Log    *slog.Logger
}

// askTime is how long a remote may take to answer.
const askTime = time.Minute

// Remote is what a pipeline wants asked.
type Remote struct {
	Pipeline string
	Every    time.Duration
	// Key changes when it is another remote or branch than before.
	Key string
}

// State is how it stands with one.
type State struct {
	// Last is when it was asked last, Next when it will be; zero: not yet.
	Last, Next time.Time
	// Head is what it said last; Err why it said nothing, and Failures how often in a row.
	Head     string
	Err      string
	Failures int
}

type remote struct {
	Remote
	State
}

// Poller asks. Its methods may be called from several goroutines.
type Poller struct {
	Config
	changed chan struct{} // has a value when the remotes may be others

	mu      sync.Mutex
	remotes []*remote
}

// New makes a Poller that asks nobody yet.
func New(config Config) *Poller { return &Poller{Config: config, changed: make(chan struct{}, 1)} }

// Watch says whom to ask from now on. Who is asked already is asked when it was to be.
func (p *Poller) Watch(all []Remote) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	var next []*remote
	for _, r := range all {
		i := slices.IndexFunc(p.remotes, func(old *remote) bool { return old.Remote == r })
		if i >= 0 {
			next = append(next, p.remotes[i])
			continue
		}
		// All are asked at another time, and none at the moment at which everything starts.
		first := time.Duration(p.Chance() * float64(r.Every))
		next = append(next, &remote{Remote: r, State: State{Next: now.Add(first)}})
	}
	p.remotes = next
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// State says how it stands with the remote of a pipeline.
func (p *Poller) State(pipeline string) (State, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.remotes, func(r *remote) bool { return r.Pipeline == pipeline })
	if i < 0 {
		return State{}, false
	}
	return p.remotes[i].State, true
}

// Run asks until ctx ends. It wakes up when somebody is to be asked, and at no other time.
func (p *Poller) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		due, wait := p.due(time.Now())
		if due != nil {
			p.ask(ctx, due)
			continue
		}
		var timer <-chan time.Time
		if wait > 0 {
			timer = time.After(wait)
		}
		select {
		case <-timer:
		case <-p.changed:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// due is who is to be asked now, or how long there is nobody; 0: for ever.
func (p *Poller) due(now time.Time) (*remote, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.remotes) == 0 {
		return nil, 0
	}
	first := slices.MinFunc(p.remotes, func(a, b *remote) int { return a.Next.Compare(b.Next) })
	if wait := first.Next.Sub(now); wait > 0 {
		return nil, wait
	}
	return first, 0
}

// ask asks one.
func (p *Poller) ask(ctx context.Context, r *remote) {
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	head, err := p.Head(asking, r.Pipeline)
	if ctx.Err() != nil {
		return // it was cut short
	}
	if asking.Err() != nil {
		err = asking.Err()
	}
	now := time.Now()
	p.note(r, now, func(s *State) {
		if s.Last = now; err != nil {
			s.Err, s.Failures = reason(err), s.Failures+1
			return
		}
		s.Head, s.Err, s.Failures = head, "", 0
	})
	if err == nil {
		p.consider(ctx, r.Pipeline, head)
	}
}

// note changes the state of a remote, and says when it is asked again.
func (p *Poller) note(r *remote, now time.Time, change func(*State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := r.Failures
	change(&r.State)
	switch {
	case before == 0 && r.Failures == 1:
		p.Log.Warn("a remote does not answer: it is asked less and less often, and the status says how it stands", "pipeline", r.Pipeline, "error", r.Err)
	case before > 0 && r.Failures == 0:
		p.Log.Info("a remote answers again", "pipeline", r.Pipeline, "failures", before)
	}
	r.Next = now.Add(poll.Wait(r.Every, r.Failures, p.Chance()))
}

// reason is what is shown of an error.
func reason(err error) string {
	text := err.Error()
	return text[:min(len(text), 300)]
}

// consider asks for a run where one follows from what a remote has said.
func (p *Poller) consider(ctx context.Context, pipeline, head string) {
	log := p.Log.With("pipeline", pipeline, "commit", head)
	known, err := p.Known(ctx, pipeline)
	if err != nil {
		return // the manager ends
	}
	known.Tried = p.Tried(pipeline)
	if !known.Run(head) {
		return
	}
	run, err := p.Deploy(ctx, pipeline, head)
	if err != nil {
		log.Warn("begin no run for a new commit; the next poll tries again", "reason", err)
		return
	}
	log.Info("poll asks for a run", "run", run)
	if err := p.Remember(pipeline, head); err != nil {
		log.Error("remember what was tried: it may be tried again after a restart", "error", err)
	}
}
