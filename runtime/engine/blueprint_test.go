package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"unitd/units"
)

// blueprint is a directory of unit files that somebody edits.
type blueprint struct {
	parts []*part
	n     int
}

// part is what one file says.
type part struct {
	id       units.ID
	disabled bool
	kind     int
	refs     map[int]units.ID // by kind of dependency
	about    map[int]units.ID // what the steps of a pipeline are about, by verb
	owner    units.ID
	version  int
	workers  int
	health   bool
	burst    int
	strategy units.Strategy
}

func newBlueprint(chance *rand.Rand) *blueprint {
	p := &blueprint{}
	for range 3 + chance.IntN(8) {
		p.add(chance)
	}
	return p
}

func (p *blueprint) ids() []units.ID {
	var list []units.ID
	for _, part := range p.parts {
		list = append(list, part.id)
	}
	return list
}

// add writes a unit that depends on some of those that are there.
func (p *blueprint) add(chance *rand.Rand) {
	p.n++
	kinds := []string{"app", "app", "app", "pool", "delay", "supervisor", "job", "pipeline"}
	x := &part{
		kind: chance.IntN(12), disabled: chance.IntN(8) == 0, workers: 1 + chance.IntN(3), health: chance.IntN(3) == 0,
		burst: chance.IntN(4), refs: map[int]units.ID{}, about: map[int]units.ID{},
		strategy: []units.Strategy{units.OneForOne, units.OneForAll, units.RestForOne}[chance.IntN(3)],
	}
	name := kinds[chance.IntN(len(kinds))]
	x.id = units.ID(fmt.Sprintf("%s.u%d", name, p.n))
	for _, other := range p.parts {
		if kind := other.id.Kind(); name == "pipeline" && (kind == units.KindApp || kind == units.KindPool) {
			x.about[chance.IntN(5)] = other.id // and not bound to it, which is refused
			continue
		}
		switch kind := chance.IntN(24); {
		case kind < 9 && other.id.Kind() != units.KindSupervisor:
			x.refs[kind] = other.id
		case kind < 16 && other.id.Kind() == units.KindSupervisor && name != "supervisor":
			x.owner = other.id
		}
	}
	p.parts = append(p.parts, x)
}

// change edits the directory.
func (p *blueprint) change(chance *rand.Rand) {
	x := p.parts[chance.IntN(len(p.parts))]
	switch chance.IntN(7) {
	case 0:
		p.add(chance)
	case 1:
		if len(p.parts) > 2 {
			p.parts = slices.DeleteFunc(slices.Clone(p.parts), func(other *part) bool { return other == x })
		}
	case 2:
		x.workers = 1 + chance.IntN(3)
	case 3:
		x.health = !x.health
	case 4:
		x.disabled = !x.disabled
	default:
		x.version++
	}
}

// set is what the directory says now; references to what is not there are dropped.
func (p *blueprint) set() *units.Set {
	known := map[units.ID]bool{}
	for _, x := range p.parts {
		known[x.id] = true
	}
	var list []*units.Unit
	for _, x := range p.parts {
		list = append(list, x.unit(known))
	}
	return units.NewSet(list...)
}

func (x *part) unit(known map[units.ID]bool) *units.Unit {
	program := units.Program{Command: []string{string(x.id), fmt.Sprint(x.version)}}
	if x.health {
		program.Health = []units.Health{{Name: "http", URL: "http://127.0.0.1", Failures: 2, Successes: 1, Restart: true, GatesReady: true}}
	}
	var u *units.Unit
	var p *units.Process
	name := string(x.id)
	switch x.id.Kind() {
	case units.KindPool:
		u = pool("x")
		p = u.Pool.App
		u.Pool.Workers, u.Pool.Listen[0].Address = x.workers, "127.0.0.1:"+name[len("pool.u"):]
		u.Pool.Proxy = name[len(name)-1]%2 == 0
		u.Pool.Listen[0].PerWorker = !u.Pool.Proxy
	case units.KindDelay:
		u = &units.Unit{Delay: &units.Delay{Duration: time.Duration(x.workers) * time.Second}}
		if x.health {
			u.Delay.Until = &units.Until{Address: "127.0.0.1:3306"}
		}
	case units.KindJob:
		u = x.job()
		p = &u.Job.Process
	case units.KindPipeline:
		u = x.pipeline(known)
		p = &u.Pipeline.Process
	case units.KindSupervisor:
		u = supervisor("x")
		u.Group.Strategy, u.Group.Burst, u.Group.Interval = x.strategy, x.burst, time.Minute
	default:
		u = app("x")
		p = &u.App.Process
	}
	u.ID, u.Enabled = x.id, !x.disabled
	if known[x.owner] {
		u.Supervisor = x.owner
	}
	x.depend(u, known)
	if p != nil {
		x.process(p, &program)
		p.Program = units.Fixed(program)
	}
	return u
}

