package lifecycle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"unitd/units"
)

// ledger watches one unit from outside, event by event and action by action, and knows the laws that hold
// whatever happens.
type ledger struct {
	def   *units.Unit
	unit  *Unit
	now   time.Time
	boot  time.Time
	runs  map[uint64]*run
	next  uint64
	asked map[Asked]bool // waits for its answer
	// preparing are the Prepares under way, by worker; drains the drains; checks the runs that are checked.
	preparing map[int]int
	drains    map[int]bool
	checks    map[int]uint64
	listeners map[int]uint64 // runs that are expected to listen, by worker
	steered   []int
	diverting int                // Answers and Admits that were not reported on
	answered  bool               // by the manager
	stored    map[int][]StoredFD // by worker
	untold    map[int]bool       // workers of which that has changed, and the unit has not been told
	grouped   bool               // others restart with it
	refused   bool               // nobody new gets in
	lobbyBy   time.Time          // until when they may wait for a replacement; zero: nobody does
	releasing uint64             // the Release under way; 0: none
	trimming  uint64             // the Trim under way; 0: none
}

// run is a process tree that is not known to be empty.
type run struct {
	id      uint64
	worker  int
	hook    HookKind
	spawned bool
	exited  bool
	killed  bool
	told    bool // by a signal
	finding bool // its main process is looked for
	barred  bool // from storing anything
}

var boot = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func newLedger(def *units.Unit) *ledger {
	return &ledger{
		def: def, unit: New(def), now: boot, boot: boot, runs: map[uint64]*run{}, asked: map[Asked]bool{},
		preparing: map[int]int{}, drains: map[int]bool{}, checks: map[int]uint64{}, listeners: map[int]uint64{},
		stored: map[int][]StoredFD{}, untold: map[int]bool{},
	}
}

// step hands an event to the unit and holds what follows against the laws.
func (l *ledger) step(ev Event, chance float64) ([]Action, error) {
	if err := l.event(ev); err != nil {
		return nil, err
	}
	l.next += RunsPerStep
	actions := l.unit.Step(l.def, ev, In{
		Now: l.now, Boot: l.boot, Grouped: l.grouped, Chance: chance, Run: l.next, Invocation: fmt.Sprintf("%032x", l.next),
	})
	for _, a := range actions {
		if err := l.action(a); err != nil {
			return actions, fmt.Errorf("%s: %w", a.Do, err)
		}
	}
	return actions, l.check()
}

// event enters what comes back from outside, and refuses what could not come.
func (l *ledger) event(ev Event) error {
	r := l.runs[ev.Run]
	switch ev.Kind {
	case StartWanted:
		l.asked[AskedStart] = true
	case StopWanted:
		l.asked[AskedStop] = true
	case ReloadWanted:
		l.asked[AskedReload] = true
	case Prepared, NotPrepared:
		l.preparing[ev.Worker]--
	case MainFound:
		if r != nil {
			r.finding, r.exited = false, ev.PID == 0
		}
	case Listens:
		delete(l.listeners, ev.Worker)
	case Drained:
		delete(l.drains, ev.Worker)
	case Diverted:
		l.diverting--
	case Stored:
		delete(l.untold, ev.Worker)
		l.store(ev.Worker, ev.Stored)
	case Released:
		if ev.Run == l.releasing {
			l.releasing = 0
		}
		if ev.Run == l.trimming {
			l.trimming = 0
		}
	case Blocked, Expired: // nobody waits for the listeners, or not any longer
		l.releasing = 0
	case Spawned, NotSpawned, Exited, Emptied, Left:
		if r == nil {
			return fmt.Errorf("the story has no run %d", ev.Run)
		}
		r.spawned = r.spawned || ev.Kind == Spawned
		r.exited = r.exited || ev.Kind == Exited
		if ev.Kind == Emptied || ev.Kind == NotSpawned {
			delete(l.runs, ev.Run)
		}
	}
	return nil
}

