package lifecycle

import (
	"time"

	"unitd/policy/checkout"
	"unitd/units"
)

// Verb says what an action does.
type Verb string

// What the executor does.
const (
	Prepare       Verb = "prepare"      // pin the directory of the generation, open listeners
	Spawn         Verb = "spawn"        // run the program, or a hook, as Run
	SignalMain    Verb = "signal-main"  // Signal to the main process of Run
	SignalAll     Verb = "signal-all"   // Signal to every process of Run
	Kill          Verb = "kill"         // SIGKILL to every process of Run until none is left
	WatchChecks   Verb = "watch-checks" // begin the health checks, or a delay's condition
	EndChecks     Verb = "end-checks"
	SetLimits     Verb = "set-limits"     // the limits of Launch hold for what runs as Run, as far as they can
	WatchMemory   Verb = "watch-memory"   // report Outgrown when the tree of Run uses more than Bytes
	AwaitListener Verb = "await-listener" // report Listens once the worker listens where it was told to
	CountRequests Verb = "count-requests" // report Worn when Run has been given as many requests as Count; of one that counts them itself: when that is Within away, and later Spent
	WatchQueue    Verb = "watch-queue"    // report Suspected and, after Within, Hung when nothing of Slot's queue is accepted, or a request not answered
	Steer         Verb = "steer"          // new connections, or requests, go to Slots only
	Answer        Verb = "answer"         // answer clients as Unavailable says, those too who wait in slots beside Slots; report Diverted
	Admit         Verb = "admit"          // an end to that: clients go to workers; report Diverted
	Refuse        Verb = "refuse"         // let nobody new in at the listeners, until the next Prepare
	Drain         Verb = "drain"          // report Drained when nobody waits any more for the worker or, after Refuse, the unit
	Trim          Verb = "trim"           // close listeners that Listen does not name, give back slots beyond Slots, report Released
	Discard       Verb = "discard"        // close what is stored for the worker, bar it from storing more, report Stored
	FindMain      Verb = "find-main"      // report MainFound: the main process that a forking program has left
	Pass          Verb = "pass"           // let go who waits behind Barrier
	Release       Verb = "release"        // close listeners and all that is stored, forget the generation, report Released
	Arrange       Verb = "arrange"        // bring Effect about in the files of a pipeline, report Arranged
	DropLog       Verb = "drop-log"       // remove the log that Launch names, of a run that is not remembered any more
)

// What the engine itself acts on.
const (
	// Settled: what was asked for has ended: Asked, OK, Reason.
	Settled Verb = "settled"
	// Failure: the unit ended by itself in a way that its supervisor counts: Reason.
	Failure Verb = "failure"
	// RestartMembers: the supervisor restarts Members; StopMembers: it stops them.
	RestartMembers Verb = "restart-members"
	StopMembers    Verb = "stop-members"
	StartMembers   Verb = "start-members"
	// StartSelf: a job's timer, or a pipeline, asks for a run: Reason. OK says that people want it, who may start what
	// they have stopped.
	StartSelf Verb = "start-self"
	// Ended: the unit ended up failed (not OK) or finished (OK) for good, by itself.
	Ended Verb = "ended"
	// RequestJobs: a step of a pipeline asks for Jobs; JobsBegun says which units were up, JobsDone how they went.
	// ApplyFiles: the unit files are to be applied; Applied.
	RequestJobs Verb = "request-jobs"
	ApplyFiles  Verb = "apply-files"
	// QuoteIll: what units have written last that keep a step of a pipeline from going on; Quoted.
	QuoteIll Verb = "quote-ill"
	// WriteDown: what is remembered of the pipeline is to be written down; WrittenDown.
	WriteDown Verb = "write-down"
	// Tell: the history is to have Reason. Concluded: so a run of a pipeline has ended.
	Tell     Verb = "tell"
	Conclude Verb = "conclude"
)

// Effect reports an action for the executor; the others are for the engine.
func (v Verb) Effect() bool {
	switch v {
	case Settled, Failure, RestartMembers, StopMembers, StartMembers, StartSelf, Ended, RequestJobs, ApplyFiles, QuoteIll, WriteDown, Tell, Conclude:
		return false
	}
	return true
}

// HookKind names a list of hooks.
type HookKind string

// The hooks.
const (
	NoHook     HookKind = ""
	PreStart   HookKind = "pre_start"
	PostStart  HookKind = "post_start"
	PreStop    HookKind = "pre_stop"
	PostStop   HookKind = "post_stop"
	ReloadHook HookKind = "reload"
)

// Asked is what a Settled answers.
type Asked string

// What can be asked for.
const (
	AskedStart  Asked = "start"
	AskedStop   Asked = "stop"
	AskedReload Asked = "reload"
)

// Action is one thing to do.
type Action struct {
	Do     Verb
	Worker int
	Run    uint64
	Hook   HookKind
	Index  int // of the hook in its list
	Signal units.Signal
	Slot   int
	// Slots are those to steer to; for Prepare and Trim its length is how many there are; for Answer those whose
	// queues are served.
	Slots []int
	// HandOn are, of a Steer, the slots whose queues are handed on although a worker is to serve them one day.
	HandOn []int
	// Listen is what Prepare opens and Trim keeps, Generations those whose directories Trim keeps.
	Listen      []units.Listen
	Generations []int
	Within      time.Duration // for Drain, WatchQueue and CountRequests
	Bytes       int64         // for WatchMemory
	Count       int           // for CountRequests
	Generation  int
	// Eager asks WatchChecks to repeat soon what gates readiness, until it first passes, since a start waits for it.
	Eager bool
	// Heir is, of a Spawn, the worker with whose stored files this one begins; 0: none.
	Heir int
	// Fresh asks Prepare to resolve the directory anew, since a generation begins.
	Fresh   bool
	Asked   Asked
	OK      bool
	Reason  string
	Members []units.ID
	Barrier uint64
	// Unavailable is what an Answer is about; nil otherwise.
	Unavailable *units.Unavailable
	// Launch is what a Spawn or WatchChecks needs to know; nil otherwise.
	Launch *Launch
	// Jobs are what RequestJobs is about, Effect what Arrange is, Concluded the run that has ended.
	Jobs      []JobsWanted
	Effect    *checkout.Effect
	Concluded *PipelineRun
}

// Launch is one start of a program, as the executor sees it.
type Launch struct {
	Process     *units.Process
	Program     units.Program
	Invocation  string
	Listen      []units.Listen // the sockets that it is handed, in this order
	Credentials string         // directory of the secrets; "": there are none
	WorkerIndex int            // 0 outside a pool
	WorkerCount int
	// Main is the run of the program, for a hook that runs beside it, and MainPID its main process; 0: there is none.
	Main uint64
	// Port or Socket is where a worker listens that requests are passed on to.
	Port    int
	Socket  string
	MainPID int
	// Outcome is how the program ended, for post_stop hooks.
	Outcome Outcome
	// Cause is the end of another unit that brought this start about; nil otherwise.
	Cause *Cause
	// Heading names what a pipeline runs, for its log. Value says that the standard output is asked for: the event that the
	// run is gone has it.
	Heading string
	Value   bool
}
