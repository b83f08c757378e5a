package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"go.uber.org/fx"

	"unitd/cmd/unitd/alerts"
	"unitd/cmd/unitd/control"
	"unitd/internal/dirs"
	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/ipc/server"
	"unitd/policy/alert"
	"unitd/policy/retention"
	"unitd/runtime/cgroup"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/runtime/journal"
	"unitd/runtime/notify"
	"unitd/runtime/process"
	"unitd/runtime/rotation"
	"unitd/runtime/state"
	"unitd/units"
)

// maxEvents is the size of the event log at which it is rotated.
const maxEvents = 4 << 20

// parts are what lives as long as the manager.
type parts struct {
	engine   *engine.Engine
	executor *executor.Executor
	server   *server.Server
	control  *control.Manager
	log      *slog.Logger
	loaded   *loaded
	recorder *recorder
	scribe   *scribe
	keeper   *rotation.Keeper
	sockets  *controlSockets
	triggers *triggers
	alerts   *alerts.Alerts

	given   atomic.Bool // the control socket is whose who has started unitd
	ended   bool        // all units have stopped
	ending  atomic.Bool // somebody wants that
	unheard atomic.Bool // who has started unitd does not hear what it is told

	reexecLock sync.Mutex  // held while a re-exec is prepared
	reexecs    chan reexec // prepared
	replacing  atomic.Bool // another program is about to be executed

	lock     *state.Lock // had from the beginning
	premises premisesOf

	// Acquired by the hooks, in this order, and released in reverse.
	notify   *notify.Receiver
	listener net.Listener
}

// wire lets fx construct the parts. Constructors do no I/O: an error would come out wrapped in reflection
// noise. What has to be acquired is acquired by the hooks.
func wire(d dirs.Dirs, loaded *loaded, core process.Rlimit, log *slog.Logger) (*fx.App, *parts) {
	p := &parts{log: log, loaded: loaded, reexecs: make(chan reexec, 1)}
	app := fx.New(
		fx.NopLogger,
		fx.Supply(d, loaded, core, log),
		fx.Provide(
			func() *journal.Events { return journal.NewEvents(filepath.Join(d.State, "events.jsonl"), maxEvents) },
			journal.NewLogs,
			newKeeper,
			newRecorder,
			newScribe,
			newExecutor,
			newAlerts,
			newEngine,
			newControl,
			newServer,
			newControlSockets,
			newTriggers,
		),
		fx.Populate(&p.engine, &p.executor, &p.server, &p.control, &p.recorder, &p.keeper, &p.scribe, &p.sockets, &p.triggers, &p.alerts),
		fx.Invoke(func(lc fx.Lifecycle, events *journal.Events, link *link) {
			link.engine, link.control, link.parts = p.engine, p.control, p
			p.loaded.jobs.recorded = func() { within(keptTime, func(ctx context.Context) { p.recorded(ctx) }) }
			p.bracket(lc, d, events, loaded.set)
		}),
		fx.Provide(func() *link { return &link{} }),
	)
	return app, p
}

// link closes circles: engine and executor tell each other, and so do who applies unit files and the sockets, and who is
// asked for a re-exec and all that does it.
type link struct {
	engine  *engine.Engine
	control *control.Manager
	parts   *parts
}

func newKeeper(d dirs.Dirs, logs *journal.Logs, log *slog.Logger) *rotation.Keeper {
	return rotation.New(rotation.Config{Logs: logs, Directory: d.Log(), Logger: log})
}

func newExecutor(d dirs.Dirs, loaded *loaded, s *scribe, core process.Rlimit, logs *journal.Logs, k *rotation.Keeper, log *slog.Logger, link *link) *executor.Executor {
	return executor.New(executor.Config{
		Runtime: d.Runtime, State: d.State, Log: d.Log(), Account: loaded.host.Account(), Timezone: os.Getenv("TZ"),
		Units: d.Units, UnitFiles: loaded.unitFiles, Programs: programs(),
		Digest: loaded.host.Digest, ReadEnvFile: loaded.readEnvFile, ReadSecret: loaded.readSecret, ReadPage: loaded.readPage, Core: &core, Logger: log,
		Logs: logs,
		Writes: func(id units.ID, path string, written units.Log) {
			k.Add(rotation.File{Path: path, Unit: string(id), Rules: retention.RulesOf(written), Captured: written.Captured()})
		},
		DropLog: k.Remove,
		Keep:    s.kept, Report: loaded.report(link), Cgroups: delegated,
	})
}

