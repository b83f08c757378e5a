package lifecycle

import (
	"fmt"
	"math"
	"slices"
	"time"

	"unitd/policy/restart"
	"unitd/units"
)

// A well worker is recycled when its time has come: one at a time, and its replacement is ready, in a slot of
// its own, before it drains. A replacement that does not become ready is dropped, and tried again later.
//
// With dispatch "proxy" requests are counted for it. Otherwise a worker counts them itself, and just exits when it has
// served enough: what it has accepted and not read is lost then. So unitd counts its connections beside it, which cannot be
// more than its requests, begins in time with the replacement, and keeps new ones from it shortly before it would exit.
// With every worker near its number they wait for the next replacement (lobby.go). Where that comes too late all the same
// (clients keep their connections, connections cannot be counted, no replacement becomes ready), a worker is started again
// in its slot, and what waits there is its own or is handed on meanwhile, as after any death.

// became notes that a worker has become ready: its life is counted from now.
func (w *Worker) became(s *step) {
	w.Proven, w.Tried, w.Due, w.RecycleAt = true, false, "", time.Time{}
	w.Asked, w.Refused, w.Spent = false, "", false
	if r := w.def.Recycle; r != nil && r.MaxAge > 0 {
		w.RecycleAt = s.in.Now.Add(time.Duration(float64(r.MaxAge) * w.jitter(s.in.Chance)))
	}
	if r := w.def.Recycle; r != nil && r.MaxRequests > 0 && w.def.Proxy {
		s.do(Action{Do: CountRequests, Worker: w.Key, Run: w.Process.Main, Slot: w.Slot, Count: w.maxRequests(s.in.Chance)})
	}
	if w.MaxRequests > 0 {
		s.do(Action{
			Do: CountRequests, Worker: w.Key, Run: w.Process.Main, Slot: w.Slot, Count: w.MaxRequests, Within: w.replacementTime(),
		})
	}
	if r := w.def.Recycle; r != nil && r.MaxMemory > 0 {
		// Only ever less: what the file says is not exceeded.
		most := float64(r.MaxMemory) * (1 - r.Jitter*w.chance(s.in.Chance))
		s.do(Action{Do: WatchMemory, Worker: w.Key, Run: w.Process.Main, Bytes: int64(most)})
	}
}

// jitter is the factor, around 1, by which a limit is another for this worker, so that workers that were
// started together are not replaced together.
func (w *Worker) jitter(chance float64) float64 {
	return 1 + w.def.Recycle.Jitter*(2*w.chance(chance)-1)
}

// chance makes another number in [0,1) for each worker out of one that they share: multiples of the golden ratio
// spread evenly.
func (w *Worker) chance(shared float64) float64 {
	_, own := math.Modf(shared + float64(w.Key)*(math.Phi-1))
	return own
}

// outgrown is a worker that uses more memory than it may.
func (w *Worker) outgrown(ev Event) {
	if ev.Run == w.Process.Main && w.Due == "" {
		w.Due = fmt.Sprintf("it uses %d MiB, which max_memory does not allow", ev.Bytes>>20)
		w.RecycleAt = time.Time{}
	}
}

// drawMaxRequests says after how many requests the run that begins is to end itself.
func (w *Worker) drawMaxRequests(chance float64) {
	w.MaxRequests = 0
	if r := w.def.Recycle; r != nil && r.MaxRequests > 0 && !w.def.Proxy {
		w.MaxRequests = w.maxRequests(chance)
	}
}

// maxRequests is after how many requests this worker is recycled.
func (w *Worker) maxRequests(chance float64) int {
	return max(int(math.Round(float64(w.def.Recycle.MaxRequests)*w.jitter(chance))), 1)
}

// partingTime is what a worker that is replaced takes, as a rule, from when its replacement is ready until it is gone.
const partingTime = time.Second / 2

// replacementTime is how long it may take until a replacement for this worker is ready, since others may be replaced
// before: as long as its own start has taken, for each of them.
func (w *Worker) replacementTime() time.Duration {
	start := w.Process.UpSince.Sub(w.Process.Streak.Started)
	return time.Duration(w.Process.scope.Worker.Count) * (start + partingTime)
}

