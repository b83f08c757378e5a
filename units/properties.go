package units

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// effect is what a changed attribute does to what runs, weakest first.
type effect int

const (
	nothing effect = iota
	live
	scales
	reloads
	restarts
	replaces
)

// verdict says what an effect is called for a unit of that kind. What has no process of its own has nothing
// to restart, and a run of a job ends as it began: the next one is as the files say.
func (e effect) verdict(kind Kind) Verdict {
	if kind == KindDelay || kind == KindSupervisor || kind == KindJob || kind == KindPipeline {
		e = min(e, live)
	}
	switch e {
	case nothing:
		return ""
	case live:
		return Live
	case scales:
		return Scaled
	case reloads:
		if kind == KindPool {
			return Rolled
		}
		return Reloaded
	case restarts:
		if kind == KindPool {
			return Rolled
		}
		return Restarted
	}
	return Replaced
}

// property is one attribute of a unit as Diff compares it.
type property struct {
	name   string
	value  string // what is compared
	shown  string // what people see
	effect effect
	// bound is of a limit that a running program can be given as long as it is no higher than before; 0: it is none.
	bound uint64
}

// change is what it does to what runs that the property was old before.
func (p property) change(old property) effect {
	if p.bound > 0 && (old.bound == 0 || p.bound < old.bound) {
		return live
	}
	return max(old.effect, p.effect)
}

// properties are a unit's attributes. What is not listed is at "".
type properties struct {
	effect effect // of what is added next
	all    []property
	index  map[string]int
}

func (p *properties) add(name, value, shown string) {
	if value == "" {
		return
	}
	if p.index == nil {
		p.index = map[string]int{}
	}
	p.index[name] = len(p.all)
	p.all = append(p.all, property{name: name, value: value, shown: shown, effect: p.effect})
}

// bounded is add for a limit. Who has been given a lower one cannot be given a higher one later on.
func (p *properties) bounded(name string, limit uint64) {
	shown := strconv.FormatUint(limit, 10)
	if limit == unlimited {
		shown = quote("unlimited")
	}
	p.add(name, shown, shown)
	p.all[len(p.all)-1].bound = max(limit, 1)
}

func (p *properties) find(name string) property {
	if i, ok := p.index[name]; ok {
		return p.all[i]
	}
	return property{name: name}
}

// namesOf are the names in either, in the order in which they were added.
func namesOf(old, next *properties) []string {
	var names []string
	for _, list := range [][]property{old.all, next.all} {
		for _, property := range list {
			if !slices.Contains(names, property.name) {
				names = append(names, property.name)
			}
		}
	}
	return names
}

func (p *properties) text(name, value string) {
	if value != "" {
		p.add(name, value, quote(value))
	}
}

func (p *properties) word(name, value string) { p.add(name, value, value) }

func (p *properties) flag(name string, value bool) { p.word(name, strconv.FormatBool(value)) }

// choice is a flag that the language spells as one of two words.
func (p *properties) choice(name string, value bool, yes, no string) {
	if value {
		p.text(name, yes)
	} else {
		p.text(name, no)
	}
}

func (p *properties) number(name string, value int) { p.word(name, strconv.Itoa(value)) }

func (p *properties) float(name string, value float64) {
	p.word(name, strconv.FormatFloat(value, 'g', -1, 64))
}

func (p *properties) duration(name string, value time.Duration) { p.text(name, FormatDuration(value)) }

// given is a duration of which 0 says that there is none.
func (p *properties) given(name string, value time.Duration) {
	if value > 0 {
		p.duration(name, value)
	}
}

// bytes is a size of which 0 says that there is none.
func (p *properties) bytes(name string, value int64) {
	if value > 0 {
		p.text(name, FormatSize(value))
	}
}

func (p *properties) mode(name string, value uint32) { p.text(name, fmt.Sprintf("%04o", value)) }

func (p *properties) texts(name string, values []string) {
	if len(values) > 0 {
		p.word(name, quoteList(values))
	}
}

func (p *properties) argvs(name string, commands [][]string) {
	var all []string
	for _, argv := range commands {
		all = append(all, quoteList(argv))
	}
	if len(all) > 0 {
		p.word(name, "["+strings.Join(all, ", ")+"]")
	}
}

func (p *properties) ids(name string, ids []ID) {
	if len(ids) > 0 {
		var all []string
		for _, id := range ids {
			all = append(all, string(id))
		}
		p.word(name, "["+strings.Join(all, ", ")+"]")
	}
}

func (p *properties) exits(name string, set ExitSet) {
	var all []string
	for _, code := range set.Codes {
		all = append(all, strconv.Itoa(code))
	}
	for _, signal := range set.Signals {
		all = append(all, quote(string(signal)))
	}
	if len(all) > 0 {
		p.word(name, "["+strings.Join(all, ", ")+"]")
	}
}

func (p *properties) limit(name string, value *uint64) {
	if value != nil {
		p.bounded(name, *value)
	}
}

func (p *properties) whole(name string, value *int) {
	if value != nil {
		p.number(name, *value)
	}
}

func (p *properties) textMap(name string, values map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		p.text(name+"."+key, values[key])
	}
}

func quoteList(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = quote(value)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
