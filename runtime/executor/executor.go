package executor

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/meter"
	"unitd/runtime/notify"
	"unitd/runtime/probe"
	"unitd/runtime/process"
	"unitd/runtime/proxy"
	"unitd/runtime/unavailable"
	"unitd/units"
)

// Config is what an Executor works with.
type Config struct {
	Runtime string // directory of the notify socket and the exit files
	State   string // directory that units do not see, no more than Runtime, where this host gives namespaces
	Log     string // directory of the units' output
	// Units is the directory of the unit files, UnitFiles are those in it by relative paths, Programs those of unitd:
	// units cannot change them where this host gives namespaces.
	Units     string
	UnitFiles func() []string
	Programs  []string
	Account   units.Account
	Timezone  string // TZ for all units; "": none
	// ReadEnvFile reads an env_file, after checking owner and mode of what it opened.
	ReadEnvFile func(path string) ([]units.EnvVar, error)
	// ReadPage reads the page of an `unavailable` block, after checking owner and size of what it opened.
	ReadPage func(path string) ([]byte, error)
	// Report takes every event; it may wait while its queue is full, but not for the executor.
	Report func(units.ID, lifecycle.Event)
	// OOMKills counts whom the kernel has killed for want of memory; nil: meter.CountOOMKills.
	OOMKills func() (meter.OOMKills, bool)
	Logger   *slog.Logger
}

// Executor holds everything that units have of the kernel: process trees, listeners, checks.
type Executor struct {
	config      Config
	trees       *process.Table
	checks      *probe.Runner
	stead       *unavailable.Server // answers clients in the stead of workers
	files       *notify.Store       // that programs have stored
	oom         oomWitness
	containment containment
	ctx         context.Context // ends what goes on beside the queues
	cancel      context.CancelFunc
	beside      sync.WaitGroup

	starting sync.Mutex // held while the command of a check is started

	mu       sync.Mutex
	runs     map[uint64]*run // by token
	holdings map[units.ID]*holding
	moving   map[string]units.ID     // addresses that a unit on its way out still has
	ready    []*holding              // whose queues nobody works off yet
	workers  int                     // goroutines that work queues off
	watches  map[uint64]*memoryWatch // of memory, by run
	samples  bool                    // a goroutine looks at them
	queues   map[uint64]*queueWatch  // by run
	looking  bool                    // a goroutine looks at them
	commands map[uint64][]*run       // of checks, by the run that they ask about
	barriers map[uint64]barrier      // by number
	private  uint64                  // last token of a run that policy does not know
	exits    exitFiles

	senders      senders
	hear         func()                // reads what waits in the notify socket
	storing      sync.Mutex            // held while a program stores something
	telling      sync.Mutex            // held while policy is told what programs say and store
	saying       map[*run]bool         // of which something is held back
	changed      map[notify.Owner]bool // for whom something else is stored than was told
	strangers    time.Time             // when it was last logged that one has sent something
	seats        *proxy.Seats          // for the clients of proxies
	ports        map[int]bool          // that workers behind proxies have
	lastBarrier  uint64
	sampling     allowance     // of the goroutine that looks at memory
	sampleSooner chan struct{} // a limit was added
	blind        sync.Once     // says that hung workers cannot be found
}

// maxWorkers bounds the queues that are worked off at once. What is done there are short system calls, each of
// which may hold a thread; more of them would not be faster.
const maxWorkers = 2

// quickChecks bounds the checks in flight that have just begun, mostChecks all of them, those that hang included,
// since each holds a file descriptor.
const (
	quickChecks = 16
	mostChecks  = 128
)

// privateTokens is the first token of runs that policy does not know.
const privateTokens = 1 << 63