func (l *ledger) action(a Action) error {
	switch a.Do {
	case Prepare:
		l.preparing[a.Worker]++
		l.refused = l.refused && a.Worker != 0
	case Spawn:
		return l.spawn(a)
	case SignalMain, SignalAll, Kill:
		r := l.runs[a.Run]
		if a.Run == 0 {
			return fmt.Errorf("of no run")
		}
		if r != nil && a.Do == Kill {
			r.killed = true
		} else if r != nil {
			r.told = true
		}
	case WatchChecks:
		l.checks[a.Worker] = a.Run
	case FindMain:
		l.runs[a.Run].finding = true
	case AwaitListener:
		l.listeners[a.Worker] = a.Run
	case EndChecks:
		delete(l.checks, a.Worker)
		delete(l.listeners, a.Worker)
	case Drain:
		// Of inherited sockets the last one there is stays the target.
		if slices.Contains(l.steered, a.Slot) && (len(l.steered) > 1 || l.proxied()) {
			return fmt.Errorf("slot %d is still steered to", a.Slot)
		}
		l.drains[a.Worker] = true
	case Discard:
		l.discard(a.Worker)
	case Steer:
		l.steered = a.Slots
	case Refuse:
		l.steered, l.refused = nil, true
	case Answer:
		l.steered, l.answered = nil, true
		l.diverting++
	case Admit:
		l.answered = false
		l.diverting++
	case Trim:
		l.trimming = a.Run
	case Release:
		l.answered = false
		for worker := range l.processes() {
			l.discard(worker)
		}
		for worker := range l.stored {
			l.discard(worker)
		}
		if phase := l.unit.Phase(); phase != Abandoned && phase != Failed { // nobody has waited for its end
			l.releasing = a.Run
		}
	case Settled:
		if a.Asked == AskedStop && a.OK && l.releasing != 0 && l.listens() {
			return fmt.Errorf("a stop is answered while listeners are being closed")
		}
		delete(l.asked, a.Asked)
	}
	return nil
}

func (l *ledger) spawn(a Action) error {
	if l.runs[a.Run] != nil || a.Run < l.next || a.Run >= l.next+RunsPerStep {
		return fmt.Errorf("run %d is taken, or none of this step", a.Run)
	}
	for _, r := range l.runs {
		if r.worker != a.Worker {
			continue
		}
		switch {
		case a.Hook == NoHook && r.hook == NoHook:
			return fmt.Errorf("run %d of worker %d while run %d lives", a.Run, a.Worker, r.id)
		case a.Hook != NoHook && r.hook != NoHook && !r.killed:
			return fmt.Errorf("a %s hook while the %s hook of worker %d runs", a.Hook, r.hook, a.Worker)
		}
	}
	l.runs[a.Run] = &run{id: a.Run, worker: a.Worker, hook: a.Hook}
	if a.Heir != 0 && l.stored[a.Heir] != nil && l.stored[a.Worker] == nil {
		l.store(a.Worker, l.stored[a.Heir])
		l.untold[a.Worker] = true
	}
	return nil
}

// discard closes what is stored for a worker, and lets what is left of it store nothing more.
func (l *ledger) discard(worker int) {
	if l.stored[worker] != nil {
		delete(l.stored, worker)
		l.untold[worker] = true
	}
	for _, r := range l.runs {
		r.barred = r.barred || r.worker == worker
	}
}

func (l *ledger) store(worker int, files []StoredFD) {
	if l.stored[worker] = files; len(files) == 0 {
		delete(l.stored, worker)
	}
}

// check holds the state against the laws that do not depend on the event.
func (l *ledger) check() error {
	for _, law := range []func() error{l.nothingLivesWhenDown, l.somethingIsAwaited, l.nothingStaysStored, l.slots, l.clients, l.roundTrip} {
		if err := law(); err != nil {
			return err
		}
	}
	return nil
}

// listens reports a unit with listeners of its own.
func (l *ledger) listens() bool {
	if l.def.Pool != nil {
		return len(l.def.Pool.Listen) > 0
	}
	return l.def.Process() != nil && len(l.def.Process().Listen) > 0
}

// proxied reports a pool whose workers listen in places of their own.
func (l *ledger) proxied() bool { return l.def.Pool != nil && l.def.Pool.Proxy }

// processes are the machines of single programs, by worker key.
func (l *ledger) processes() map[int]*Process {
	switch {
	case l.unit.Process != nil:
		return map[int]*Process{0: l.unit.Process}
	case l.unit.Pool != nil:
		all := map[int]*Process{}
		for _, w := range l.unit.Pool.Workers {
			all[w.Key] = &w.Process
		}
		return all
	}
	return nil
}

