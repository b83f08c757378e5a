package lifecycle

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"unitd/units"
)

// world is a unit and everything around it: what its actions bring about comes back in any legal order, late,
// or (as long as somebody else tells of the end) not at all.
type world struct {
	*ledger
	t     *rapid.T
	tale  []string
	again []*units.Unit // definitions that the unit file may get
	blind bool          // the host has no addresses for checks
}

func TestLaws(t *testing.T) {
	for _, kind := range []string{"app.a", "app.oneshot", "pool.p", "pool.proxied"} {
		t.Run(kind, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { live(t, kind) })
		})
	}
}

func live(t *rapid.T, kind string) {
	w := &world{t: t, blind: rapid.Bool().Draw(t, "blind")}
	w.ledger = newLedger(drawUnit(t, kind))
	for range 2 {
		w.again = append(w.again, drawUnit(t, kind))
	}
	w.grouped = rapid.Bool().Draw(t, "grouped")
	for range rapid.IntRange(1, 120).Draw(t, "steps") {
		w.something()
	}
	w.stopByTimeAlone()
}

func drawUnit(t *rapid.T, kind string) *units.Unit {
	p, program := defaults(), units.Program{Command: []string{"/srv/app"}}
	flag := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) == 0 }
	for _, list := range []*[][]string{&program.PreStart, &program.PostStart, &program.PreStop, &program.PostStop} {
		if flag("hooks") {
			*list = make([][]string, 2)
		}
	}
	p.FDStoreMax = 3
	p.KillMode = rapid.SampledFrom([]units.KillMode{units.KillMixed, units.KillControlGroup, units.KillProcess}).Draw(t, "kill_mode")
	p.Type = rapid.SampledFrom([]units.StartType{units.TypeSimple, units.TypeExec, units.TypeNotify, units.TypeNotifyReload, units.TypeForking}).Draw(t, "type")
	p.Restart.Policy = rapid.SampledFrom([]units.RestartPolicy{units.RestartAlways, units.RestartOnFailure, units.RestartNo}).Draw(t, "policy")
	p.Restart.Burst = rapid.IntRange(0, 2).Draw(t, "burst")
	if flag("no delay") {
		p.Restart.Delay = 0
	}
	if flag("runtime_max") {
		p.RuntimeMax = time.Minute
	}
	if flag("watchdog") {
		p.Watchdog = 30 * time.Second
	}
	if flag("short start_timeout") {
		p.StartTimeout = time.Second / 2
	}
	p.Reload = &units.ReloadAction{Signal: "SIGHUP"}
	if p.Type != units.TypeNotifyReload && flag("reload command") {
		p.Reload, program.ReloadCommand = &units.ReloadAction{Command: true}, []string{"/srv/reload"}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "checks") {
		h := health(fmt.Sprintf("h%d", i))
		h.GatesReady, h.Restart = !flag("ungated"), !flag("action none")
		switch rapid.IntRange(0, 2).Draw(t, "check") {
		case 0:
			h.Command = []string{"/srv/check"}
		case 1:
			h.Path = "/health"
		}
		program.Health = append(program.Health, h)
	}
	p.Program = units.Fixed(program)
	switch kind {
	case "pool.p", "pool.proxied":
		pool := &units.Pool{
			App: p, Workers: rapid.IntRange(1, 3).Draw(t, "workers"), MinReady: rapid.IntRange(0, 2).Draw(t, "min_ready"),
			Surge: rapid.IntRange(0, 2).Draw(t, "surge"), Drain: 30 * time.Second, HangTimeout: 30 * time.Second,
		}
		pool.Listen = []units.Listen{{
			Name: "http", Address: rapid.SampledFrom([]string{"127.0.0.1:8001", "127.0.0.1:8002"}).Draw(t, "address"), PerWorker: kind == "pool.p",
		}}
		pool.Proxy = kind == "pool.proxied"
		if !flag("never unavailable") {
			pool.Unavailable = &units.Unavailable{After: 5 * time.Second, Status: 503}
		}
		if flag("another page") && pool.Unavailable != nil {
			pool.Unavailable.Page = "/srv/page"
		}
		if flag("recycle") {
			pool.Recycle = &units.Recycle{MaxAge: time.Minute, MaxRequests: 1000, MaxMemory: 1 << 30, Jitter: 0.5}
		}
		return &units.Unit{ID: units.ID(kind), Pool: pool}
	case "app.a":
		if flag("listen") {
			p.Listen = []units.Listen{{Name: "http", Address: "127.0.0.1:8001"}}
		}
	case "app.oneshot":
		p.Type, p.Remain, p.Restart.Policy = units.TypeOneshot, flag("remain"), units.RestartOnFailure
	}
	return &units.Unit{ID: units.ID(kind), App: &units.App{Process: *p}}
}

// something is one event, drawn from all that may happen now.
func (w *world) something() {
	choices := w.requests()
	effects := w.effects()
	choices = append(choices, effects...)
	choices = append(choices, effects...) // more often than requests
	if d := w.unit.Deadline(); !d.IsZero() {
		choices = append(choices, Event{Kind: Expired})
	}
	w.event(choices[rapid.IntRange(0, len(choices)-1).Draw(w.t, "event")])
}

