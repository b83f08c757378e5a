package executor

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/capture"
	"unitd/runtime/cgroup"
	"unitd/runtime/credential"
	"unitd/runtime/forward"
	"unitd/runtime/journal"
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
	// Digest is the keyed digest by which contents are told apart.
	Digest func(value string) string
	// ReadEnvFile reads an env_file, after checking owner and mode of what it opened.
	ReadEnvFile func(path string) ([]units.EnvVar, error)
	// ReadSecret reads the file of a secret, after checking owner and mode of what it opened. Its error does not name it.
	ReadSecret func(path string) ([]byte, error)
	// Core is the limit of cores of programs whose unit says nothing else; nil: that of the manager.
	Core *process.Rlimit
	// ReadPage reads the page of an `unavailable` block, after checking owner and size of what it opened.
	ReadPage func(path string) ([]byte, error)
	// Keep records which sockets are kept open by whom, before those that were are let go; nil: nobody wants to know.
	Keep func(Kept)
	// Logs are those that units write. Writes is told each time that a unit is about to write to one, as its `log` block says.
	Logs   *journal.Logs
	Writes func(unit units.ID, path string, log units.Log)
	// DropLog removes a log with all that was rotated; nil: logs stay.
	DropLog func(path string) error
	// SyslogSocket is where syslog listens; "": /dev/log.
	SyslogSocket string
	// Report takes every event; it may wait while its queue is full, but not for the executor.
	Report func(units.ID, lifecycle.Event)
	// Cgroups opens the cgroup that is delegated to this account; nil: units get none.
	Cgroups func() (*cgroup.Tree, error)
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
	credentials *credential.Store
	capture     *capture.Capture // what programs print whose logs the manager writes
	captured    captured
	writer      *journal.Writer
	forward     *forward.Forwarder
	oom         oomWitness
	containment containment
	cgroups     *cgroup.Tree // nil: there are none, and noCgroups says why
	noCgroups   error
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
	wears    map[uint64]*wear        // of connections, by run
	counting bool                    // a goroutine counts them
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
	countSooner  chan struct{} // a run was added
	blind        sync.Once     // says that hung workers cannot be found

	inheritance *Inheritance  // what Open is to take over; nil: nothing
	news        []inherited   // what has happened before, until Reap tells it
	told        chan struct{} // closed then
	keepLock    sync.Mutex    // guards keeping and receiver, and is held while sockets are closed
	keeping     keeping
	own         ownSockets // guarded by keepLock
	receiver    *notify.Receiver
	said        int // notify socket of the manager before this one, until somebody takes it; -1: there is none
	saidAt      notify.Place
	readying    map[uint64]*os.File // pipes of programs that have yet to say that they are ready, by run
	guardLock   sync.Mutex          // held while a guard is started or let go
	guard       *process.Guard      // nil: there is to be none
}

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
	if config.Writes == nil {
		config.Writes = func(units.ID, string, units.Log) {}
	}
	if config.DropLog == nil {
		config.DropLog = func(string) error { return nil }
	}
	if config.OOMKills == nil {
		config.OOMKills = meter.CountOOMKills
	}
	if config.Keep == nil {
		config.Keep = func(Kept) {}
	}
	x := &Executor{
		config: config, oom: oomWitness{count: config.OOMKills}, checks: probe.NewRunner(quickChecks, roomForChecks()),
		stead: unavailable.NewServer(), ctx: ctx, cancel: cancel,
		runs: map[uint64]*run{}, holdings: map[units.ID]*holding{}, moving: map[string]units.ID{}, private: privateTokens + rand.Uint64N(privateTokens/2),
		queues: map[uint64]*queueWatch{}, watches: map[uint64]*memoryWatch{}, sampleSooner: make(chan struct{}, 1),
		readying: map[uint64]*os.File{}, wears: map[uint64]*wear{}, countSooner: make(chan struct{}, 1),
		commands: map[uint64][]*run{}, barriers: map[uint64]barrier{}, saying: map[*run]bool{},
		changed: map[notify.Owner]bool{}, keeping: keeping{soon: make(chan struct{}, 1)}, told: make(chan struct{}), said: -1, hear: func() {}, seats: seats(),
		ports: map[int]bool{},
	}
	x.files = notify.NewStore(x.storeChanged)
	x.credentials = credential.NewStore(config.Runtime)
	x.writer = journal.NewWriter()
	x.forward = forward.New(forward.Config{SyslogSocket: config.SyslogSocket, Logger: config.Logger})
	x.captured.sources = map[string]*sink{}
	x.capture = capture.New(capture.Config{
		Directory: filepath.Join(config.Runtime, "output"), Put: x.put, Recall: x.recall, Changed: x.keepSoon, Logger: config.Logger,
	})
	return x
}

// Open acquires what all units share, the table of process trees, takes over what Inherit has named, and removes what
// else a manager before this one has left.
func (x *Executor) Open() error {
	trees, err := process.Open(x.config.Runtime, x.deliver)
	if err != nil {
		return err
	}
	x.trees = trees
	trees.WhenUnkept(x.keepSoon)
	trees.WhenUnguarded(func() { x.beside.Go(x.reguard) })
	x.openCgroups()
	x.takeOver()
	if err := x.credentials.Sweep(); err != nil {
		return errors.Join(err, x.Close())
	}
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
func (x *Executor) Reap(ctx context.Context) error {
	x.tellNews()
	return x.trees.Run(ctx)
}

// Check runs the health checks until ctx ends. It is an actor of the daemon.
func (x *Executor) Check(ctx context.Context) error { return x.checks.Run(ctx) }

// Close ends what goes on beside the queues and gives back what Open acquired. Listeners that units still
// hold are closed.
func (x *Executor) Close() error {
	for _, h := range x.allHoldings() {
		x.part(h)
	}
	x.cancel()
	if x.trees != nil {
		x.Unguard()
		x.unkeep()
	}
	x.stead.Hurry() // who waits for a seat comes to it soon
	x.beside.Wait()
	x.stead.Close()
	x.mu.Lock()
	for _, h := range x.holdings {
		h.close(x.config.Logger)
	}
	x.mu.Unlock()
	x.passAll(func(uint64, barrier) bool { return true })
	x.files.Close()
	x.capture.Close()
	x.forward.Close(time.Second)
	if x.cgroups != nil {
		if err := x.cgroups.Close(); err != nil {
			x.config.Logger.Warn("close cgroup", "error", err)
		}
	}
	x.containment.mounts.Close()
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
