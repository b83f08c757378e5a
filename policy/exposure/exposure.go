package exposure

import (
	"math"

	"unitd/policy/containment"
	"unitd/units"
)

// Check is one question to a unit.
type Check struct {
	Name        string // of an attribute of the language where there is one, dotted
	Description string // what is so
	Weight      int    // beside that of others
	// Badness is from 0, nothing is open here, to 10.
	Badness int
	// Exposure is the share of this check in that of the unit.
	Exposure float64
	// Lacks says why the unit goes without what its file asks for; "": it does not.
	Lacks string
}

// OK reports a check at which nothing is open.
func (c Check) OK() bool { return c.Badness == 0 }

// Assessment is the answer to all checks.
type Assessment struct {
	Exposure float64 // from 0 to 10, with one digit behind the point
	Level    string  // a word for it
	Checks   []Check
}

// worst is the highest badness and the highest exposure.
const worst = 10

// levels are the words for exposures, from the least exposure on that they are for.
var levels = []struct {
	from float64
	word string
}{{10, "DANGEROUS"}, {9, "UNSAFE"}, {7.5, "EXPOSED"}, {5, "MEDIUM"}, {1, "OK"}, {0.1, "SAFE"}, {0, "PERFECT"}}

// Assess asks a program all questions. Verdict is what it gets of its sandbox block.
func Assess(p *units.Process, verdict containment.Verdict) Assessment {
	a := Assessment{Checks: ask(subject{p, &p.Sandbox, verdict})}
	total := 0
	for _, c := range a.Checks {
		total += c.Weight * worst
	}
	for i := range a.Checks {
		c := &a.Checks[i]
		c.Exposure = float64(c.Weight*c.Badness) * worst / float64(total)
		a.Exposure += c.Exposure
	}
	a.Exposure = math.Round(a.Exposure*10) / 10
	for _, level := range levels {
		if a.Exposure >= level.from {
			a.Level = level.word
			break
		}
	}
	return a
}
