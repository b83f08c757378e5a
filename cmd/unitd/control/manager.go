package control

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"unitd/cmd/unitd/alerts"
	"unitd/internal/dirs"
	"unitd/internal/version"
	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/runtime/journal"
	"unitd/runtime/meter"
	"unitd/runtime/rotation"
	"unitd/units"
)

// Config is what a Manager works with.
type Config struct {
	Engine   *engine.Engine
	Executor *executor.Executor
	Alerts   *alerts.Alerts
	Logs     *journal.Logs
	Keeper   *rotation.Keeper
	Journal  *journal.Events
	// Recorded returns when Journal has what has happened so far.
	Recorded func()
	// Kept returns when the manager after this one knows what has happened so far, should this one be killed, or when that
	// takes too long: what somebody is told is done stays done.
	Kept func(context.Context)
	Dirs dirs.Dirs
	// Load reads the unit files; the error holds the rendered diagnostics. warnings are those of files
	// that load nevertheless.
	Load func() (set *units.Set, warnings string, err error)
	// Fingerprint changes when the unit files may have changed; "" is never the same.
	Fingerprint func() string
	// Current says that the engine begins with what the unit files say, which it does not when they are bad.
	Current bool
	// Sockets opens the sockets of the manager itself, for requests and for webhooks, that next has and the present set has
	// not. Commit puts next in force, undo takes it back.
	Sockets func(next *units.Set) (commit, undo func(), err error)
	// Triggers says how it stands with what starts a pipeline by itself.
	Triggers func(*units.Unit) []protocol.Trigger
	// Applied is told that a set is in force, to be kept as the last good load.
	Applied func(*units.Set)
	// Rest is told that something large has just been done, after which memory can be given back.
	Rest func()
	// MarkShutdown notes that the end is meant, so that --ensure starts nothing.
	MarkShutdown func()
	// Died tells of the managers before this one that ended without being asked to: how many, when the last one was found
	// dead, and how long the guard waits after this one.
	Died func() (count int, last time.Time, pause time.Duration)
	// Reexec prepares a re-exec and has it done. Started is when the first program in this process was, Reexecs how many
	// have followed it, and ReexecFailed why another one that was to has not.
	Reexec       func(context.Context, protocol.ReexecRequest) (protocol.ReexecResult, error)
	Started      time.Time
	Reexecs      int
	ReexecFailed string
	Program      string // of the manager
	// NoGuard says why no guard starts the manager again, "": one does; SocketGiven that its control socket is whose who
	// has started it.
	NoGuard     string
	SocketGiven func() bool
	Logger      *slog.Logger
}

// Manager implements ipc.Manager. Its methods may be called from any goroutine.
type Manager struct {
	Config
	ending chan struct{}
	end    sync.Once
	// applying is held while files are loaded and put in force, which is done one by one.
	applying sync.Mutex

	mu       sync.Mutex
	jobs     map[uint64]jobMeta
	jobOrder []uint64
	awaits   uint64              // jobs that are no transaction, so far
	usages   map[uint64]measured // by run
	compared compared
}

// compared is how the unit files stood to what is in force when they were compared last.
type compared struct {
	fingerprint string // of the unit files; "": they were not compared yet
	revision    uint64 // of what was in force
	reads       uint64 // of files by what runs
	changes     int    // that an apply would make; -1: the files do not load
	contents    int    // of these, that are contents of env_file or a secret alone
	problem     string // why they do not load
}

var _ ipc.Manager = (*Manager)(nil)

// New makes a Manager.
func New(config Config) *Manager {
	m := &Manager{
		Config: config, ending: make(chan struct{}),
		jobs: map[uint64]jobMeta{}, usages: map[uint64]measured{},
	}
	if config.Current {
		m.compared = compared{fingerprint: config.Fingerprint(), revision: engine.FirstRevision}
	}
	return m
}

