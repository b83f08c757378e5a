// Package lifecycle answers for what happens to one unit: from a start that is asked for, through being
// ready, ill, reloaded or replaced, to the last process being gone.
//
// It is pure. Each machine takes an Event and In (the time, a random number, fresh identities) and returns
// Actions: what the executor is to do. Whatever an action brings about comes back as another Event that
// carries the Run it belongs to; an event of a run that is over is dropped in one place (Process.stale).
// A phase that waits holds its Deadline, so time alone ends it, and no timer can outlive its phase.
//
// Who waits for whom is not decided here but in policy/job, whether to restart in policy/restart.
//
// Start with Process (process.go), the life of one program; Pool holds several of them, one per worker;
// Timer (timer.go) is what a job has beside its process: when it runs by itself; Pipeline (pipeline.go) has the process run
// one command of its steps after the other, forward and back; Delay and Supervisor are small. Unit (unit.go) is the one value that the engine keeps of a unit.
package lifecycle