// New makes an executor. Open must follow before anything is done.
func New(config Config) *Executor {
	ctx, cancel := context.WithCancel(context.Background())
	if config.OOMKills == nil {
		config.OOMKills = meter.CountOOMKills
	}
	x := &Executor{
		config: config, oom: oomWitness{count: config.OOMKills}, checks: probe.NewRunner(quickChecks, roomForChecks()),
		stead: unavailable.NewServer(), ctx: ctx, cancel: cancel,
		runs: map[uint64]*run{}, holdings: map[units.ID]*holding{}, moving: map[string]units.ID{}, private: privateTokens,
		queues: map[uint64]*queueWatch{}, watches: map[uint64]*memoryWatch{}, sampleSooner: make(chan struct{}, 1),
		commands: map[uint64][]*run{}, barriers: map[uint64]barrier{}, saying: map[*run]bool{},
		changed: map[notify.Owner]bool{}, hear: func() {}, seats: seats(), ports: map[int]bool{},
	}
	x.files = notify.NewStore(x.storeChanged)
	return x
}

// Open acquires what all units share: the table of process trees.
func (x *Executor) Open() error {
	trees, err := process.Open(x.config.Runtime, x.deliver)
	if err != nil {
		return err
	}
	x.trees = trees
	x.oom.look(time.Now())
	x.openContainment()
	return nil
}

// privateToken is for a run that policy does not know.
func (x *Executor) privateToken() uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.private++
	return x.private
}

// Reap collects the statuses of all processes until ctx ends. It is an actor of the daemon.
func (x *Executor) Reap(ctx context.Context) error { return x.trees.Run(ctx) }

// Check runs the health checks until ctx ends. It is an actor of the daemon.
func (x *Executor) Check(ctx context.Context) error { return x.checks.Run(ctx) }

// Close ends what goes on beside the queues and gives back what Open acquired. Listeners that units still
// hold are closed.
func (x *Executor) Close() error {
	for _, h := range x.allHoldings() {
		x.part(h)
	}
	x.cancel()
	x.stead.Close()
	x.beside.Wait()
	x.mu.Lock()
	for _, h := range x.holdings {
		h.close(x.config.Logger)
	}
	x.mu.Unlock()
	x.passAll(func(uint64, barrier) bool { return true })
	x.files.Close()
	if x.trees == nil {
		return nil
	}
	return x.trees.Close()
}

func (x *Executor) allHoldings() []*holding {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Collect(maps.Values(x.holdings))
}

// Do queues actions of one unit. It never blocks: queues are worked off by maxWorkers goroutines at most, which
// live only while there is something to do.
func (x *Executor) Do(def *units.Unit, actions []lifecycle.Action) {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := x.holdings[def.ID]
	if h == nil {
		h = newHolding(def.ID)
		x.holdings[def.ID] = h
	}
	for _, a := range actions {
		h.queue = append(h.queue, queued{def, a})
	}
	if !h.busy && len(h.queue) > 0 {
		h.busy = true
		x.ready = append(x.ready, h)
		if x.workers < maxWorkers {
			x.workers++
			x.beside.Go(x.work)
		}
	}
}

// work takes one action after the other from the queues, in turn, until all are empty.
func (x *Executor) work() {
	for {
		x.mu.Lock()
		if len(x.ready) == 0 {
			x.ready = nil
			x.workers--
			x.mu.Unlock()
			return
		}
		h := x.ready[0]
		x.ready = x.ready[1:]
		next := h.queue[0]
		h.queue = h.queue[1:]
		x.mu.Unlock()
		x.perform(h, next.def, next.action)
		x.mu.Lock()
		if len(h.queue) > 0 {
			x.ready = append(x.ready, h)
		} else {
			h.queue, h.busy = nil, false
		}
		x.mu.Unlock()
	}
}

