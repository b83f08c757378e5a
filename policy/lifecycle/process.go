package lifecycle

import (
	"slices"
	"time"

	"unitd/policy/restart"
	"unitd/units"
)

// killGrace is how long SIGKILL may take until the rest counts as abandoned. A process in uninterruptible
// sleep (a dead NFS server, for one) outlives it.
const killGrace = 10 * time.Second

// illGrace is how long a program that is being replaced because it is ill may take to end by its stop
// signal, and a worker to answer what it has before it gets that. It is short: an ill program serves nobody, and a failed check promises a restart in about 5 s.
const illGrace = time.Second

// tryAgain is the pause before a spawn that the host refused (EAGAIN, EMFILE) is tried again.
const tryAgain = time.Second

// Process is the state of one program: an app's, or that of one worker of a pool.
type Process struct {
	Phase    Phase     `json:"phase"`
	At       Step      `json:"at,omitempty"`
	Hook     int       `json:"hook,omitempty"`
	Since    time.Time `json:"since"`
	Deadline time.Time `json:"deadline,omitzero"`
	StartBy  time.Time `json:"start_by,omitzero"`
	// Extended is set when the program has asked for more time than its start or stop has.
	Extended bool      `json:"extended,omitempty"`
	UpSince  time.Time `json:"up_since,omitzero"`
	// RunUntil ends a run by runtime_max.
	RunUntil time.Time `json:"run_until,omitzero"`
	// ReloadBy is when a reload must have ended. WatchdogBy is when the program must have said that it is alive,
	// as it does every Watchdog; zero: nobody waits for that.
	ReloadFrom time.Time     `json:"reload_from,omitzero"` // when it began
	ReloadBy   time.Time     `json:"reload_by,omitzero"`
	WatchdogBy time.Time     `json:"watchdog_by,omitzero"`
	Watchdog   time.Duration `json:"watchdog,omitempty"`

	// Unasked is set while the program reloads by itself, ReloadNext when it is to do so again because of a
	// request that came meanwhile, SaysReloading when it has said so during its reload command.
	Unasked       bool `json:"unasked,omitempty"`
	ReloadNext    bool `json:"reload_next,omitempty"`
	SaysReloading bool `json:"says_reloading,omitempty"`

	Invocation string `json:"invocation,omitempty"`
	Main       uint64 `json:"main,omitempty"` // run of the program; 0: none
	MainPID    int    `json:"main_pid,omitempty"`
	MainGone   bool   `json:"main_gone,omitempty"`
	// Read are the contents of files that the program was started with; nil: it is not known.
	Read units.Contents `json:"read,omitempty"`
	// Forking is set while the main process of a forking program is looked for.
	Forking bool `json:"forking,omitempty"`
	// NoMain is set for a forking program none of whose processes is the main one: all are told to stop, and it runs
	// until the last has ended.
	NoMain   bool   `json:"no_main,omitempty"`
	HookRun  uint64 `json:"hook_run,omitempty"` // run of a hook; 0: none
	HookKind HookKind
	HookExit Exit
	// Dying are runs of hooks that were killed and may not be gone yet.
	Dying []uint64 `json:"dying,omitempty"`
	// Holding is set while listeners or a pinned directory may be held, Listening while listeners may be.
	Holding   bool `json:"holding,omitempty"`
	Listening bool `json:"listening,omitempty"`
	// Closing is the Release that is waited for, 0: none; Conclusion what the end comes to after it.
	Closing    uint64     `json:"closing,omitempty"`
	Conclusion Conclusion `json:"conclusion,omitempty"`
	Pinned     bool       `json:"pinned,omitempty"` // the generation's directory is resolved
	Again      bool       `json:"again,omitempty"`  // waits to try a refused spawn again
	// AwaitsTurn is set in Backoff until others have restarted that it is ordered after.
	AwaitsTurn bool `json:"awaits_turn,omitempty"`

	Checks []CheckState `json:"checks,omitempty"`
	// Ending is why the run is being ended or has ended; "" while nothing ends it.
	Ending     units.Reason `json:"ending,omitempty"`
	EndingNote string       `json:"ending_note,omitempty"`
	// FailedStart is set when the run never became ready.
	FailedStart bool `json:"failed_start,omitempty"`
	// NeverRan is set until the program has been exec'ed.
	NeverRan bool           `json:"never_ran,omitempty"`
	Stop     StopFor        `json:"stop,omitempty"`
	Streak   restart.Streak `json:"streak"`
	Restarts int            `json:"restarts,omitempty"`
	LastExit *LastExit      `json:"last_exit,omitempty"`
	// Sub is the sub state of failed; Note says why, for people.
	FailedSub  string `json:"failed_sub,omitempty"`
	Note       string `json:"note,omitempty"`
	StatusText string `json:"status_text,omitempty"`
	// Errno and ExitStatus are what the program says that it failed by; 0: nothing.
	Errno      int   `json:"errno,omitempty"`
	ExitStatus int   `json:"exit_status,omitempty"`
	Leftover   []int `json:"leftover,omitempty"`
	// Stored are the files that are kept for it, in the order in which its next run gets them.
	Stored []StoredFD `json:"stored,omitempty"`
	// Cause is the end of another unit that started this one.
	Cause *Cause `json:"cause,omitempty"`

	// Launch is what the present generation runs; evaluated anew at every start.
	launch *Launch
	scope  units.Scope
	def    *units.Process
	// job makes the machine that of a job, or of the commands of a pipeline: then heading names the present one, and value
	// says that what it prints is asked for.
	job     *units.Job
	heading string
	value   bool
	// worker makes the machine that of a pool's worker: listeners are the pool's, a stop may drain first.
	worker *Worker
}

