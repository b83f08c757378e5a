package lifecycle

import (
	"fmt"
	"strings"
	"time"

	"unitd/units"
)

// A health check of a worker is made at that worker alone, wherever the executor can see to that. Two kinds it cannot
// steer: commands, which connect wherever they like, and checks through a listener of the pool where the host gives
// connections no addresses to be told by (Blind). These come to whoever gets the pool's clients. While that is the
// manager itself, which says 503, their failures say nothing about the worker and do not count; and no worker could
// become ready by them, so that one that waits for nothing else is given the clients that would have been answered.

// mayStray reports a check that comes to whoever gets the pool's clients.
func (p *Process) mayStray(h units.Health) bool {
	switch w := p.worker; {
	case w == nil || w.def.Unavailable == nil:
		return false
	case len(h.Command) > 0:
		return true
	}
	return p.blind(h)
}

// blind reports a check that cannot be made at this worker alone.
func (p *Process) blind(h units.Health) bool {
	w := p.worker
	if w == nil || !w.blind || w.def.Proxy {
		return false
	}
	l, ok := h.Reaches(w.def.Listen...)
	return ok && !strings.HasPrefix(l.Address, "unix:")
}

// strayed reports a check that may have been answered by the manager.
func (p *Process) strayed(h units.Health, now time.Time) bool {
	return p.mayStray(h) && (p.worker.answered || now.Before(p.worker.admittedAt.Add(h.Timeout)))
}

// lacksClients names a check that alone keeps the program from being ready, and that may need its clients to go to
// it; "": there is none.
func (p *Process) lacksClients() (check string) {
	if p.Phase != Starting || p.At != StepHealth {
		return ""
	}
	for _, c := range p.Checks {
		switch h := p.health(c.Name); {
		case c.OK || !h.GatesReady:
		case !p.mayStray(h):
			return ""
		default:
			check = c.Name
		}
	}
	return check
}

// excused reports a start whose time is up only because the manager answers the clients, as people have asked it to.
func (p *Process) excused() bool { return p.lacksClients() != "" && p.worker.answered }

// keepClients finds out whether clients that have waited for long go to a worker that cannot become ready without them.
func (p *Pool) keepClients(now time.Time) {
	p.Keeping = ""
	if p.Maintenance || !p.unreadyFor(now) {
		return
	}
	for _, w := range p.Workers {
		if check := w.Process.lacksClients(); check != "" && w.Role != Retiring {
			p.Keeping = fmt.Sprintf("no worker ready: clients go to worker %d, which may need them for health %q", w.Index, check)
			return
		}
	}
}

// blindness says in words what cannot be found out about each of the workers alone; "": nothing.
func (p *Pool) blindness() string {
	if !p.Blind || p.def == nil || p.def.Proxy {
		return ""
	}
	var said []string
	if p.def.HangTimeout > 0 {
		said = append(said, "hang_timeout has no effect")
	}
	for _, w := range p.Workers {
		if name := w.Process.blindCheck(); name != "" && p.Count > 1 {
			said = append(said, fmt.Sprintf("health %q asks whichever worker answers", name))
			break
		}
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, " and ") + ", since loopback has 127.0.0.1 only"
}

// blindCheck names a check that cannot be made at this worker alone; "": there is none.
func (p *Process) blindCheck() string {
	for _, c := range p.Checks {
		if p.blind(p.health(c.Name)) {
			return c.Name
		}
	}
	return ""
}
