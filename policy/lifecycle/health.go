package lifecycle

import (
	"fmt"
	"strings"

	"unitd/units"
)

// CheckState counts the results of one health check.
type CheckState struct {
	Name      string `json:"name"`
	OK        bool   `json:"ok"`
	Seen      bool   `json:"seen"` // it was OK once in this run
	Failures  int    `json:"failures"`
	Successes int    `json:"successes"`
	LastError string `json:"last_error,omitempty"`
	// Unjudged is set while its failure does not count, since the manager may have answered it.
	Unjudged bool `json:"unjudged,omitempty"`
}

// count takes in the result of a check, and gives its state; nil: there is no such check any more, or nothing came
// of it.
func (p *Process) count(s *step) *CheckState {
	for i := range p.Checks {
		c := &p.Checks[i]
		if c.Name != s.ev.Name {
			continue
		}
		if s.ev.Full {
			c.LastError = s.ev.Err
			return nil // it says nothing about the program
		}
		h := p.health(c.Name)
		c.Unjudged = !s.ev.OK && p.strayed(h, s.in.Now)
		if s.ev.OK {
			c.Successes++
			if c.OK || c.Successes >= max(h.Successes, 1) { // failures count in a row
				c.OK, c.Seen, c.Failures, c.LastError = true, true, 0, ""
			}
			return c
		}
		c.Successes, c.LastError = 0, s.ev.Err
		if c.Unjudged {
			return nil
		}
		c.Failures++
		return c
	}
	return nil
}

// checkedActive counts a check of a program that is ready; one that failed too often ends it.
func (p *Process) checkedActive(s *step) {
	c := p.count(s)
	if c == nil || s.ev.OK {
		return
	}
	h := p.health(c.Name)
	if s.in.Now.Before(p.UpSince.Add(h.StartPeriod)) && !c.Seen {
		c.Failures = 0
		return
	}
	if c.Failures < max(h.Failures, 1) {
		return
	}
	c.OK = false
	if h.Restart {
		p.ail(s, p.ailment(c))
	}
}

// ail ends a program that is ill. A worker for which others can stand in gets no new connections first, and may answer
// what it has: a server that is told to stop drops what it has accepted and not read yet.
func (p *Process) ail(s *step, why string) {
	if p.worker == nil || !p.worker.relieved {
		p.end(s, units.ReasonHealth, why)
		return
	}
	p.enter(s, Draining, "")
	p.Ending, p.EndingNote, p.Note = units.ReasonHealth, why, why
	p.Deadline = s.in.Now.Add(illGrace)
	s.do(Action{Do: Drain, Slot: p.worker.Slot, Within: illGrace})
}

// gatesOpen reports whether all checks that gate readiness have passed.
func (p *Process) gatesOpen() bool {
	for _, c := range p.Checks {
		if !c.OK && p.health(c.Name).GatesReady {
			return false
		}
	}
	return true
}

func (p *Process) health(name string) units.Health {
	for _, h := range p.launch.Program.Health {
		if h.Name == name {
			return h
		}
	}
	return units.Health{}
}

// Words says why the program stands where it stands: its note, and which health checks fail, long before
// anything follows from that. "": there is nothing to say.
func (p *Process) Words() string {
	var words []string
	if p.Note != "" {
		words = append(words, p.Note)
	}
	for i := range p.Checks {
		if text := p.ailment(&p.Checks[i]); text != "" {
			words = append(words, text)
		}
	}
	return strings.Join(words, "; ")
}

// ailment says how a check fails; "": it does not, or nobody waits for it.
func (p *Process) ailment(c *CheckState) string {
	switch h := p.health(c.Name); {
	case c.LastError == "":
		return ""
	case c.Unjudged && (p.Phase == Starting || p.Phase.Up()):
		return fmt.Sprintf("health %q does not count while clients are answered for the workers: %s", c.Name, c.LastError)
	case p.Phase == Starting && p.At == StepHealth:
		return fmt.Sprintf("health %q has not passed yet: %s", c.Name, c.LastError)
	case !p.Phase.Up() || c.Failures == 0:
		return ""
	case h.Restart && c.Failures < h.Failures:
		return fmt.Sprintf("health %q failed %d of %d times: %s", c.Name, c.Failures, h.Failures, c.LastError)
	case c.Failures == 1:
		return fmt.Sprintf("health %q failed: %s", c.Name, c.LastError)
	default:
		return fmt.Sprintf("health %q failed %d times: %s", c.Name, c.Failures, c.LastError)
	}
}

// Unhealthy names the checks that count as failed while the program is up.
func (p *Process) Unhealthy() []string {
	var names []string
	for _, c := range p.Checks {
		if !c.OK && c.Failures > 0 && p.Phase.Up() {
			names = append(names, c.Name)
		}
	}
	return names
}

// ailing reports a program that is ready and has begun to fail a check which may end it.
func (p *Process) ailing() bool {
	for _, c := range p.Checks {
		if c.Failures > 0 && p.Phase.Up() && p.health(c.Name).Restart {
			return true
		}
	}
	return false
}