// perform is the one switch over all actions.
func (x *Executor) perform(h *holding, def *units.Unit, a lifecycle.Action) {
	switch a.Do {
	case lifecycle.Prepare:
		x.prepare(h, def, a)
	case lifecycle.Spawn:
		x.spawn(h, def, a)
	case lifecycle.SignalMain:
		x.signal(def, a, x.trees.Signal)
	case lifecycle.SignalAll:
		x.signal(def, a, x.trees.SignalAll)
	case lifecycle.Kill:
		x.beside.Go(func() { x.kill(def, a) })
	case lifecycle.WatchChecks:
		x.watch(h, def, a)
	case lifecycle.EndChecks:
		x.endChecks(h, a.Worker)
	case lifecycle.WatchMemory:
		x.watchMemory(def, a)
	case lifecycle.AwaitListener:
		x.awaitListener(h, def, a)
	case lifecycle.CountRequests:
		x.countRequests(h, def, a)
	case lifecycle.WatchQueue:
		x.watchQueue(h, def, a)
	case lifecycle.Steer, lifecycle.Answer, lifecycle.Admit, lifecycle.Refuse, lifecycle.Drain, lifecycle.Trim:
		x.direct(h, def, a)
	case lifecycle.FindMain:
		x.beside.Go(func() { x.findMain(h, def, a) })
	case lifecycle.Pass:
		x.pass(a.Barrier)
	case lifecycle.Discard:
		x.discard(def, a.Worker)
	case lifecycle.Release:
		x.discardAll(def)
		h.close(x.config.Logger)
		x.part(h)
		x.mu.Lock()
		maps.DeleteFunc(x.moving, func(_ string, from units.ID) bool { return from == def.ID })
		x.mu.Unlock()
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Released, Run: a.Run})
	}
}

// direct is the part of perform that says where clients go.
func (x *Executor) direct(h *holding, def *units.Unit, a lifecycle.Action) {
	switch a.Do {
	case lifecycle.Steer:
		x.steer(h, def, a)
	case lifecycle.Answer:
		x.answer(h, def, a)
	case lifecycle.Admit:
		x.admit(h, def)
	case lifecycle.Refuse:
		x.refuse(h, def)
	case lifecycle.Drain:
		x.drain(h, def, a)
	case lifecycle.Trim:
		x.trim(h, def, a)
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Released, Run: a.Run})
	}
}

// report sends an event of a unit.
func (x *Executor) report(unit units.ID, ev lifecycle.Event) {
	x.oom.look(time.Now())
	x.config.Report(unit, ev)
}

// deliver takes an event of the process table to the unit whose run it is.
func (x *Executor) deliver(ev process.Event) {
	switch ev := ev.(type) {
	case process.Started:
		x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.Spawned, PID: ev.PID})
	case process.ExecFailed:
		again := full(ev.Err) || x.reconsider(ev)
		x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.NotSpawned, Err: ev.Err.Error(), Again: again, Full: full(ev.Err)})
	case process.Exited:
		oom, perhaps := x.outOfMemory(ev)
		if ev.Main {
			exit := exitOf(ev.Status)
			exit.OOM = oom
			x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.Exited, PID: ev.PID, Exit: exit, Err: perhaps})
		}
	case process.Empty:
		x.arrived(ev.Token, ev, lifecycle.Event{Kind: lifecycle.Emptied})
	}
}

func (x *Executor) arrived(token uint64, raw process.Event, ev lifecycle.Event) {
	x.mu.Lock()
	r := x.runs[token]
	var commands []*run
	if ev.Kind == lifecycle.Emptied {
		if r != nil {
			x.exits.release(r.exit)
		}
		commands = slices.Clone(x.commands[token])
		delete(x.runs, token)
		delete(x.watches, token)
		delete(x.queues, token)
	}
	x.mu.Unlock()
	if r == nil {
		return
	}
	if r.done != nil {
		r.done(raw)
		return
	}
	x.tellHeldOf(r)
	if ev.Kind == lifecycle.Emptied {
		x.passAll(func(_ uint64, b barrier) bool { return b.token == token })
	}
	h := x.holdingOf(r.unit)
	if h != nil && r.slot != noSlot {
		switch ev.Kind {
		case lifecycle.Exited:
			h.goes(r.slot, token, false)
		case lifecycle.Emptied:
			h.goes(r.slot, token, true)
			x.vacate(h, r.slot)
		}
	}
	ev.Worker, ev.Run = r.worker, token
	if len(commands) > 0 {
		x.beside.Go(func() { x.afterCommands(h, r, commands, ev) })
		return
	}
	x.report(r.unit, ev)
}
