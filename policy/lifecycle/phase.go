package lifecycle

// Phase is where a unit stands. Which resources may exist in it:
//
//	inactive, failed   none (a stop that is half of a restart keeps listeners open)
//	starting           listeners; the process tree of a hook or of the program
//	active, reloading  listeners, the program's tree, checks
//	draining           as active, but nothing new is steered to this worker
//	stopping, killing  listeners and what is left of the tree
//	backoff            listeners
//	abandoned          processes that SIGKILL did not end, and nothing else
type Phase string

// The phases.
const (
	Inactive  Phase = "inactive"
	Starting  Phase = "starting"
	Active    Phase = "active"
	Reloading Phase = "reloading"
	Draining  Phase = "draining"
	Stopping  Phase = "stopping"
	Killing   Phase = "killing"
	Backoff   Phase = "backoff"
	Failed    Phase = "failed"
	Abandoned Phase = "abandoned"
)

// Step is where a phase of several steps stands.
type Step string

// The steps of starting, of reloading, and of stopping.
const (
	StepPrepare   Step = "prepare"    // directory, listeners, environment
	StepPreStart  Step = "pre-start"  // hooks
	StepStart     Step = "start"      // spawned, not yet started as its type says
	StepListen    Step = "listen"     // started, does not yet listen where the proxy looks for it
	StepHealth    Step = "health"     // started, not yet healthy
	StepPostStart Step = "post-start" // hooks
	StepMain      Step = "main"       // all done but that the pid file names the main process

	StepReloadSignal Step = "reload-signal" // the signal is sent, RELOADING=1 is awaited
	StepReloadReady  Step = "reload-ready"  // the program reloads, READY=1 is awaited

	StepPreStop  Step = "pre-stop"  // hooks
	StepSignal   Step = "signal"    // the stop signal is sent, the main process is awaited
	StepLeaving  Step = "leaving"   // it has said that it stops, by itself, and is awaited
	StepRest     Step = "rest"      // the main process is gone, the rest of its tree is awaited
	StepPostStop Step = "post-stop" // hooks
	StepRelease  Step = "release"   // nothing runs any more, listeners are being closed
)

// ActiveState is the `active` that users see, in systemd's words.
func (p Phase) ActiveState() string {
	switch p {
	case Inactive:
		return "inactive"
	case Starting, Backoff:
		return "activating"
	case Active:
		return "active"
	case Reloading:
		return "reloading"
	case Draining, Stopping, Killing:
		return "deactivating"
	case Failed, Abandoned:
		return "failed"
	}
	return string(p)
}

// Up reports whether a unit in this phase serves or does its work.
func (p Phase) Up() bool { return p == Active || p == Reloading }

// begins reports whether what users see as `since` begins anew with the phase to. A reload does not end the time that a
// unit has been up, as in systemd's ActiveEnterTimestamp.
func (p Phase) begins(to Phase) bool {
	return p.ActiveState() != to.ActiveState() && !(p.Up() && to.Up())
}

// Down reports whether nothing of the unit runs and nothing is on its way.
func (p Phase) Down() bool { return p == Inactive || p == Failed }
