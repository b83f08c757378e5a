package lifecycle

import (
	"time"

	"unitd/units"
)

// spawnMain starts the program.
func (p *Process) spawnMain(s *step) {
	p.At, p.Main, p.MainGone, p.Read = StepStart, s.in.Run, false, nil
	p.StartBy = laterOf(p.StartBy, s.in.Now)
	s.do(Action{Do: Spawn, Run: p.Main, Launch: p.launch})
}

// launching is from the spawn of the program until it is healthy.
func (p *Process) launching(s *step) {
	switch s.ev.Kind {
	case NotSpawned:
		p.Main = 0
		p.refused(s)
	case Spawned:
		p.spawned(s)
		p.Note = ""
		if t := p.def.Type; (t == units.TypeSimple || t == units.TypeExec) && !p.byNewline() {
			p.started(s)
		}
	case Listens:
		switch {
		case p.At != StepListen:
		case s.ev.Err != "":
			p.Note = s.ev.Err
		default:
			p.Note = ""
			p.started(s)
		}
	case Checked:
		p.count(s)
		if p.At == StepHealth && p.gatesOpen() {
			p.runHooks(s, StepPostStart, PostStart, 0)
		}
	case Exited:
		p.mainExited(s)
	case Emptied:
		p.treeGone(s)
	}
}

// spawned notes that the program runs, and when runtime_max ends that, which counts from when it is ready. A program may have said that it is
// ready before this is known, since that comes another way.
func (p *Process) spawned(s *step) {
	p.NeverRan, p.Read = false, s.ev.Read
	if p.MainPID == 0 { // else it has moved its main process already
		p.runsAs(s.ev.PID)
	}
	if p.def.RuntimeMax > 0 {
		p.RunUntil = s.in.Now.Add(p.def.RuntimeMax)
	}
	if p.job != nil && p.Phase == Starting {
		p.runsJob(s)
	}
}

// runsJob gives the program of a job its time: timeout, or all that it takes. Until then start_timeout counts.
func (p *Process) runsJob(s *step) {
	p.Deadline = time.Time{}
	if p.job.Timeout > 0 {
		p.Deadline = s.in.Now.Add(p.job.Timeout)
	}
}

// started is reached when the type says so; what is left is health and post_start.
func (p *Process) started(s *step) {
	if p.proxied() && p.At != StepListen {
		p.awaitListener(s)
		return
	}
	if len(p.launch.Program.Health) > 0 {
		p.Checks = make([]CheckState, len(p.launch.Program.Health))
		for i, h := range p.launch.Program.Health {
			p.Checks[i].Name = h.Name
		}
		s.do(Action{Do: WatchChecks, Run: p.Main, Launch: p.launch, Eager: true})
	}
	p.At = StepHealth
	if p.gatesOpen() {
		p.runHooks(s, StepPostStart, PostStart, 0)
	}
}

// ready is the end of a start.
func (p *Process) ready(s *step) {
	for i := range p.Checks {
		p.Checks[i].Failures = 0 // those of a start do not count against the run
	}
	p.enter(s, Active, "")
	p.FailedStart, p.Note = false, ""
	p.UpSince = s.in.Now
	if !p.RunUntil.IsZero() { // the start had a time of its own
		p.RunUntil = s.in.Now.Add(p.def.RuntimeMax)
	}
	p.feed(s)
	p.Deadline = p.upUntil()
	s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
}
