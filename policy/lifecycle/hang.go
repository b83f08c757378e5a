package lifecycle

import (
	"unitd/units"
)

// A worker that accepts nothing while connections wait is suspect, and gets no new ones as long as others are
// there; one that goes on like that for hang_timeout is hung: it is killed and replaced. With dispatch "proxy" one is hung
// that leaves a request without an answer for so long.

// watchQueue begins the watch over the queue of a worker that has become ready.
func (p *Pool) watchQueue(s *step, w *Worker) {
	w.Suspect = false
	if p.steers() && w.def.HangTimeout > 0 {
		s.do(Action{Do: WatchQueue, Worker: w.Key, Run: w.Process.Main, Slot: w.Slot, Within: w.def.HangTimeout})
	}
}

func (w *Worker) suspected(ev Event) {
	if ev.Run == w.Process.Main {
		w.Suspect = !ev.OK
	}
}

// hung ends a program that has been proven to accept nothing.
func (p *Process) hung(s *step) {
	if p.worker == nil {
		return
	}
	waited := DurationText(p.worker.def.HangTimeout)
	if p.worker.def.Proxy {
		p.end(s, units.ReasonHang, "a request waited "+waited+" for its answer to begin")
		return
	}
	p.end(s, units.ReasonHang, "a connection waited "+waited+" to be accepted")
}
