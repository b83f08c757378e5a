package executor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/probe"
	"unitd/runtime/process"
	"unitd/units"
)

// eager is how soon a check is repeated until it first passes, so that a start takes hardly longer than the
// program itself.
const eager = 25 * time.Millisecond

// roomForChecks is how many checks may be in flight: accounts may have 100 open files, and units need theirs.
func roomForChecks() int {
	const share = 4
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(limit.Cur/share, mostChecks))
}

// watch begins the checks of a run, or the condition of a delay.
func (x *Executor) watch(h *holding, def *units.Unit, a lifecycle.Action) {
	x.endChecks(h, a.Worker)
	if def.Delay != nil {
		spec := probe.Spec{Interval: time.Second, Timeout: 5 * time.Second, Eager: eager}
		x.repeat(h, def.ID, a, "until", spec, x.condition(def))
		return
	}
	for _, health := range a.Launch.Program.Health {
		check, err := x.check(h, def, a, health)
		if err != nil {
			x.report(def.ID, lifecycle.Event{
				Kind: lifecycle.Checked, Worker: a.Worker, Run: a.Run, Name: health.Name, Err: err.Error(),
			})
			continue
		}
		spec := probe.Spec{Interval: health.Interval, Timeout: health.Timeout}
		if a.Eager && health.GatesReady {
			spec.Eager = eager // elsewhere each failure counts, and they come at the pace that the unit file says
		}
		x.repeat(h, def.ID, a, health.Name, spec, check)
	}
}

// repeat makes a check again and again and reports what it sees.
func (x *Executor) repeat(h *holding, unit units.ID, a lifecycle.Action, name string, spec probe.Spec, check probe.Check) {
	key := fmt.Sprintf("%s/%d/%s", unit, a.Worker, name)
	h.mu.Lock()
	h.checks[a.Worker] = append(h.checks[a.Worker], key)
	h.mu.Unlock()
	x.checks.Start(key, spec, check, func(result probe.Result) {
		ev := lifecycle.Event{Kind: lifecycle.Checked, Worker: a.Worker, Run: a.Run, Name: name, OK: result.OK}
		ev.Full = result.NoRoom
		if result.Err != nil {
			ev.Err = result.Err.Error()
		}
		x.report(unit, ev)
	})
}

func (x *Executor) endChecks(h *holding, worker int) {
	h.mu.Lock()
	keys := h.checks[worker]
	delete(h.checks, worker)
	h.mu.Unlock()
	for _, key := range keys {
		x.checks.Stop(key)
	}
}

// condition is the check that a delay waits for.
func (x *Executor) condition(def *units.Unit) probe.Check {
	until := def.Delay.Until
	switch {
	case until.Address != "":
		return probe.TCP{Address: until.Address}
	case until.URL != "":
		return probe.HTTP{URL: until.URL}
	case until.Path != "":
		return probe.Path(until.Path)
	}
	return probe.Func(func(ctx context.Context) error {
		env := x.baseEnvironment(nil)
		spec := process.Spec{
			Name: string(def.ID) + " until", Args: until.Command, Dir: x.config.Account.Home, Umask: 0o022,
			Env: env.list(), NoNewPrivs: true,
		}
		if err := x.contain(&spec, &units.Process{Sandbox: units.Sandbox{Namespace: until.Namespace, PrivateIPC: true, HideProcesses: true}}, "", 0); err != nil {
			return err
		}
		return x.runCheck(ctx, &run{unit: def.ID}, 0, spec, env.path())
	})
}

// check is a health check of one run.
func (x *Executor) check(h *holding, def *units.Unit, a lifecycle.Action, health units.Health) (probe.Check, error) {
	var statuses probe.Statuses
	for _, r := range health.Status {
		statuses = append(statuses, probe.StatusRange(r))
	}
	dial, host, err := h.aim(def, a, health)
	if err != nil {
		return nil, fmt.Errorf("health %q: %w", health.Name, err)
	}
	switch {
	case health.URL != "":
		return probe.HTTP{URL: health.URL, Headers: health.Headers, Status: statuses, Dial: dial}, nil
	case health.Address != "":
		return probe.TCP{Address: health.Address, Dial: dial}, nil
	case health.Path != "":
		return probe.HTTP{
			URL: "http://" + host + health.Path, Headers: health.Headers, Status: statuses, Dial: dial,
			Target: health.Path,
		}, nil
	}
	return probe.Func(func(ctx context.Context) error {
		// A hook's environment: the listening sockets stay with the program.
		launch := *a.Launch
		launch.Main = a.Run
		as := lifecycle.Action{Worker: a.Worker, Generation: a.Generation, Launch: &launch, Hook: lifecycle.ReloadHook}
		name := programName(def.ID, a.Launch.WorkerIndex) + " health " + health.Name
		spec, had, err := x.specOf(h, def, as, name, health.Command, nil)
		if err != nil {
			return noRoom(err)
		}
		return x.runCheck(ctx, &run{unit: def.ID, worker: a.Worker, secrets: had.secrets, limits: &a.Launch.Process.Limits}, a.Run, spec, pathOf(spec.Env))
	}), nil
}

func pathOf(env []string) string {
	for _, entry := range env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			return path
		}
	}
	return ""
}

// aim is how a check reaches the program through a listener of its unit, and the host that its path is asked of; nil:
// as its url or address says. In a pool those go past whoever gets its clients, too, where they name its own listener.
func (h *holding) aim(def *units.Unit, a lifecycle.Action, health units.Health) (dial probe.DialFunc, host string, err error) {
	if health.Path != "" {
		return h.reach(a, health.Listen)
	}
	if def.Pool == nil {
		return nil, "", nil
	}
	l, own := health.Reaches(def.Pool.Listen...)
	if !own {
		return nil, "", nil
	}
	return h.reach(a, l.Name)
}

// reach is how a check reaches the program: through the unit's listener, or past the proxy.
func (h *holding) reach(a lifecycle.Action, listen string) (dial probe.DialFunc, host string, err error) {
	h.mu.Lock()
	p := h.passing
	h.mu.Unlock()
	if p == nil {
		return h.dialer(a.Launch.Listen, listen, a.Slot)
	}
	place := p.place(h, a.Slot)
	if place == nil {
		return nil, "", errors.New("the worker has no place to listen")
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) { return place.dial(ctx) }, place.target(), nil
}

// dialer reaches the unit's own listener: the queue of one slot where workers have slots of their own.
func (h *holding) dialer(own []units.Listen, name string, slot int) (dial probe.DialFunc, host string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, listen := range own {
		l := h.find(listen)
		if l == nil || name != "" && listen.Name != name {
			continue
		}
		switch {
		case l.group != nil:
			group, slot := l.group, l.slot(slot)
			_, target := group.Address().Target()
			return func(ctx context.Context, _, _ string) (net.Conn, error) { return group.Dial(ctx, slot) }, target, nil
		case l.single.Address().IsUnix():
			single := l.single
			return func(ctx context.Context, _, _ string) (net.Conn, error) { return single.Dial(ctx) }, "localhost", nil
		}
		_, target := l.single.Address().Target()
		return nil, target, nil
	}
	return nil, "", errors.New("the unit has no such listener")
}
