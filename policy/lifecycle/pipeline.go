package lifecycle

import (
	"time"

	"unitd/policy/checkout"
	"unitd/policy/schedule"
	"unitd/units"
)

// Pipeline is what a pipeline has beside its process: which runs it is asked for, and where the present one stands. A run
// goes forward from step to step, and, when one has failed, back (pipelineforward.go, pipelineback.go). What a step needs is
// a list of operations that follows from the records of what was done; one of them is under way at a time: a command, which
// is a run of the process, or something that the engine or the executor is asked for (pipelinedo.go).
type Pipeline struct {
	PipelineMemory

	Phase Phase     `json:"phase"`
	Since time.Time `json:"since"`
	// From is when the present run began, or was taken up again.
	From time.Time `json:"from,omitzero"`
	// Invocation is that of the run, which all its commands share.
	Invocation string `json:"invocation,omitempty"`
	Walk       Walk   `json:"walk,omitzero"`
	// Asked is why a start was asked for that has not begun; "": none was.
	Asked string `json:"asked,omitempty"`
	// Stop is what a stop was asked for that has not been answered, Leaving set while the manager is on its way down.
	Stop    StopFor `json:"stop,omitempty"`
	Leaving bool    `json:"leaving,omitempty"`
	// FailedSub is the sub state of failed; Note says why, for people.
	FailedSub string `json:"failed_sub,omitempty"`
	Note      string `json:"note,omitempty"`

	def     *units.Pipeline
	process *Process
	// learnt says that PipelineMemory has changed, unwritten that it has since it was last written down.
	learnt, unwritten bool
}

// PipelineMemory is what of a pipeline outlives the manager, and the host.
type PipelineMemory struct {
	// Version counts its changes: what a manager has recorded of the pipeline beside it may be older.
	Version uint64 `json:"version,omitempty"`
	// LastID is the id of the newest run, Live of the one that is live; 0: there is none.
	LastID int `json:"last_id,omitempty"`
	Live   int `json:"live,omitempty"`
	// Runs are the last that have ended, in that order; Run is the one that goes on or was cut off, Waiting the one to follow.
	Runs    []PipelineRun `json:"runs,omitempty"`
	Run     *PipelineRun  `json:"run,omitempty"`
	Waiting *PipelineRun  `json:"waiting,omitempty"`
}

// MaxPipelineRuns is how many runs of a pipeline are remembered that have ended.
const MaxPipelineRuns = 50