// worn is a worker that has been given as many requests as it may, or will have been once its replacement is ready.
func (w *Worker) worn(ev Event) {
	if ev.Run != w.Process.Main || w.Due != "" {
		return
	}
	w.RecycleAt = time.Time{}
	if w.def.Proxy {
		w.Due = fmt.Sprintf("it has served %d requests, which is its max_requests", ev.Count)
	} else {
		w.Due = fmt.Sprintf("it has got %d connections, and is about to reach its max_requests of %d", ev.Count, w.MaxRequests)
	}
}

// spent is a worker that would end itself before its replacement is ready if it went on getting requests.
func (w *Worker) spent(ev Event) {
	if ev.Run == w.Process.Main {
		w.worn(ev)
		w.Spent = true
	}
}

// recyclesItself reports a program that is expected to exit by itself once it has served enough requests.
func (p *Process) recyclesItself() bool {
	return p.worker != nil && p.worker.MaxRequests > 0 && p.Phase.Up()
}

// due notes the workers whose time has come.
func (p *Pool) due(s *step) {
	for _, w := range p.Workers {
		if w.RecycleAt.IsZero() || w.RecycleAt.After(s.in.Now) {
			continue
		}
		w.RecycleAt = time.Time{}
		if w.Due == "" {
			w.Due = "it has reached its max_age"
		}
	}
}

// recycle starts the replacement of one worker that is due, unless one is being replaced already.
func (p *Pool) recycle(s *step) {
	if p.Roll != nil || !p.opened() {
		return
	}
	var next *Worker
	for _, w := range p.Workers {
		switch {
		case w.Role == Successor || w.Role == Retiring && w.Process.Phase != Abandoned:
			return
		case next == nil && w.replaceable() && (p.PausedBy == "" || w.Asked):
			next = w
		}
	}
	if next == nil {
		return
	}
	if slot, free := p.successorSlot(); free {
		p.addWorker(s, next.Index, slot, Successor)
	}
}

// replaceable reports a worker that is due and up, and no failed attempt at replacing it has just been made.
func (w *Worker) replaceable() bool {
	return w.Role == Serving && w.Due != "" && w.RecycleAt.IsZero() && w.Process.Phase.Up()
}

// replace starts the replacement of one worker because somebody wants it: as if it were due, where it is up, at
// once where it waits to be started again.
func (p *Pool) replace(s *step) {
	w := p.serving(s.ev.Count)
	if w == nil || p.halted() {
		return
	}
	w.Refused, p.Blamed = "", 0
	switch phase := w.Process.Phase; {
	case phase.Up():
		w.Asked, w.Due, w.RecycleAt = true, "its restart was asked for", time.Time{}
	case phase == Backoff || phase.Down():
		p.stepWorker(s, w, Event{Kind: StartWanted})
	}
}

// recycleFailed drops a replacement that did not become ready. The old worker serves on, and another attempt
// is made after a delay that grows as that of restarts does, unless somebody waits for the answer.
func (p *Pool) recycleFailed(s *step, failed *Worker, why string) {
	p.retire(s, failed, false)
	old := p.serving(failed.Index)
	if old == nil {
		return
	}
	old.Refused = "its replacement did not become ready: " + why
	if old.Asked {
		old.Asked, old.Due = false, ""
		return
	}
	p.NotRecycled++
	delay := max(restart.Backoff(p.def.App.Restart, p.NotRecycled, s.in.Chance), tryAgain)
	old.RecycleAt = s.in.Now.Add(delay)
	p.Note = fmt.Sprintf("worker %d: %s, and its replacement did not become ready: %s; tried again later", old.Index, old.Due, why)
}

// recycled is a worker whose replacement has become ready.
func (p *Pool) recycled(old *Worker) {
	old.Recycled = true
	if old.Due != "" {
		old.Process.Note = "recycled: " + old.Due
	}
	if p.NotRecycled > 0 {
		p.NotRecycled, p.Note = 0, ""
	}
}

// dropReplacements ends recycling, since all workers are about to be replaced anyway.
func (p *Pool) dropReplacements(s *step) {
	p.NotRecycled = 0
	for _, w := range slices.Clone(p.Workers) {
		if w.Role == Successor {
			p.retire(s, w, false)
		}
	}
}

// stopReason is why a program that is told to stop is: a worker may be stopped since it was recycled.
func (p *Process) stopReason() units.Reason {
	if p.worker != nil && p.worker.Recycled {
		return units.ReasonRecycle
	}
	return units.ReasonStop
}