func (w *world) event(ev Event) {
	if ev.Kind == Expired {
		if d := w.unit.Deadline(); d.After(w.now) {
			w.now = d
		}
	} else {
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 50).Draw(w.t, "ms")) * time.Millisecond)
	}
	w.play(ev)
}

func (w *world) play(ev Event) {
	// What a program has stored is told before its end, and what it is given at its start before that.
	if ev.Run != 0 && w.untold[ev.Worker] {
		w.play(Event{Kind: Stored, Worker: ev.Worker, Stored: w.stored[ev.Worker]})
	}
	actions, err := w.step(ev, 0.5)
	w.tale = append(w.tale, fmt.Sprintf("%s %s #%d run %d ok=%v %s", w.now.Sub(boot), ev.Kind, ev.Worker, ev.Run, ev.OK, ev.For))
	for _, a := range actions {
		w.tale = append(w.tale, fmt.Sprintf("    %s (run %d)", describe(a), a.Run))
	}
	w.tale = append(w.tale, fmt.Sprintf("    = %s (%s) %s", w.unit.Phase(), w.unit.Sub(), w.unit.Note()))
	if err != nil {
		w.fail("%v", err)
	}
	if d := w.unit.Deadline(); ev.Kind == Expired && !d.IsZero() && !d.After(w.now) {
		w.fail("the deadline was not moved on")
	}
}

func (w *world) fail(format string, args ...any) {
	for _, line := range w.tale {
		w.t.Log(line)
	}
	w.t.Fatalf(format, args...)
}

// requests are what the job engine may ask for in this state.
func (w *world) requests() []Event {
	phase := w.unit.Phase()
	list := []Event{{Kind: ResetWanted}}
	if phase != "" && phase.ActiveState() != "deactivating" {
		list = append(list, Event{Kind: StartWanted})
	}
	if !phase.Down() {
		for _, why := range []StopFor{ForStop, ForRestart} {
			list = append(list, Event{Kind: StopWanted, For: why})
		}
	}
	if phase.Down() {
		list = append(list, Event{Kind: StartWanted}, Event{Kind: StartWanted}, Event{Kind: Blocked, Err: "blocked"})
	}
	if w.unit.AwaitsTurn() {
		list = append(list, Event{Kind: TurnCame}, Event{Kind: TurnCame}, Event{Kind: Blocked, Err: "blocked"})
	}
	next := append(w.again, w.def)[rapid.IntRange(0, len(w.again)).Draw(w.t, "definition")]
	if phase.Up() || phase == Starting && w.unit.Pool != nil {
		list = append(list, Event{Kind: ReloadWanted, Definition: next}, Event{Kind: ReloadWanted})
	}
	if w.def.App != nil {
		list = append(list, Event{Kind: Redefined, Definition: w.withHealthOf(next)})
	} else {
		list = append(list, Event{Kind: ScaleWanted, Count: rapid.IntRange(0, 4).Draw(w.t, "count")},
			Event{Kind: MaintenanceWanted, OK: rapid.Bool().Draw(w.t, "maintenance")},
			Event{Kind: ReplaceWanted, Count: rapid.IntRange(1, 4).Draw(w.t, "index")})
	}
	return list
}

// withHealthOf is the definition with what may change while it runs taken from another.
func (w *world) withHealthOf(next *units.Unit) *units.Unit {
	p := w.def.App.Process
	program := units.Program(p.Program.(units.Fixed))
	program.Health = units.Program(next.App.Program.(units.Fixed)).Health
	p.Program, p.Restart = units.Fixed(program), next.App.Restart
	return &units.Unit{ID: w.def.ID, App: &units.App{Process: p}}
}

// effects are what the world may answer now.
func (w *world) effects() []Event {
	var list []Event
	for _, worker := range slices.Sorted(maps.Keys(w.preparing)) {
		if w.preparing[worker] == 0 {
			continue
		}
		for range 4 {
			list = append(list, Event{Kind: Prepared, Worker: worker, Port: 61000 + worker, Blind: w.blind})
		}
		list = append(list, w.refusal(NotPrepared, worker, 0))
	}
	if w.diverting > 0 {
		list = append(list, Event{Kind: Diverted, OK: w.answered}, Event{Kind: Diverted, OK: !w.answered, Err: "no room"})
	}
	for _, worker := range slices.Sorted(maps.Keys(w.drains)) {
		list = append(list, Event{Kind: Drained, Worker: worker})
	}
	for _, worker := range slices.Sorted(maps.Keys(w.untold)) {
		list = append(list, Event{Kind: Stored, Worker: worker, Stored: w.stored[worker]})
	}
	for _, worker := range slices.Sorted(maps.Keys(w.stored)) {
		list = append(list, Event{Kind: Stored, Worker: worker}) // its other end is gone
	}
	for _, run := range []uint64{w.releasing, w.trimming} {
		if run != 0 {
			list = append(list, Event{Kind: Released, Run: run})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.runs)) {
		list = append(list, w.runEvents(w.runs[id])...)
	}
	for _, worker := range slices.Sorted(maps.Keys(w.listeners)) {
		for range 3 {
			list = append(list, Event{Kind: Listens, Worker: worker, Run: w.listeners[worker]})
		}
	}
	for _, worker := range slices.Sorted(maps.Keys(w.checks)) {
		for _, name := range []string{"h0", "h1"} {
			for _, ok := range []bool{true, true, false} {
				list = append(list, Event{Kind: Checked, Worker: worker, Run: w.checks[worker], Name: name, OK: ok, Err: "500"})
			}
		}
	}
	return list
}