func (l *ledger) nothingLivesWhenDown() error {
	all := l.processes()
	for _, r := range l.runs {
		p := all[r.worker]
		if p == nil || p.Phase.Down() || p.Phase == Backoff || l.unit.Phase().Down() {
			return fmt.Errorf("run %d (%s) of worker %d lives, but that is down", r.id, r.hook, r.worker)
		}
		if p.Phase == Abandoned && !r.killed {
			return fmt.Errorf("run %d (%s) of worker %d was given up and never killed", r.id, r.hook, r.worker)
		}
	}
	return nil
}

// somethingIsAwaited holds that no phase waits for nothing.
func (l *ledger) somethingIsAwaited() error {
	for key, p := range l.processes() {
		waits := p.Phase == Starting || p.Phase == Draining || p.Phase == Stopping || p.Phase == Killing ||
			p.Phase == Backoff || p.Phase == Reloading
		if waits && p.Deadline.IsZero() && !p.AwaitsTurn {
			return fmt.Errorf("worker %d is %s at %q without a deadline", key, p.Phase, p.At)
		}
	}
	if l.unit.AwaitsTurn() && l.unit.Phase() != Backoff {
		return fmt.Errorf("it is %s and awaits its turn", l.unit.Phase())
	}
	p := l.unit.Pool
	if p == nil || p.Phase == "" || p.Phase.Down() || p.Phase == Active || p.Phase == Abandoned {
		return nil
	}
	for _, w := range p.Workers {
		if w.Process.Phase.Up() || w.Process.Phase == Abandoned {
			return nil // fewer than min_ready are left: it serves, and can be stopped or reloaded
		}
	}
	if l.unit.Deadline().IsZero() && l.preparing[0] == 0 && !p.AwaitsTurn {
		return fmt.Errorf("the pool is %s and waits for nothing", p.Phase)
	}
	return nil
}

// nothingStaysStored holds that whatever is stored is handed to somebody or closed.
func (l *ledger) nothingStaysStored() error {
	all := l.processes()
	for worker := range l.stored {
		p := all[worker]
		kept := l.unit.Pool != nil && slices.ContainsFunc(l.unit.Pool.Kept, func(k Kept) bool { return k.Key == worker })
		switch {
		case l.unit.Phase().Down() && !l.unit.Holds():
			return fmt.Errorf("it is down, and something is stored for worker %d", worker)
		case p == nil && !kept:
			return fmt.Errorf("something is stored for worker %d, which is no more", worker)
		case l.unit.Pool != nil && p != nil && p.Phase.Down() && p.Stop != ForRestart:
			return fmt.Errorf("something is stored for worker %d, which is down", worker)
		}
	}
	return nil
}

// slots holds that no two workers share one, and that connections go to workers that are up.
func (l *ledger) slots() error {
	p := l.unit.Pool
	if p == nil {
		return nil
	}
	holder := map[int]*Worker{}
	invocations := map[string]int{}
	for _, w := range p.Workers {
		id := w.Process.Invocation
		if other, taken := invocations[id]; taken && id != "" {
			return fmt.Errorf("workers %d and %d share the invocation %s", other, w.Key, id)
		}
		invocations[id] = w.Key
	}
	up, suspect, lacking := map[int]bool{}, map[int]bool{}, map[int]bool{}
	for _, w := range p.Workers {
		if w.Role != Retiring && w.Process.lacksClients() != "" {
			lacking[w.Slot] = true
		}
		if other := holder[w.Slot]; other != nil {
			return fmt.Errorf("workers %d and %d share slot %d", other.Key, w.Key, w.Slot)
		}
		if w.Slot >= p.Slots && p.Slots > 0 {
			return fmt.Errorf("worker %d has slot %d of %d", w.Key, w.Slot, p.Slots)
		}
		holder[w.Slot] = w
		switch {
		case w.Role != Serving || !w.Process.Phase.Up():
		case w.Suspect || w.Spent || w.Process.ailing():
			suspect[w.Slot] = true
		default:
			up[w.Slot] = true
		}
	}
	if len(up) > 0 {
		l.lobbyBy = time.Time{}
	} else {
		up = suspect
		waiting, err := l.lobby(holder)
		if err != nil {
			return err
		}
		if waiting != nil {
			up = waiting
		}
	}
	if len(up) == 0 && p.Keeping != "" {
		up = lacking
	}
	if len(up) == 0 && !l.proxied() || p.halted() && !l.proxied() || !p.steers() || p.Answer != nil {
		return nil
	}
	if p.halted() {
		up = nil
	}
	for _, slot := range p.Steered {
		if !up[slot] {
			return fmt.Errorf("slot %d is steered to, its worker is not up", slot)
		}
	}
	if len(p.Steered) != len(up) {
		return fmt.Errorf("%v are steered to of %v", p.Steered, up)
	}
	return nil
}

