package lifecycle

import (
	"strconv"

	"unitd/units"
)

// A worker of a pool with dispatch "proxy" listens in a place of its own, which is chosen anew for each start, since
// anybody on the host may have taken a port meanwhile. It counts as started only when it listens there: a program that
// says nothing of itself would otherwise be asked before it can hear.

// proxied reports a worker that requests are passed on to.
func (p *Process) proxied() bool { return p.worker != nil && p.worker.def.Proxy }

// placed takes in where the worker is to listen.
func (p *Process) placed(s *step) bool {
	p.worker.Port, p.worker.Socket = s.ev.Port, s.ev.Socket
	p.scope.Worker.Port, p.scope.Worker.Socket = s.ev.Port, s.ev.Socket
	if !p.evaluate(s) {
		return false
	}
	p.launch.Port, p.launch.Socket = s.ev.Port, s.ev.Socket
	return true
}

// awaitListener begins the wait until the worker listens there.
func (p *Process) awaitListener(s *step) {
	p.At = StepListen
	s.do(Action{Do: AwaitListener, Run: p.Main, Launch: p.launch})
}

// Proxied reports a worker that listens in a place of its own.
func (w *Worker) Proxied() bool { return w.Port != 0 || w.Socket != "" }

// Place says in words where that is.
func (w *Worker) Place() string {
	if w.Socket != "" {
		return "at " + w.Socket
	}
	return "on port " + strconv.Itoa(w.Port)
}

// inherits are the sockets that the worker is handed.
func (w *Worker) inherits() []units.Listen {
	if w.def.Proxy {
		return nil
	}
	return w.def.Listen
}
