package engine

import (
	"slices"
	"time"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// app is a unit that runs one program.
func app(name string, change ...func(*units.Unit, *units.Process)) *units.Unit {
	u := &units.Unit{ID: units.ID("app." + name), Enabled: true, App: &units.App{Process: process(name)}}
	for _, f := range change {
		f(u, &u.App.Process)
	}
	return u
}

// pool is a unit with two workers.
func pool(name string, change ...func(*units.Unit, *units.Process)) *units.Unit {
	p := process(name)
	u := &units.Unit{ID: units.ID("pool." + name), Enabled: true, Pool: &units.Pool{
		App: &p, Workers: 2, MinReady: 1, Surge: 1, Drain: 30 * time.Second,
		Listen:      []units.Listen{{Name: "http", Address: "127.0.0.1:8001", PerWorker: true}},
		Unavailable: &units.Unavailable{After: 5 * time.Second, Status: 503},
	}}
	for _, f := range change {
		f(u, &p)
	}
	return u
}

func process(command string) units.Process {
	return units.Process{
		Type: units.TypeSimple, ReadyFD: -1, StartTimeout: 30 * time.Second, StopTimeout: 5 * time.Second,
		StopSignal: "SIGTERM", KillMode: units.KillMixed, Reload: &units.ReloadAction{Signal: "SIGHUP"},
		Restart: units.Restart{
			Policy: units.RestartAlways, Delay: time.Second, MaxDelay: time.Minute, Factor: 2,
			Immediate:  []units.Reason{units.ReasonSignal, units.ReasonHealth, units.ReasonKilled},
			ResetAfter: time.Minute, Interval: time.Minute,
		},
		Program: units.Fixed(units.Program{Command: []string{command}}),
	}
}

func supervisor(name string, change ...func(*units.Unit, *units.Process)) *units.Unit {
	r := process("").Restart
	r.Delay, r.MaxDelay, r.Immediate = 10*time.Second, 5*time.Minute, nil
	u := &units.Unit{ID: units.ID("supervisor." + name), Enabled: true, Group: &units.Supervisor{Strategy: units.OneForOne, Restart: r}}
	for _, f := range change {
		f(u, nil)
	}
	return u
}

// more is a change of a unit.
type more = func(*units.Unit, *units.Process)

func requires(ids ...units.ID) more {
	return func(u *units.Unit, _ *units.Process) { u.Requires = ids }
}
func wants(ids ...units.ID) more   { return func(u *units.Unit, _ *units.Process) { u.Wants = ids } }
func after(ids ...units.ID) more   { return func(u *units.Unit, _ *units.Process) { u.After = ids } }
func bindsTo(ids ...units.ID) more { return func(u *units.Unit, _ *units.Process) { u.BindsTo = ids } }
func partOf(ids ...units.ID) more  { return func(u *units.Unit, _ *units.Process) { u.PartOf = ids } }
func in(id units.ID) more          { return func(u *units.Unit, _ *units.Process) { u.Supervisor = id } }
func disabled(u *units.Unit, _ *units.Process) {
	u.Enabled = false
}
func command(words ...string) more {
	return func(_ *units.Unit, p *units.Process) { p.Program = units.Fixed(units.Program{Command: words}) }
}
func policy(r units.RestartPolicy) more {
	return func(_ *units.Unit, p *units.Process) { p.Restart.Policy = r }
}
func burst(n int) more { return func(_ *units.Unit, p *units.Process) { p.Restart.Burst = n } }
func oneshot(_ *units.Unit, p *units.Process) {
	p.Type, p.Restart.Policy = units.TypeOneshot, units.RestartNo
}

// fails are programs that end at once with exit 3; every other one lives.
func fails(names ...string) func(units.ID, lifecycle.Action) fate {
	return func(_ units.ID, a lifecycle.Action) fate {
		switch name := a.Launch.Program.Command[0]; {
		case slices.Contains(names, name):
			return fate{refused: "exec " + name + ": no such file or directory"}
		case a.Launch.Process.Type == units.TypeOneshot, a.Hook != lifecycle.NoHook:
			return fate{lives: 100 * time.Millisecond}
		}
		return fate{}
	}
}
