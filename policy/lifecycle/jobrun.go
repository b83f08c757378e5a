package lifecycle

import (
	"cmp"
	"time"

	"unitd/policy/schedule"
	"unitd/units"
)

// JobRun is one run of a job, with all attempts that it took.
type JobRun struct {
	// By says what began it: BySchedule and so on.
	By         string           `json:"by"`
	Began      schedule.Reading `json:"began"`
	Ended      schedule.Reading `json:"ended,omitzero"`
	Invocation string           `json:"invocation,omitempty"` // of the last attempt
	// Took is how long it went on, Attempts how often the program was tried.
	Took     time.Duration `json:"took,omitempty"`
	Attempts int           `json:"attempts,omitempty"`
	// Result is "ok", "stop" for one that was stopped, "interrupted" for one that the end of unitd cut off, or what it has
	// failed by: the sub state of failed. Why says more, for people.
	Result string `json:"result,omitempty"`
	Why    string `json:"why,omitempty"`
}

// The results that are no sub state.
const (
	RunOK          = "ok"
	RunStopped     = "stop"
	RunInterrupted = "interrupted"
)

// observed lets the process move on, and notes when a run begins or ends with that.
func (t *Timer) observed(s *step, p *Process, move func()) {
	if kind := s.ev.Kind; p.Phase.Down() && (kind == StartWanted || kind == Blocked && t.Asked != "") {
		t.Run, t.From = &JobRun{By: cmp.Or(t.Asked, ByHand), Began: schedule.Read(s.in.Wall)}, s.in.Now
		t.Asked, t.Note, t.learnt = "", "", true
	}
	move()
	if t.Run != nil && p.Phase.Down() {
		t.ended(s, p)
	}
}

// ended notes how the run went.
func (t *Timer) ended(s *step, p *Process) {
	r := *t.Run
	r.Ended, r.Took = schedule.Read(s.in.Wall), s.in.Now.Sub(t.From)
	r.Invocation, r.Attempts = p.Invocation, p.Restarts+1
	switch {
	case p.Phase == Failed:
		r.Result, r.Why = p.Sub(), p.Note
	case p.Stop != "":
		r.Result = RunStopped
	default:
		r.Result = RunOK
	}
	t.Run, t.Last, t.learnt = nil, &r, true
}

// Recall takes what a manager has remembered that has ended. A run that it had begun was cut off.
func (t *Timer) Recall(m Memory) {
	t.Memory = m
	if m.Run != nil {
		cut := *m.Run
		cut.Result, cut.Why = RunInterrupted, "unitd or the host ended during it"
		t.Run, t.Last, t.learnt = nil, &cut, true
	}
}

// Learnt gives what is to be remembered, if that has changed since the last call.
func (t *Timer) Learnt() (Memory, bool) {
	learnt := t.learnt
	t.learnt = false
	return t.Memory, learnt
}

// when is a time of the schedule that was dealt with, as people in the zone of the job read it.
func (t *Timer) when(def *units.Job) string {
	return t.Done.Time().In(schedule.Of(def).Zone()).Format("2006-01-02 15:04 -07:00")
}
