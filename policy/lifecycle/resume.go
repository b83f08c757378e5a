package lifecycle

import (
	"slices"

	"unitd/units"
)

// A manager that has died is succeeded by one that reads the last state which it has recorded. Resume puts a unit's
// state back to work: it evaluates again what is not recorded (commands and variables, which may hold secrets), asks
// for everything again that a manager does beside the processes (checks, watches, steering), and for what was under way
// and can be asked for twice. What became of processes meanwhile comes as ordinary events, from the executor, which
// looks for those that Trees names.

// Tree is a process tree that a unit's state says there may be.
type Tree struct {
	Run    uint64
	Worker int // key of a pool's worker; 0: the unit itself
	// Slot and Generation are those of that worker.
	Slot, Generation int
	Hook             bool
	// Started and Ended say what the state knows of the main process, PID which one it is; 0: that is not known.
	Started bool
	Ended   bool
	PID     int
	// Launch is what it was started with; nil: that is not known any more.
	Launch *Launch
}

// Trees lists the process trees that there may be. It is called after Resume.
func (u *Unit) Trees() []Tree {
	var list []Tree
	switch {
	case u.Process != nil:
		list = u.Process.trees()
	case u.Pool != nil:
		for _, w := range u.Pool.Workers {
			for _, t := range w.Process.trees() {
				t.Worker, t.Slot, t.Generation = w.Key, w.Slot, w.Generation
				list = append(list, t)
			}
		}
	}
	return list
}

// Stores lists those for whom the state says that files are stored: 0 for the unit itself, else keys of workers.
func (u *Unit) Stores() []int {
	var list []int
	switch {
	case u.Process != nil:
		if len(u.Process.Stored) > 0 {
			list = append(list, 0)
		}
	case u.Pool != nil:
		for _, w := range u.Pool.Workers {
			if len(w.Process.Stored) > 0 {
				list = append(list, w.Key)
			}
		}
		for _, k := range u.Pool.Kept {
			list = append(list, k.Key)
		}
	}
	return list
}

func (p *Process) trees() []Tree {
	var list []Tree
	if p.Main != 0 {
		list = append(list, Tree{Run: p.Main, Started: !p.NeverRan, Ended: p.MainGone, PID: p.MainPID, Launch: p.launch})
	}
	hooks := p.Dying
	if p.HookRun != 0 {
		hooks = append(slices.Clone(hooks), p.HookRun)
	}
	for _, run := range hooks {
		list = append(list, Tree{Run: run, Hook: true, Launch: p.launch})
	}
	return list
}

// Resume puts the recorded state of a unit back to work, under the definition that it had.
func (u *Unit) Resume(def *units.Unit, in In) []Action {
	s := &step{in: in}
	switch {
	case u.Delay != nil:
		if u.Delay.Phase == Starting && u.Delay.Run != 0 {
			s.do(Action{Do: WatchChecks, Run: u.Delay.Run})
		}
	case u.Pipeline != nil:
		u.Pipeline.resume(s, u.Process, def.Pipeline)
	case u.Process != nil:
		u.Process.def, u.Process.job = def.Process(), def.Job
		u.Process.resume(s)
	case u.Pool != nil:
		u.Pool.resume(s, def.Pool)
		return append(s.out, s.drains...)
	}
	return s.out
}

func (p *Process) resume(s *step) {
	if p.Phase == Starting && p.Main == 0 && !s.in.HandedOver {
		p.Invocation = s.in.Invocation // the program may have run in the moment before, of which nothing was recorded
	}
	if p.Invocation != "" {
		p.relaunch()
	}
	switch p.Phase {
	case Starting:
		p.resumeStart(s)
	case Active, Reloading:
		p.watchChecks(s, false)
		if !p.WatchdogBy.IsZero() && !s.in.HandedOver {
			p.feed(s) // what it has said meanwhile, nobody has heard
		}
		p.Deadline = p.upUntil()
	case Draining:
		if p.worker == nil {
			s.do(Action{Do: Refuse})
		}
		s.do(Action{Do: Drain, Slot: p.slot(), Within: max(p.Deadline.Sub(s.in.Now), 0)})
	case Stopping, Killing:
		p.resumeStop(s)
	}
	for _, run := range p.Dying {
		s.do(Action{Do: Kill, Run: run})
	}
}

// relaunch evaluates again what the present run was started with.
func (p *Process) relaunch() {
	p.scope.Credentials = p.def.CredentialsOf(p.key())
	p.launch = &Launch{
		Process: p.def, Invocation: p.Invocation, Cause: p.Cause, Credentials: p.scope.Credentials, Listen: p.def.Listen,
		MainPID: p.MainPID, Heading: p.heading, Value: p.value,
	}
	if w := p.worker; w != nil {
		p.launch.Listen = w.inherits()
		p.launch.WorkerIndex, p.launch.WorkerCount = p.scope.Worker.Index, p.scope.Worker.Count
		p.launch.Port, p.launch.Socket = w.Port, w.Socket
	}
	p.evaluateAgain()
}

