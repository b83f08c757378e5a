package lifecycle

import (
	"time"

	"unitd/policy/checkout"
	"unitd/units"
)

// EventKind says what came back or was asked for.
type EventKind string

// What the engine asks for.
const (
	StartWanted   EventKind = "start-wanted"
	TurnCame      EventKind = "turn-came"   // of what AwaitsTurn
	StopWanted    EventKind = "stop-wanted" // For says what for; Drain whether to serve out the queue first
	ReloadWanted  EventKind = "reload-wanted"
	ResetWanted   EventKind = "reset-wanted"   // forget failures
	ScaleWanted   EventKind = "scale-wanted"   // Count
	Redefined     EventKind = "redefined"      // Definition: live attributes changed
	ReplaceWanted EventKind = "replace-wanted" // of the worker with the index Count
	// MaintenanceWanted: OK says whether the manager is to answer the clients of the pool.
	MaintenanceWanted EventKind = "maintenance-wanted"
	// RecyclingPauses: because of the pipeline Unit; "": no more.
	RecyclingPauses EventKind = "recycling-pauses"
	// TimerSet: OK says whether the schedule of a job is in force; the clock may have been set, too.
	// Drain: the manager is on its way down.
	TimerSet EventKind = "timer-set"
	Forgone  EventKind = "forgone" // a run that a job's timer has asked for does not begin: Err
	Blocked  EventKind = "blocked" // its start was given up because of another unit: Err
	Expired  EventKind = "expired" // the deadline of the phase has passed
	// DeployWanted: Request asks for a run of a pipeline.
	DeployWanted EventKind = "deploy-wanted"
	// What answers a pipeline; Run is the number of what it has asked for. JobsBegun: in Transaction, and Units were up
	// before. JobsDone: OK, Err; Units are those whose jobs failed. Healthy: all units are (OK), or Err says what is missing.
	// Quoted: Lines are the last of a unit that is not.
	// Applied: OK, Err; what follows from it goes on in Transaction, unless that is 0, and JobsDone tells its end.
	// WrittenDown: what was remembered outlives the host.
	WrittenDown EventKind = "written-down"
	JobsBegun   EventKind = "jobs-begun"
	JobsDone    EventKind = "jobs-done"
	Healthy     EventKind = "healthy"
	Quoted      EventKind = "quoted"
	Applied     EventKind = "applied"
)

// What comes back from the executor.
const (
	Prepared     EventKind = "prepared"
	NotPrepared  EventKind = "not-prepared" // Err; Again: worth trying again by itself
	Spawned      EventKind = "spawned"      // the program was exec'ed: PID
	NotSpawned   EventKind = "not-spawned"  // Err; Again
	Exited       EventKind = "exited"       // the main process of Run: Exit; Err: what is known, or only likely, beside it
	MainFound    EventKind = "main-found"   // what a FindMain looked for: PID
	MainUnnamed  EventKind = "main-unnamed" // no pid file has named it for a while; the FindMain goes on
	Emptied      EventKind = "emptied"      // the process tree of Run is gone
	Left         EventKind = "left"         // processes outlived SIGKILL: PIDs
	Released     EventKind = "released"     // listeners are closed: Run is that of the Release or Trim
	Notified     EventKind = "notified"     // a process of Run says something: Notice
	Barrier      EventKind = "barrier"      // a process of Run waits until what it said before was taken in: Barrier
	Stored       EventKind = "stored"       // what is stored for the unit or worker is Stored from now on
	Checked      EventKind = "checked"      // health check or condition Name: OK, Err; Full: it could not be asked
	Drained      EventKind = "drained"      // the queue of the worker's slot has been served
	Outgrown     EventKind = "outgrown"     // Run uses more memory than WatchMemory said: Bytes
	Overran      EventKind = "overran"      // Run uses more memory than its unit's limit: Bytes
	Listens      EventKind = "listens"      // Run listens where it was told to; Err: it does not, and this is why it may not come to that
	Worn         EventKind = "worn"         // Run has been given as many requests as it may, or will have been soon: Count
	Spent        EventKind = "spent"        // Run has been given nearly as many requests as it ends itself after
	Diverted     EventKind = "diverted"     // OK: the manager answers clients, else they go to workers; Err: what was in the way
	Suspected    EventKind = "suspected"    // Run accepts nothing, or (OK) it does again
	Hung         EventKind = "hung"         // Run has accepted or answered nothing for as long as WatchQueue said
	MemberFailed EventKind = "member-failed"
	Arranged     EventKind = "arranged" // what an Arrange was about: OK, Err, Found
)

// StopFor says what a stop is for.
type StopFor string

// What a stop is for.
const (
	ForStop    StopFor = "stop"    // somebody wants it stopped: everything is closed
	ForRestart StopFor = "restart" // a start follows: listeners stay open
)

// Event is something that happened to a unit. Worker and Run say whom it concerns.
type Event struct {
	Kind   EventKind
	Worker int    // key of a pool's worker; 0: the unit itself
	Run    uint64 // spawn that it comes from; 0: none
	PID    int
	PIDs   []int
	Exit   Exit
	OK     bool
	Again  bool // it is worth trying again by itself, within the start timeout
	Full   bool // the host has no room just now, however long that takes; with Again, or Checked
	Drain  bool
	Within time.Duration // with Drain: at most that long
	Name   string
	Err    string
	For    StopFor
	Count  int
	Notice *Notice
	// Barrier is the number that its Pass is to have.
	Barrier uint64
	Stored  []StoredFD
	Bytes   int64
	// Read are the contents of files that a Spawned has been started with.
	Read units.Contents
	// Port or Socket is where a Prepared worker is to listen.
	Port   int
	Socket string
	// Blind says of a pool's Prepared that a connection to a listener cannot be made to reach one worker.
	Blind bool
	// Unit is the failed member of MemberFailed, Starting says that the supervisor is to start; Definition what a ReloadWanted or StartWanted is to run.
	Unit       units.ID
	Starting   bool
	Definition *units.Unit
	// Cause is why a StartWanted comes, where that is the end of another unit.
	Cause *Cause
	// Output is what the run has printed whose standard output was asked for, Lines the last lines in its log: of Emptied, whose Err says
	// why that is not known. Lines of JobsDone are those of a unit that did not come up.
	Output string
	Lines  []string

	Request     *PipelineRequest
	Transaction uint64
	Units       []units.ID
	Found       checkout.Found
}

// Exit is how a process ended, as wait status facts.
type Exit struct {
	Code   int          // exit code; meaningless with a signal
	Signal units.Signal // "" when it exited
	Core   bool
	// OOM says that it was killed for want of memory, by the kernel or because of its unit's limit.
	OOM bool
}

// RunsPerStep is how many runs one step may begin: In.Run must be a multiple of it. A pool, the only unit that
// begins several at once, has at most 1000 workers, and begins at most one run of each and its successor.
const RunsPerStep = 4096

// In is what a step may know beside its state and the event.
type In struct {
	Now time.Time
	// Wall is what the clock shows, for schedules: other than Now it may be set.
	Wall time.Time
	// Chance is a random number in [0,1), for jitter.
	Chance float64
	// Run is a multiple of RunsPerStep, larger than any before; Invocation the same for INVOCATION_ID.
	Run        uint64
	Invocation string
	// Grouped says that others restart with the unit when it has failed, so that it must await its turn.
	Grouped bool
	// HandedOver, in Resume: what the program says is heard, as if nothing had been.
	HandedOver bool
	// Boot is when the host booted, for delays that count from there.
	Boot time.Time
}