// job runs by itself every few seconds, so that it gets in the way of itself and of others.
func (x *part) job() *units.Unit {
	j := &units.Job{
		Process: process("x"), Every: time.Duration(5+10*x.workers) * time.Second, Zone: time.UTC, CatchUp: x.health, Timeout: time.Minute,
		Overlap: []units.Overlap{units.OverlapSkip, units.OverlapQueue, units.OverlapKill}[x.kind%3],
	}
	if x.kind%2 == 0 {
		j.Retry = units.Retry{Attempts: x.burst, Delay: time.Second, MaxDelay: 10 * time.Second}
	}
	return &units.Unit{Job: j}
}

// pipeline has steps about what it is ordered behind, and about itself alone.
func (x *part) pipeline(known map[units.ID]bool) *units.Unit {
	command := func(name string, undone bool) units.Step {
		s := units.Step{Name: name, Kind: units.StepCommand, Timeout: 20 * time.Second, HasUndo: undone, HasRestore: undone}
		s.Template = units.FixedStep{When: true, Command: []string{name}, Undo: []string{name}, Restore: []string{name}}
		return s
	}
	p := &units.Pipeline{Process: process("x"), Rollback: x.kind%4 != 0, Steps: []units.Step{command("build", x.kind%2 == 0)}}
	verbs := []units.StepKind{units.StepReload, units.StepRestart, units.StepStart, units.StepStop, units.StepHealthy}
	for i, kind := range verbs {
		if other := x.about[i]; known[other] {
			p.Steps = append(p.Steps, units.Step{
				Name: string(kind), Kind: kind, Units: []units.ID{other}, Timeout: time.Minute, Template: units.FixedStep{When: true},
				Retry: units.Retry{Attempts: x.burst % 2, Delay: time.Second, MaxDelay: time.Minute},
			})
		}
	}
	p.Steps = append(p.Steps, command("last", false))
	return &units.Unit{Pipeline: p}
}

func (x *part) depend(u *units.Unit, known map[units.ID]bool) {
	lists := []*[]units.ID{&u.Requires, &u.Requires, &u.Wants, &u.BindsTo, &u.PartOf, &u.After, &u.Conflicts, &u.OnFailure, &u.OnSuccess}
	for kind, list := range lists {
		if other := x.refs[kind]; known[other] {
			*list = append(*list, other)
		}
	}
}

func (x *part) process(p *units.Process, program *units.Program) {
	p.Restart.Burst = x.burst
	if x.id.Kind() == units.KindPipeline {
		p.Type, p.Restart.Policy, p.Reload, program.Health, program.Command = units.TypeOneshot, units.RestartNo, nil, nil, nil
		return
	}
	if x.id.Kind() == units.KindJob {
		p.Type, p.Restart.Policy, p.Reload, program.Health = units.TypeOneshot, units.RestartNo, nil, nil
		if x.kind > 5 {
			program.PreStart, program.PostStart = [][]string{{"a"}}, [][]string{{"b"}}
		}
		return
	}
	switch x.kind {
	case 0:
		p.Type = units.TypeNotify
	case 1:
		if program.Health == nil && x.id.Kind() == units.KindApp {
			p.Type, p.Restart.Policy = units.TypeOneshot, units.RestartNo
		}
	case 2:
		program.PreStart, program.PostStop = [][]string{{"a"}}, [][]string{{"b"}}
	case 3:
		program.PostStart, program.PreStop = [][]string{{"a"}}, [][]string{{"b"}}
	case 4:
		p.Reload, program.ReloadCommand = &units.ReloadAction{Command: true}, []string{"reload"}
	case 5:
		p.RuntimeMax = time.Minute
	case 6:
		p.Restart.Policy = units.RestartOnFailure
	case 7:
		p.Type, p.Restart.Policy, p.Remain = units.TypeOneshot, units.RestartNo, true
		if x.id.Kind() != units.KindApp || program.Health != nil {
			p.Type, p.Remain = units.TypeSimple, false
		}
	}
	if x.id.Kind() == units.KindApp && x.kind > 8 {
		p.Listen = []units.Listen{{Name: "http", Address: "unix:/run/" + string(x.id)}}
	}
}
