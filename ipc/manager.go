package ipc

import (
	"context"

	"unitd/ipc/protocol"
)

// Manager is what a server asks of the engine, and what a client offers to a command.
//
// Every method may be called from many goroutines at once and ends early when its context ends. Where the
// asker can do something about an error it is a *protocol.Problem. Names of units are resolved as Names
// does; an empty list means all units where that makes sense.
type Manager interface {
	// Status describes the manager and the account.
	Status(ctx context.Context) (protocol.ManagerStatus, error)
	// Shutdown stops all units in reverse order, then the manager. It returns once that has begun.
	Shutdown(ctx context.Context) error
	// Reexec executes the manager's program anew in its process, which nothing that it runs notices. It returns once that
	// program has said that it can take over; Status counts how many have.
	Reexec(ctx context.Context, request protocol.ReexecRequest) (protocol.ReexecResult, error)

	// Units lists the units named, each once, or all, in the order in which they start. A pool that was
	// named by one of its workers ("api/2") lists only the workers named.
	Units(ctx context.Context, names []string) ([]protocol.UnitStatus, error)
	// WatchUnits emits what Units would return, at once and after every change of active or sub of one of
	// them, until ctx ends or emit fails. A watcher that is slow misses states between, never the last.
	WatchUnits(ctx context.Context, names []string, emit func([]protocol.UnitStatus) error) error
	Show(ctx context.Context, name string) (protocol.ShowDocument, error)
	Cat(ctx context.Context, name string) (protocol.CatDocument, error)
	// Security assesses the units named, or all that run programs, as they are contained on this host.
	Security(ctx context.Context, names []string) ([]protocol.Security, error)
	// Timers says when the jobs named run, or all, those that run next first.
	Timers(ctx context.Context, names []string) ([]protocol.Timer, error)
	// Dependencies gives the graph of all units; Roots are the units named.
	Dependencies(ctx context.Context, names []string) (protocol.DependencyGraph, error)
	// Environment evaluates what a process of the unit would start with now, its env_file included, true
	// values. A worker's ("api/2") has its worker.* values.
	Environment(ctx context.Context, query protocol.EnvironmentQuery) (protocol.Environment, error)
	// Logs emits the lines asked for, and with Follow goes on until ctx ends. Lines longer than 64 KiB
	// are cut. The cursor says how far it has followed then, "" where it cannot, for another query to go on from there.
	Logs(ctx context.Context, query protocol.LogQuery, emit func(protocol.LogLine) error) (cursor string, err error)
	// Events emits what has happened to units, oldest first, and with Follow goes on until ctx ends.
	Events(ctx context.Context, query protocol.EventQuery, emit func(protocol.Event) error) error

	// Submit accepts one transaction and returns at once with its id. A verb that a unit does not have
	// (reload without a reload block) makes the job fail with the hint as its reason. Workers ("api/2") can be
	// restarted: each is replaced, and serves until its replacement is ready.
	Submit(ctx context.Context, request protocol.JobRequest) (protocol.JobStatus, error)
	// Job returns a job that runs or ended lately; at least the last 64 that ended are remembered.
	Job(ctx context.Context, id uint64) (protocol.JobStatus, error)
	// WatchJob emits the job at once and after every change, last when it is done, and then returns nil.
	WatchJob(ctx context.Context, id uint64, emit func(protocol.JobStatus) error) error
	// Scale sets the workers of a pool as an override.
	Scale(ctx context.Context, pool string, request protocol.ScaleRequest) (protocol.JobStatus, error)
	// Maintenance has the manager answer the clients of a pool, or no more, as an override.
	Maintenance(ctx context.Context, pool string, request protocol.MaintenanceRequest) (protocol.JobStatus, error)
	// TestAlerts tells a sample by the alerts of a unit, or by the one named, once each, and says what came of each.
	TestAlerts(ctx context.Context, unit string, request protocol.AlertTestRequest) ([]protocol.AlertTest, error)
	// Kill sends a signal now; nothing is waited for and no state is changed by it.
	Kill(ctx context.Context, request protocol.KillRequest) error
	// ResetFailed forgets failures: failed units become inactive, streaks and intensity start anew.
	ResetFailed(ctx context.Context, names []string) error
	SetEnabled(ctx context.Context, request protocol.EnableRequest) (protocol.EnableResult, error)

	// Deploy asks for a run of a pipeline, which waits for one that goes on; one that waited before it is superseded.
	Deploy(ctx context.Context, request protocol.RunRequest) (protocol.PipelineRun, error)
	// Runs lists runs of pipelines, the newest first, those that wait or go on included. LastOutput is left out.
	Runs(ctx context.Context, query protocol.RunQuery) ([]protocol.PipelineRun, error)
	// Run returns one run that is remembered.
	Run(ctx context.Context, pipeline string, id int) (protocol.PipelineRun, error)
	// WatchRun emits the run at once and after every change, last when it is done, and then returns nil.
	WatchRun(ctx context.Context, pipeline string, id int, emit func(protocol.PipelineRun) error) error
	// CancelRun ends a run: the step is killed and what was done is undone, and what waits behind it does not begin. It
	// returns once that has begun. One that waits for another one is not ended alone.
	CancelRun(ctx context.Context, pipeline string, id int) (protocol.PipelineRun, error)

	// Plan compares the unit files with what is loaded. Files with errors: protocol.InvalidFiles.
	Plan(ctx context.Context) (protocol.Plan, error)
	// Apply loads the unit files and begins the transaction that the plan says.
	Apply(ctx context.Context, request protocol.ApplyRequest) (protocol.ApplyResult, error)
}