// Walk is where a run stands.
type Walk struct {
	Leg  Leg  `json:"leg,omitempty"`
	Step int  `json:"step,omitempty"` // index in the run's steps
	Part Part `json:"part,omitempty"` // of the step; "": it has not begun
	// Began is when the step began, Until when its time is up.
	Began time.Time `json:"began,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Op numbers what is under way; 0: nothing. Command says that it is a run of the process, Given what that has printed.
	Op uint64 `json:"op,omitempty"`
	// Writing says that the records are being written down, Written that they were for what comes next.
	Writing bool     `json:"writing,omitempty"`
	Written bool     `json:"written,omitempty"`
	Command bool     `json:"command,omitempty"`
	Given   string   `json:"given,omitempty"`
	NoValue string   `json:"no_value,omitempty"` // why what it has printed is not known
	Lines   []string `json:"lines,omitempty"`
	// Transaction is that of the jobs which were asked for; 0: none were.
	Transaction uint64 `json:"transaction,omitempty"`
	// Done are the results of the operations that a git step has come to in this part.
	// They follow from Fetched, what the fetch had come to when the part began.
	Done    []checkout.Result `json:"done,omitempty"`
	Fetched *checkout.Outcome `json:"fetched,omitempty"`
	Name    string            `json:"name,omitempty"` // of the one that is under way
	// RetryAt is when a failed step is tried again; zero: it is not.
	RetryAt time.Time `json:"retry_at,omitzero"`
	// Ill is what keeps units from being healthy that are waited for, Quoting set once their time is up and what they have
	// written is asked for.
	Ill     string `json:"ill,omitempty"`
	Quoting bool   `json:"quoting,omitempty"`
}

// Leg is a direction in which a run goes.
type Leg string

// The legs. Where a run has failed they follow one after the other; one that has ended well goes from Forward to Finish.
const (
	Forward   Leg = ""
	Finish    Leg = "finish"    // the release goes live where no step has brought that about, old ones are removed
	Back      Leg = "back"      // what the steps did is undone, in reverse order, what git did last
	Reapply   Leg = "reapply"   // the unit files before are in force again
	Restoring Leg = "restoring" // the `restore` of each step, in the old release
	Returning Leg = "returning" // units come back that could not before the files had
)

// step moves a pipeline on by one event.
func (p *Pipeline) step(process *Process, def *units.Pipeline, ev Event, in In) []Action {
	s := &step{ev: ev, in: in}
	p.process = process
	if p.def == nil || p.Phase.Down() {
		p.def = def
	}
	switch ev.Kind {
	case DeployWanted:
		p.take(s, *ev.Request)
	case StartWanted:
		p.start(s)
	case StopWanted:
		p.stop(s)
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "a pipeline has nothing to reload; deploy it"})
	case ResetWanted:
		p.reset(s)
	case Forgone, Blocked:
		p.forgone(s)
	case TimerSet:
		p.Leaving = ev.Drain
	case Redefined: // the next run is as the unit files say
	case WrittenDown, JobsBegun, JobsDone, Healthy, Quoted, Applied, Arranged:
		p.answered(s)
	case Expired:
		p.expired(s)
	default:
		p.feed(s, ev)
	}
	p.advance(s)
	p.closeCut(s)
	p.follow(s)
	return s.out
}

// deadline is when the pipeline's phase ends by itself.
func (p *Pipeline) deadline(process *Process) time.Time {
	switch {
	case p.Phase.Down():
		return time.Time{}
	case !p.Walk.RetryAt.IsZero():
		return p.Walk.RetryAt
	case p.Walk.Command:
		return process.Deadline
	case p.Walk.Op != 0:
		return p.Walk.Until
	}
	return time.Time{}
}

// expired is a deadline that has passed: the process's, that of what the step waits for, or of its next attempt.
func (p *Pipeline) expired(s *step) {
	w := &p.Walk
	switch {
	case !w.RetryAt.IsZero():
		if passed(w.RetryAt, s.in.Now) {
			w.RetryAt = time.Time{}
		}
	case w.Command:
		p.feed(s, s.ev)
	case w.Op != 0 && passed(w.Until, s.in.Now):
		p.late(s)
	}
}

// quoteTime is how long it may take to read what a unit has written.
const quoteTime = 5 * time.Second

// late ends what is under way and has had its time. Of units that are not healthy it asks first what they have written.
func (p *Pipeline) late(s *step) {
	w := &p.Walk
	if w.Ill == "" || w.Quoting {
		p.did(s, came{why: p.overdue()})
		return
	}
	w.Quoting, w.Until = true, s.in.Now.Add(quoteTime)
	s.do(Action{Do: QuoteIll, Run: w.Op})
}

// phase enters a phase.
func (p *Pipeline) phase(s *step, phase Phase) {
	if p.Phase.begins(phase) {
		p.Since = s.in.Now
	}
	p.Phase = phase
}

// reset forgets that the last run has failed.
func (p *Pipeline) reset(s *step) {
	if p.Phase == Failed {
		p.FailedSub, p.Note = "", ""
		p.phase(s, Inactive)
	}
}

// stop ends the step that runs; what was done is undone then. A manager on its way down leaves that to the next one.
func (p *Pipeline) stop(s *step) {
	if old := p.Waiting; old != nil && !p.Leaving && s.ev.For == ForStop {
		p.Waiting, p.Asked = nil, ""
		old.Result, old.Why, old.Began, old.Ended = RunCanceled, "it was stopped before it began", readNow(s), readNow(s)
		p.dropped(s, old)
	}
	if p.Phase.Down() {
		p.Stop = s.ev.For
		p.stopped(s)
		return
	}
	if !p.Leaving && p.Run != nil && p.Run.Outcome == "" {
		p.Run.Outcome, p.Run.Why = RunCanceled, "it was stopped"
		p.learnt = true
	}
	p.Stop = s.ev.For
	p.phase(s, Stopping)
	p.breakOff(s)
}

// breakOff ends what is under way, as far as it can be ended.
func (p *Pipeline) breakOff(s *step) {
	w := &p.Walk
	forward := w.Leg == Forward || w.Leg == Finish
	if !p.Leaving && !forward {
		return // what is being undone is undone to the end
	}
	switch {
	case w.Command:
		p.feed(s, Event{Kind: StopWanted, For: ForStop})
	case !w.RetryAt.IsZero():
		w.RetryAt = time.Time{}
		if forward && !p.Leaving {
			p.failed(s, p.Run.Why)
		}
	case w.Part == PartJobs || w.Part == PartHealthy || p.Leaving:
		p.did(s, came{why: p.Run.Why})
	}
}

// stopped answers whoever has asked for a stop, once nothing runs any more.
func (p *Pipeline) stopped(s *step) {
	p.Stop = ""
	p.FailedSub, p.Note = "", ""
	p.phase(s, Inactive)
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: "it was stopped meanwhile"})
	s.do(Action{Do: Settled, Asked: AskedStop, OK: true})
}

// sayRun has the history tell something of the present run.
func (p *Pipeline) sayRun(s *step, text string) {
	s.do(Action{Do: Tell, Reason: runText(p.Run.ID) + " " + text})
}

// readNow is what the clock shows.
func readNow(s *step) schedule.Reading { return schedule.Read(s.in.Wall) }
