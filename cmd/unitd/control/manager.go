package control

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"unitd/internal/dirs"
	"unitd/internal/version"
	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/runtime/meter"
	"unitd/units"
)

// Config is what a Manager works with.
type Config struct {
	Engine   *engine.Engine
	Executor *executor.Executor
	Dirs     dirs.Dirs
	// Load reads the unit files; the error holds the rendered diagnostics. warnings are those of files
	// that load nevertheless.
	Load func() (set *units.Set, warnings string, err error)
	// Fingerprint changes when the unit files may have changed; "" is never the same.
	Fingerprint func() string
	// LoadError says why the unit files did not load when the manager started; "": they did.
	LoadError string
	// Applied is told that a set is in force, to be kept as the last good load.
	Applied func(*units.Set)
	// Rest is told that something large has just been done, after which memory can be given back.
	Rest func()
	// MarkShutdown notes that the end is meant, so that --ensure starts nothing.
	MarkShutdown func()
	Logger       *slog.Logger
}

// Manager implements ipc.Manager. Its methods may be called from any goroutine.
type Manager struct {
	Config
	started time.Time
	ending  chan struct{}
	end     sync.Once

	mu        sync.Mutex
	loadError string
	appliedAt time.Time
	jobs      map[uint64]jobMeta
	jobOrder  []uint64
	awaits    uint64              // changes of size so far
	usages    map[uint64]measured // by run
	counted   struct {
		fingerprint string
		changes     int
	}
}

var _ ipc.Manager = (*Manager)(nil)

// New makes a Manager.
func New(config Config) *Manager {
	now := time.Now()
	m := &Manager{
		Config: config, started: now, appliedAt: now, ending: make(chan struct{}),
		loadError: config.LoadError, jobs: map[uint64]jobMeta{}, usages: map[uint64]measured{},
	}
	m.counted.fingerprint = config.Fingerprint()
	return m
}

// Ending is closed once somebody has asked for the manager's end.
func (m *Manager) Ending() <-chan struct{} { return m.ending }

// Status describes the manager and the account.
func (m *Manager) Status(ctx context.Context) (protocol.ManagerStatus, error) {
	m.mu.Lock()
	status := protocol.ManagerStatus{
		Version: version.Version, PID: os.Getpid(), Since: m.started,
		UnitsDir: m.Dirs.Units, StateDir: m.Dirs.State, RuntimeDir: m.Dirs.Runtime,
		AppliedAt: m.appliedAt, LoadError: m.loadError, Containment: containment,
		Commit: commit(m.Dirs.Units),
	}
	m.mu.Unlock()
	if status.LoadError != "" {
		status.ChangesNotApplied = -1
	} else if status.ChangesNotApplied = m.changes(ctx); status.ChangesNotApplied < 0 {
		status.LoadError = "the unit files have errors: unitctl verify"
	}
	var runs []uint64
	err := m.Engine.Call(ctx, func(model *engine.Model) {
		status.Stopping = model.Draining()
		for _, id := range model.IDs() {
			status.Units++
			runs = append(runs, runsOf(model.Unit(id))...)
		}
	})
	var counted sync.WaitGroup
	counted.Go(func() { status.Tasks, status.TasksLimit = meter.Account() })
	m.measureAll(runs)
	for _, run := range runs {
		status.MemoryBytes += m.usage(run).MemoryBytes
	}
	status.MemoryLimitBytes = meter.MemoryTotal()
	counted.Wait()
	m.Rest()
	return status, err
}

// changes counts the changes that an apply would make, -1 when the files do not load. They are loaded only when
// they may have changed since they were counted last.
func (m *Manager) changes(ctx context.Context) int {
	fingerprint := m.Fingerprint()
	m.mu.Lock()
	last := m.counted
	m.mu.Unlock()
	if fingerprint != "" && fingerprint == last.fingerprint {
		return last.changes
	}
	plan, err := m.Plan(ctx)
	last.fingerprint, last.changes = m.Fingerprint(), len(plan.Changes)
	if err != nil {
		last.changes = -1
	}
	m.mu.Lock()
	m.counted = last
	m.mu.Unlock()
	return last.changes
}

// recount makes the next look count the changes anew.
func (m *Manager) recount() {
	m.mu.Lock()
	m.counted.fingerprint = ""
	m.mu.Unlock()
}

// Shutdown ends the manager for good: --ensure starts none until somebody does.
func (m *Manager) Shutdown(context.Context) error {
	m.MarkShutdown()
	m.end.Do(func() { close(m.ending) })
	return nil
}

// UnitOf names the unit that a process belongs to, and whether it may use the control socket.
func (m *Manager) UnitOf(pid int) (units.ID, bool) {
	id, ok := m.Executor.UnitOf(pid)
	if !ok {
		return "", false
	}
	return id, false
}
