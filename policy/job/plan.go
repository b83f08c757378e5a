package job

import (
	"fmt"
	"strings"

	"unitd/units"
)

// plan is a transaction being made: which units a request reaches, and with what. It changes nothing.
//
// What is needed is planned first and may fail the whole; what is only wanted is tried after that, each with
// all that it needs itself, and taken back where it contradicts. So a contradiction never costs more than the
// smallest wish that leads to it.
type plan struct {
	view  View
	table *Table
	graph *units.Graph

	jobs   map[units.ID]planned
	reach  []units.ID // planned, but what they reach is not
	origin string     // of what is planned now
	wants  []want
	trail  []step // how to take back what was planned
	notes  []Note
}

// planned is what one unit will do, why, and on whose behalf (Job.Origin).
type planned struct {
	kind    Kind
	because Because
	origin  string
}

// want is a unit that may be left out.
type want struct {
	unit   units.ID
	kind   Kind
	cause  Because
	origin string
}

// step is one change of the plan: what was there before.
type step struct {
	unit   units.ID
	before planned
	had    bool
}

// add plans a job and everything that it cannot do without.
func (p *plan) add(unit units.ID, kind Kind, because Because) error {
	if err := p.put(unit, kind, because); err != nil {
		return err
	}
	for len(p.reach) > 0 {
		at := p.reach[len(p.reach)-1]
		p.reach = p.reach[:len(p.reach)-1]
		if err := p.reachFrom(at, p.jobs[at].kind); err != nil {
			return err
		}
	}
	return nil
}

// put plans one job, together with what is planned for its unit already.
func (p *plan) put(unit units.ID, kind Kind, because Because) error {
	before, had := p.jobs[unit]
	if had {
		both := together(before.kind, kind)
		switch both {
		case "":
			return p.contradiction(unit, kind, because)
		case before.kind:
			return nil
		}
		kind = both
	}
	p.trail = append(p.trail, step{unit: unit, before: before, had: had})
	p.jobs[unit] = planned{kind: kind, because: because, origin: p.origin}
	p.reach = append(p.reach, unit)
	return nil
}

// try plans a job that may be left out: if it contradicts, the plan is as it was before, with a note.
func (p *plan) try(w want) {
	trail, wants := len(p.trail), len(p.wants)
	p.origin = w.origin
	err := p.add(w.unit, w.kind, w.cause)
	if err == nil {
		return
	}
	for len(p.trail) > trail {
		last := p.trail[len(p.trail)-1]
		p.trail = p.trail[:len(p.trail)-1]
		if last.had {
			p.jobs[last.unit] = last.before
		} else {
			delete(p.jobs, last.unit)
		}
	}
	p.wants, p.reach = p.wants[:wants], p.reach[:0]
	p.notes = append(p.notes, Note{Unit: w.unit, Result: Failed, Text: "left out: " + err.Error()})
}

// tryWants tries all that is wanted, and what that wants in turn.
func (p *plan) tryWants() {
	for i := 0; i < len(p.wants); i++ {
		p.try(p.wants[i])
	}
	p.wants = nil
}

// contradiction explains why a unit would have to start and to stop at once.
func (p *plan) contradiction(unit units.ID, kind Kind, because Because) error {
	there := p.jobs[unit]
	return fmt.Errorf("%s would have to %s (%s) and to %s (%s) at once",
		unit, there.kind, p.trace(there.because), kind, p.trace(because))
}

// maxTrace bounds how far back an explanation goes.
const maxTrace = 6

// trace explains a cause and the causes of that: "required by app.b, wanted by app.a, asked for".
func (p *plan) trace(because Because) string {
	words := []string{because.String()}
	for because.Unit != "" && len(words) < maxTrace {
		there, known := p.jobs[because.Unit]
		if !known {
			break
		}
		because = there.because
		words = append(words, because.String())
	}
	return strings.Join(words, ", ")
}