// evaluateAgain leaves the program empty where it cannot be said any more what that is: the next start says why.
func (p *Process) evaluateAgain() {
	if program, err := p.def.Program.Program(p.scope); err == nil {
		p.launch.Program = program
	}
}

func (p *Process) slot() int {
	if p.worker == nil {
		return 0
	}
	return p.worker.Slot
}

func (p *Process) watchChecks(s *step, eager bool) {
	if len(p.Checks) > 0 && p.Main != 0 {
		s.do(Action{Do: WatchChecks, Run: p.Main, Launch: p.launch, Eager: eager})
	}
}

func (p *Process) resumeStart(s *step) {
	if p.Forking {
		s.do(Action{Do: FindMain, Run: p.Main, Launch: p.launch})
	}
	switch {
	case p.At == StepPrepare && !p.Again: // its answer does not come any more: it is asked again, in an instant
		p.Again, p.Deadline = true, s.in.Now
	case p.Main == 0 || p.NeverRan:
	case p.At == StepListen:
		s.do(Action{Do: AwaitListener, Run: p.Main, Launch: p.launch})
	default:
		p.watchChecks(s, true)
	}
}

func (p *Process) resumeStop(s *step) {
	switch {
	case p.At == StepPrepare:
		p.Deadline = s.in.Now
	case p.At == StepRelease:
		p.Deadline = s.in.Now.Add(closeGrace)
		s.do(Action{Do: Release, Run: p.Closing})
	case p.Phase == Killing && p.Main != 0:
		s.do(Action{Do: Kill, Run: p.Main})
	}
}

func (p *Pool) resume(s *step, def *units.Pool) {
	p.def = def
	if p.Roll != nil {
		p.Roll.old, p.Roll.new = def, def
	}
	for _, w := range p.Workers {
		w.def, w.drainTimeout, w.Process.worker = def, def.Drain, w
		w.Process.def = def.App
		w.Process.scope.Worker = w.scope(p.Count)
	}
	if p.Listening || p.Opening > 0 {
		p.Opening, p.Reopen = 0, p.Reopen || !p.halted()
	}
	if !p.halted() && p.Phase != Backoff {
		p.open(s) // before all that needs what it opens
	}
	for _, w := range p.Workers {
		p.resumeWorker(s, w)
	}
	p.resumeClients(s)
	if p.Closing != 0 {
		p.CloseBy = s.in.Now.Add(closeGrace)
		s.do(Action{Do: Release, Run: p.Closing})
	}
	if r := p.Roll; r != nil && r.Trimming != 0 && !r.Trimmed {
		r.TrimBy = s.in.Now.Add(closeGrace)
		s.do(p.trimming(r.Trimming))
	}
	p.reconcile(s)
}

// resumeWorker asks again for what a pool's worker needs beside its process.
func (p *Pool) resumeWorker(s *step, w *Worker) {
	if p.def.Proxy && w.Process.Phase.Up() { // before its checks, which ask where it listens
		s.do(Action{Do: AwaitListener, Worker: w.Key, Generation: w.Generation, Slot: w.Slot, Run: w.Process.Main, Launch: w.place()})
	}
	inner := &step{in: s.in}
	inner.in.Invocation = w.invocation(s.in.Invocation)
	w.Process.resume(inner)
	for _, a := range inner.out {
		a.Worker, a.Generation, a.Slot = w.Key, w.Generation, w.Slot
		if a.Do == Drain {
			s.drains = append(s.drains, a)
			continue
		}
		s.do(a)
	}
	if w.Process.Phase != Active {
		return
	}
	due := w.RecycleAt
	proven, tried, why, asked, refused := w.Proven, w.Tried, w.Due, w.Asked, w.Refused
	w.became(s)
	w.RecycleAt, w.Proven, w.Tried, w.Due, w.Asked, w.Refused = due, proven, tried, why, asked, refused
	p.watchQueue(s, w)
}

// place is as much of a start as says where the worker listens.
func (w *Worker) place() *Launch { return &Launch{Process: w.def.App, Port: w.Port, Socket: w.Socket} }

// resumeClients has clients go where they went, as far as that is not steered anew anyway.
func (p *Pool) resumeClients(s *step) {
	answered := p.Answer != nil
	admit := !answered && (p.Diverted || p.Diverting > 0)
	p.Steered, p.Diverted, p.Diverting = nil, false, 0
	switch {
	case answered:
		p.AnswerAgain = s.in.Now
	case admit:
		p.Diverting = 1
		s.do(Action{Do: Admit})
	}
}
