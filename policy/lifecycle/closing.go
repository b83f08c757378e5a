package lifecycle

import "time"

// What a unit held open, and what its program has stored, is closed before its end is told, so that whoever waited for a stop, or starts another unit
// on the same address because of a failure, finds the address free.

// closeGrace is how long closing may take: unlinking a Unix socket on a dead NFS server, for one, takes for ever.
// What is not closed by then closes later; the unit's end is told without it.
const closeGrace = 10 * time.Second

// Conclusion is what the end of a run comes to once its listeners are closed.
type Conclusion string

// The conclusions.
const (
	ToStopped  Conclusion = "stopped"  // as somebody wanted
	ToFailed   Conclusion = "failed"   // and is not restarted
	ToFinished Conclusion = "finished" // a oneshot that has worked
	ToEnded    Conclusion = "ended"    // politely, and is not restarted
)

// close closes the listeners and what is stored, and reports whether that is to be waited for; the run then comes to
// its conclusion. A stop that is half of a restart keeps them open; listeners of a worker are the pool's.
func (p *Process) close(s *step, then Conclusion) bool {
	p.discard(s)
	if p.Stop == ForRestart || p.worker != nil || !p.Holding {
		return false
	}
	if !p.Listening && len(p.Stored) == 0 {
		p.release(s)
		return false
	}
	p.enter(s, Stopping, StepRelease)
	p.Deadline = s.in.Now.Add(closeGrace)
	p.Closing, p.Conclusion = s.in.Run, then
	s.do(Action{Do: Release, Run: p.Closing})
	return true
}

// closing waits until the listeners are closed.
func (p *Process) closing(s *step) {
	switch s.ev.Kind {
	case StopWanted:
		p.Stop, p.Conclusion = s.ev.For, ToStopped
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it is stopping"})
	case Released, Expired:
		p.Closing, p.Holding, p.Listening, p.Pinned = 0, false, false, false
		p.conclude(s)
	}
}

func (p *Process) conclude(s *step) {
	switch p.Conclusion {
	case ToStopped:
		p.stopped(s)
	case ToFailed:
		p.failed(s)
	case ToFinished:
		p.finished(s)
	case ToEnded:
		p.ended(s)
	}
	p.Conclusion = ""
}

// release gives up what stays open while down, unless a start follows; nobody waits for it.
func (p *Process) release(s *step) {
	p.discard(s)
	if p.Stop == ForRestart || p.worker != nil {
		return
	}
	if p.Holding {
		s.do(Action{Do: Release, Run: s.in.Run})
	}
	p.Holding, p.Listening, p.Pinned = false, false, false
}

// close closes the pool's listeners and reports whether that is to be waited for.
func (p *Pool) close(s *step) bool {
	switch {
	case p.Closing != 0:
		return true
	case p.Stop == ForRestart || !p.Holding:
		return false
	case len(p.def.Listen) == 0 && !p.Storing:
		p.release(s)
		return false
	}
	p.phase(s, Stopping)
	p.Closing, p.CloseBy = s.in.Run, s.in.Now.Add(closeGrace)
	// What a Prepare that is under way opens is closed too, since actions are carried out in order.
	s.do(Action{Do: Release, Run: p.Closing})
	p.unattend()
	return true
}

// released is what a Release or a Trim has closed.
func (p *Pool) released(run uint64) {
	switch {
	case run == 0:
	case run == p.Closing:
		p.closed()
	case p.Roll != nil && run == p.Roll.Trimming:
		p.Roll.Trimmed = true
	}
}

// overdue goes on without what takes too long to close.
func (p *Pool) overdue(now time.Time) {
	if !p.CloseBy.IsZero() && !p.CloseBy.After(now) {
		p.closed()
	}
	if r := p.Roll; r != nil && r.Trimming != 0 && !r.TrimBy.After(now) {
		r.Trimmed = true
	}
}

// closed goes on once the listeners are closed; reconcile tells the end.
func (p *Pool) closed() {
	p.Closing, p.CloseBy, p.Holding = 0, time.Time{}, false
	p.Listening, p.Opening, p.Slots = false, 0, 0
	p.unattend()
	p.Storing, p.Kept = false, nil
}

// release gives up listeners, unless a start follows; nobody waits for it.
func (p *Pool) release(s *step) {
	if p.Stop == ForRestart || !p.Holding {
		return
	}
	s.do(Action{Do: Release, Run: s.in.Run})
	p.closed()
}