// delegated opens the cgroup of unitd, if it was delegated to the account. Root may do everything in any, which is not
// the same.
func delegated() (*cgroup.Tree, error) {
	if os.Getuid() == 0 {
		return nil, errors.New("the manager runs as root")
	}
	own, err := cgroup.Own()
	if err != nil {
		return nil, err
	}
	return cgroup.Open(own)
}

// programs are unitd itself and the unitctl beside it, without symlinks.
func programs() []string {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	found := []string{self}
	if client, err := filepath.EvalSymlinks(filepath.Join(filepath.Dir(self), "unitctl")); err == nil {
		found = append(found, client)
	}
	return found
}

func newAlerts(d dirs.Dirs, loaded *loaded, x *executor.Executor, events *journal.Events, log *slog.Logger, link *link) *alerts.Alerts {
	return alerts.New(alerts.Config{
		StateDir: d.State, Where: alert.Where{Host: loaded.host.Hostname(), Account: loaded.host.Account().Name},
		Events: events, Logger: log, Hand: x.Hand,
		Output: func(ctx context.Context, id units.ID, n int) []string { return link.control.LastOutput(ctx, id, n) },
	})
}

func newEngine(loaded *loaded, x *executor.Executor, r *recorder, s *scribe, a *alerts.Alerts, log *slog.Logger, link *link) *engine.Engine {
	return engine.New(loaded.set, loaded.overrides(), engine.Config{
		Executor: x, Boot: loaded.boot, Chance: chance, Invocation: invocation,
		Record:  r.record,
		Observe: a.Observe, Forget: a.Forget,
		Persist: loaded.persist,
		Save:    s.save, Up: up,
		Memories: loaded.jobs.all, Remember: loaded.jobs.remember, Written: loaded.jobs.written,
		LastOutput: x.LatestOutput,
		Apply: func(done func(uint64, error)) {
			go func() { done(link.parts.control.ApplyFiles(context.Background())) }()
		},
		Logger: log,
	})
}

func newControl(d dirs.Dirs, loaded *loaded, e *engine.Engine, x *executor.Executor, r *recorder, logs *journal.Logs, k *rotation.Keeper, a *alerts.Alerts, log *slog.Logger, link *link) (*control.Manager, ipc.Manager) {
	m := control.New(control.Config{
		Engine: e, Executor: x, Alerts: a, Logs: logs, Keeper: k, Journal: r.events, Recorded: r.settle,
		Kept: func(ctx context.Context) { link.parts.kept(ctx) }, Dirs: d, Load: loaded.load, Fingerprint: loaded.fingerprint,
		Current: loaded.current, Applied: loaded.applied,
		Sockets:      func(next *units.Set) (commit, undo func(), err error) { return link.parts.prepare(next) },
		Triggers:     func(def *units.Unit) []protocol.Trigger { return link.parts.triggers.status(def) },
		Rest:         func() { poke(loaded.loads) },
		MarkShutdown: func() { loaded.markShutdown(log) }, Died: loaded.guarded.deaths, Logger: log,
		Reexec: func(ctx context.Context, request protocol.ReexecRequest) (protocol.ReexecResult, error) {
			return link.parts.prepareReexec(ctx, request)
		},
		Started: loaded.started, Reexecs: loaded.count, ReexecFailed: loaded.failed, Program: loaded.program,
		NoGuard: loaded.guarded.why, SocketGiven: func() bool { return link.parts.given.Load() },
	})
	return m, m
}

func newServer(m ipc.Manager, c *control.Manager, log *slog.Logger) *server.Server {
	return server.New(server.Config{Manager: m, Log: log, Owner: os.Getuid(), UnitOf: c.UnitOf})
}

func newControlSockets(d dirs.Dirs, loaded *loaded, s *server.Server, log *slog.Logger) *controlSockets {
	return &controlSockets{server: s, host: loaded.host, own: d.ControlSocket(), log: log, changed: make(chan struct{}, 1)}
}