// LastExit is how the last run ended.
type LastExit struct {
	Reason units.Reason `json:"reason"`
	Exit   Exit         `json:"exit"`
	At     time.Time    `json:"at"`
	// Why says more than reason and exit do; "": nothing.
	Why string `json:"why,omitempty"`
}

// step is one call of a machine: its event, its time, and the actions it gathers.
type step struct {
	ev   Event
	in   In
	out  []Action
	runs uint64 // that a pool has begun in this step
	// drains come last, since they are of slots that get no new connections any more.
	drains []Action
}

func (s *step) do(a Action) { s.out = append(s.out, a) }

// Step moves the process on by one event. define names what a start would run from now on; it may be nil
// when nothing changed.
func (p *Process) Step(define *units.Process, ev Event, in In) []Action {
	s := &step{ev: ev, in: in}
	if define != nil && (p.def == nil || p.Phase.Down()) {
		p.def = define
	}
	if p.stale(ev) {
		return nil
	}
	if ev.Kind == Stored {
		p.Stored = ev.Stored
		return nil
	}
	if ev.Kind == Redefined {
		p.redefine(s, ev.Definition.Process())
		return s.out
	}
	if slices.Contains(p.Dying, ev.Run) {
		p.dying(s)
		return s.out
	}
	if ev.Kind == Overran {
		p.overran(s)
		return s.out
	}
	if ev.Kind == Notified {
		p.notified(s)
		return s.out
	}
	switch ev.Kind {
	case MainFound:
		p.mainFound(s)
		return s.out
	case MainUnnamed:
		p.mainUnnamed(s)
		return s.out
	}
	switch p.Phase {
	case "", Inactive, Failed:
		p.down(s)
	case Starting:
		p.starting(s)
	case Active, Reloading:
		p.active(s)
	case Draining:
		p.draining(s)
	case Stopping, Killing:
		p.stopping(s)
	case Backoff:
		p.backoff(s)
	case Abandoned:
		p.abandoned(s)
	}
	return s.out
}

// stale is the one place where events of a run that is over are dropped, and deadlines that moved on.
func (p *Process) stale(ev Event) bool {
	if ev.Kind == Released {
		return p.Closing == 0 || ev.Run != p.Closing
	}
	if ev.Kind == Spawned && ev.Run == p.Main && !p.NeverRan {
		return true // it is known, and what follows from it has begun
	}
	if ev.Run != 0 {
		return ev.Run != p.Main && ev.Run != p.HookRun && !slices.Contains(p.Dying, ev.Run)
	}
	switch ev.Kind {
	case Prepared, NotPrepared:
		return p.At != StepPrepare
	case Spawned, NotSpawned, Exited, Emptied:
		return true
	}
	return false
}

// enter begins a phase. A phase that waits is given its deadline by the caller, right after.
func (p *Process) enter(s *step, phase Phase, to Step) {
	if p.Phase.begins(phase) || p.Phase == Backoff {
		p.Since = s.in.Now
	}
	p.Phase, p.At, p.Deadline = phase, to, time.Time{}
}

// down is a process of which nothing runs.
func (p *Process) down(s *step) {
	switch s.ev.Kind {
	case StartWanted:
		p.Stop, p.Pinned = "", false
		p.Streak, p.Restarts = restart.Streak{}, 0
		p.Note, p.FailedSub, p.Cause = "", "", s.ev.Cause
		p.begin(s)
	case StopWanted:
		p.Stop = s.ev.For
		p.stopped(s)
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it is not active"})
	case ResetWanted:
		p.reset(s)
	case Blocked:
		p.blocked(s)
	}
}

// blocked is a start that does not come since another unit is in the way; a restart may have promised it.
func (p *Process) blocked(s *step) {
	p.enter(s, Failed, "")
	p.Stop, p.FailedSub, p.Note = ForStop, SubDependency, s.ev.Err
	p.release(s)
}

// SubDependency is the sub state of a unit that could not start because of another one.
const SubDependency = "dependency"

// reset forgets failures, as `systemctl reset-failed` does.
func (p *Process) reset(s *step) {
	p.Streak, p.Restarts, p.FailedSub, p.Note = restart.Streak{}, 0, "", ""
	if p.Phase == Failed {
		p.enter(s, Inactive, "")
	}
}