// Ending is closed once somebody has asked for the manager's end.
func (m *Manager) Ending() <-chan struct{} { return m.ending }

// Status describes the manager and the account.
func (m *Manager) Status(ctx context.Context) (protocol.ManagerStatus, error) {
	files := m.compare(ctx)
	status := protocol.ManagerStatus{
		Version: version.Version, PID: os.Getpid(), Since: m.Started,
		Program: m.Program, Reexecs: m.Reexecs, ReexecError: m.ReexecFailed,
		UnitsDir: m.Dirs.Units, StateDir: m.Dirs.State, RuntimeDir: m.Dirs.Runtime,
		Commit:            commit(m.Dirs.Units),
		ChangesNotApplied: files.changes, LoadError: files.problem,
		NoGuard: m.NoGuard, SocketGiven: m.SocketGiven(),
	}
	var pause time.Duration
	status.Deaths, status.LastDeath, pause = m.Died()
	status.RestartPauseSeconds = pause.Seconds()
	var runs []uint64
	err := m.Engine.Call(ctx, func(model *engine.Model) {
		status.Stopping = model.Draining()
		status.Containment = m.Executor.Tier(0, model.Set().Manager.Namespace)
		inForce := model.InForce()
		status.AppliedAt, status.Applying = inForce.AppliedAt, inForce.Applying
		for _, id := range model.IDs() {
			status.Units++
			runs = append(runs, runsOf(model.Unit(id))...)
		}
	})
	from := time.Now().Add(-freshness)
	m.measureAll(runs, from)
	known := make(map[int]int, 2*len(runs))
	for _, run := range runs {
		tree := m.usage(run, from)
		status.MemoryBytes += tree.usage.MemoryBytes
		tree.threads(known)
	}
	status.Tasks, status.TasksLimit = meter.Account(known)
	status.MemoryLimitBytes = meter.MemoryTotal()
	m.Rest()
	return status, err
}

// compare compares the unit files with what is in force. It loads them only when one or the other may have
// changed since the last time.
func (m *Manager) compare(ctx context.Context) compared {
	now := compared{fingerprint: m.Fingerprint()}
	if err := m.Engine.Call(ctx, func(model *engine.Model) {
		inForce := model.InForce()
		now.revision, now.reads = inForce.Revision, inForce.Reads
	}); err != nil {
		return now // the manager ends
	}
	m.mu.Lock()
	last := m.compared
	m.mu.Unlock()
	if now.fingerprint != "" && now.fingerprint == last.fingerprint && now.revision == last.revision && now.reads == last.reads {
		return last
	}
	plan, err := m.Plan(ctx)
	now.changes = len(plan.Changes)
	for _, change := range plan.Changes {
		if isContents(change) {
			now.contents++
		}
	}
	if problem := (*protocol.Problem)(nil); errors.As(err, &problem) {
		now.changes, now.problem = -1, problem.Diagnostics
	}
	if m.Fingerprint() != now.fingerprint {
		now.fingerprint = "" // they changed meanwhile, or name other files that count
	}
	m.mu.Lock()
	m.compared = now
	m.mu.Unlock()
	return now
}

// Shutdown ends the manager for good: --ensure starts none until somebody does.
func (m *Manager) Shutdown(context.Context) error {
	m.MarkShutdown()
	m.end.Do(func() { close(m.ending) })
	return nil
}

// UnitOf names the unit that a process belongs to, and whether its unit file lets it use the control socket; not known:
// it cannot be told.
func (m *Manager) UnitOf(pid int) (id units.ID, control, known bool) {
	id, ok := m.Executor.UnitOf(pid)
	if !ok {
		return "", false, m.Executor.Foreign(pid)
	}
	err := m.Engine.Call(context.Background(), func(model *engine.Model) {
		if def := model.Definition(id); def != nil && def.Process() != nil {
			control = def.Process().Control
		}
	})
	return id, control, err == nil
}