func (w *world) refusal(kind EventKind, worker int, run uint64) Event {
	ev := Event{Kind: kind, Worker: worker, Run: run, Err: "refused"}
	ev.Again = rapid.Bool().Draw(w.t, "again")
	ev.Full = ev.Again && rapid.Bool().Draw(w.t, "full")
	return ev
}

// runEvents are what may become of a process tree.
func (w *world) runEvents(r *run) []Event {
	of := func(ev Event) Event {
		ev.Worker, ev.Run = r.worker, r.id
		return ev
	}
	switch {
	case !r.spawned:
		return []Event{of(Event{Kind: Spawned, PID: 4711}), of(Event{Kind: Spawned, PID: 4711}), w.refusal(NotSpawned, r.worker, r.id)}
	case r.finding && r.exited:
		return []Event{of(Event{Kind: MainFound, PID: 4712}), of(Event{Kind: MainFound}), of(Event{Kind: MainUnnamed}), of(Event{Kind: Emptied})}
	case r.exited && !r.killed:
		return []Event{of(Event{Kind: Emptied})}
	case r.exited:
		return []Event{of(Event{Kind: Emptied}), of(Event{Kind: Emptied}), of(Event{Kind: Left, PIDs: []int{4711}})}
	}
	exit := rapid.SampledFrom([]Exit{{}, {Code: 3}, {Signal: "SIGTERM"}, {Signal: "SIGKILL"}}).Draw(w.t, "exit")
	list := []Event{of(Event{Kind: Exited, Exit: exit}), of(Event{Kind: Emptied})}
	list = append(list, of(Event{Kind: Overran, Bytes: 1 << 31}))
	if r.killed {
		list = append(list, of(Event{Kind: Left, PIDs: []int{4711}}))
	}
	if r.finding {
		list = append(list, of(Event{Kind: MainFound, PID: 4712}))
	}
	if r.hook == NoHook {
		list = append(list, of(Event{Kind: Hung}), of(Event{Kind: Outgrown, Bytes: 1 << 31}), of(w.notice()), of(w.notice()))
		if w.proxied() {
			list = append(list, of(Event{Kind: Worn, Count: 1000}))
		} else {
			list = append(list, of(Event{Kind: Suspected}), of(Event{Kind: Suspected, OK: true}),
				of(Event{Kind: Worn, Count: 900}), of(Event{Kind: Spent, Count: 990}))
		}
		if !r.barred {
			list = append(list, Event{Kind: Stored, Worker: r.worker, Stored: []StoredFD{{Name: "conn"}}})
		}
	}
	return list
}

// notice is something that a program says.
func (w *world) notice() Event {
	words := []string{"READY=1", "STATUS=busy", "WATCHDOG=1", "WATCHDOG=trigger", "WATCHDOG_USEC=40ms", "WATCHDOG_USEC=0s",
		"STOPPING=1", "RELOADING=1", "RELOADING=1 SINCE=24h", "RELOADING=1 READY=1", "EXTEND_TIMEOUT_USEC=5s", "RESTART_RESET=1", "ERRNO=2"}
	return Event{Kind: Notified, Notice: says(rapid.SampledFrom(words).Draw(w.t, "notice"))}
}

// stopByTimeAlone holds that a unit which was told to stop ends although nothing answers any more, and that
// everybody who asked for something has been answered.
func (w *world) stopByTimeAlone() {
	if !w.unit.Phase().Down() || w.unit.Holds() {
		w.play(Event{Kind: StopWanted, For: ForStop})
	}
	for range 200 {
		d := w.unit.Deadline()
		if d.IsZero() {
			break
		}
		w.event(Event{Kind: Expired})
	}
	if phase := w.unit.Phase(); !phase.Down() && phase != Abandoned {
		w.fail("time alone did not stop it: it is %s", phase)
	}
	for asked := range w.asked {
		w.fail("nobody has answered the %s", asked)
	}
	if w.unit.Phase() == Abandoned {
		w.outlive()
	}
	if w.unit.Holds() {
		w.fail("it is down and still holds listeners")
	}
}

// outlive lets what was abandoned end after all.
func (w *world) outlive() {
	for len(w.runs) > 0 {
		id := slices.Min(slices.Collect(maps.Keys(w.runs)))
		w.play(Event{Kind: Emptied, Worker: w.runs[id].worker, Run: id})
	}
	if w.unit.Phase() != Inactive {
		w.fail("all is gone, and it is %s", w.unit.Phase())
	}
}