// lobby holds that clients wait in a slot without a worker that is up only if a replacement of the generation that serves
// comes into it, for a worker that is about to end itself, and only so long; and that they do wait there then. It gives
// the slot; nil: they go to workers.
func (l *ledger) lobby(holder map[int]*Worker) (map[int]bool, error) {
	p := l.unit.Pool
	spent, due, attempt := false, false, false
	var successor *Worker
	for _, w := range p.Workers {
		up := w.Role == Serving && w.Process.Phase.Up()
		spent = spent || up && w.Spent
		due = due || up && w.Due != "" && w.RecycleAt.IsZero()
		if w.Role == Successor {
			successor, attempt = w, w.Process.Phase == Starting
		}
	}
	if !spent || p.halted() || p.Roll != nil || p.def.Unavailable == nil {
		l.lobbyBy = time.Time{}
		return nil, nil //nolint:nilnil // as said
	}
	slot := -1
	for _, s := range p.Steered {
		if w := holder[s]; w == nil || w.Role == Successor {
			slot = s
		}
	}
	if l.lobbyBy.IsZero() && (slot >= 0 || attempt) {
		l.lobbyBy = l.now.Add(p.def.Unavailable.After)
	}
	over := !l.now.Before(l.lobbyBy)
	switch {
	case slot < 0 && attempt && !over && p.Answer == nil && p.Listening:
		return nil, fmt.Errorf("clients go to spent workers while #%d comes", successor.Key)
	case slot < 0:
		return nil, nil //nolint:nilnil // as said
	case over:
		return nil, fmt.Errorf("clients wait for a replacement since %s", l.now.Sub(l.lobbyBy)+p.def.Unavailable.After)
	case successor == nil && !due || successor != nil && (!attempt || successor.Slot != slot):
		return nil, fmt.Errorf("clients wait in slot %d, where no replacement comes", slot)
	case successor != nil && successor.Generation != p.Generation:
		return nil, fmt.Errorf("clients wait for #%d of another generation", successor.Key)
	}
	return map[int]bool{slot: true}, nil
}

// clients holds that clients go to workers as soon as one is ready, and wait for one only so long, unless it needs
// them to become ready.
func (l *ledger) clients() error {
	p := l.unit.Pool
	if p == nil || p.def == nil || p.def.Unavailable == nil {
		return nil
	}
	long := p.hasClients() && !p.UnreadySince.IsZero() && !l.now.Before(p.UnreadySince.Add(p.def.Unavailable.After))
	switch {
	case l.answered != (p.Answer != nil):
		return fmt.Errorf("what the executor was told last is another answer than %+v", p.Answer)
	case p.Keeping != "" && (p.Maintenance || !slices.ContainsFunc(p.Workers, func(w *Worker) bool { return w.Process.lacksClients() != "" })):
		return fmt.Errorf("clients are kept for nobody: %s", p.Keeping)
	case (long && p.Keeping == "" || p.Maintenance && p.hasClients()) && !l.answered:
		return fmt.Errorf("clients wait since %s", p.UnreadySince.Sub(l.boot))
	case l.answered && !p.Maintenance && p.Ready() > 0 && !p.halted():
		return fmt.Errorf("clients are answered although a worker is ready")
	}
	return nil
}

// roundTrip holds that the state survives being stored.
func (l *ledger) roundTrip() error {
	first, err := json.Marshal(l.unit)
	if err != nil {
		return err
	}
	var again Unit
	if err := json.Unmarshal(first, &again); err != nil {
		return err
	}
	second, err := json.Marshal(&again)
	if err != nil {
		return err
	}
	if !bytes.Equal(first, second) {
		return fmt.Errorf("the state changed in the store:\n%s\n%s", first, second)
	}
	return nil
}
