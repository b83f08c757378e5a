package lifecycle

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"time"

	"pgregory.net/rapid"

	"unitd/policy/checkout"
	"unitd/units"
)

// site is a pipeline and everything around it: what its actions bring about comes back at once, or, of what hangs, when it
// is ended or its time is up.
type site struct {
	t    rapid.TB
	def  *units.Unit
	unit *Unit
	now  time.Time
	run  uint64
	// says what comes of something, by its name: "test" for a command, "git fetch", "activate 18-3f9c1e2", "reload pool.api",
	// "healthy", "apply"; nil: everything goes well.
	says  func(what string) deed
	queue []Event
	hangs map[uint64]bool
	// trace is what was done, tale what the history has, ended the runs that have.
	trace, tale []string
	ended       []PipelineRun
	settled     map[Asked]string // how what was asked for ended
	up          map[units.ID]bool
	current     string
	commit      string // the newest
	checked     string // what a checkout in place is at
	started     bool   // a start was asked for by the pipeline
	jobs        uint64
	// dies is after how many events more the manager dies, cuts the same of the host; 0: it does not. Watch sees every action.
	dies, cuts int
	// written is what is remembered for sure, powerCut that no more is.
	written  Memory
	powerCut bool
	watch    func(Action)
}

// deed is what comes of something.
type deed struct {
	why    string // it fails
	output string
	hangs  bool
}

const siteDirectory = "/srv/site"

func newSite(t rapid.TB, def *units.Unit) *site {
	w := &site{t: t, def: def, now: boot, hangs: map[uint64]bool{}, settled: map[Asked]string{}, up: map[units.ID]bool{}, commit: "1111111"}
	w.unit = New(def)
	return w
}

// steps is a pipeline of them.
func steps(rollback bool, list ...units.Step) *units.Unit {
	p := &units.Pipeline{Process: *defaults(), Steps: list, Rollback: rollback}
	p.Directory, p.Program, p.Log.Stdout = siteDirectory, units.Fixed(units.Program{}), "/log/pipeline.deploy.log"
	return &units.Unit{ID: "pipeline.deploy", Pipeline: p}
}

// command is a step that runs a command called as it; more says what else it has: state, undo, restore.
func runs(name string, more ...string) units.Step {
	program := units.FixedStep{When: true, Command: []string{name}}
	s := units.Step{Name: name, Kind: units.StepCommand, Timeout: time.Minute}
	for _, what := range more {
		switch what {
		case "state":
			s.HasState, program.State = true, []string{name}
		case "undo":
			s.HasUndo, program.Undo = true, []string{name}
		case "restore":
			s.HasRestore, program.Restore = true, []string{name}
		}
	}
	s.Template = program
	return s
}

func verb(kind units.StepKind, ids ...units.ID) units.Step {
	return units.Step{Name: string(kind), Kind: kind, Units: ids, Timeout: time.Minute, Template: units.FixedStep{When: true}}
}

func fetches(layout string) units.Step {
	git := &units.Git{URL: "https://git.example/site.git", Branch: "main", Layout: layout, Keep: 5}
	return units.Step{Name: "fetch", Kind: units.StepGit, Git: git, Timeout: time.Minute, Template: units.FixedStep{When: true}}
}

func (w *site) in() In {
	w.run += RunsPerStep
	return In{Now: w.now, Wall: w.now, Run: w.run, Invocation: fmt.Sprint(w.run)}
}

// step is one event, and what follows from its actions.
func (w *site) step(ev Event) {
	w.do(w.unit.Step(w.def, ev, w.in()))
	w.settles()
}

func (w *site) do(actions []Action) {
	w.unit.Learnt()
	for _, a := range actions {
		if w.watch != nil {
			w.watch(a)
		}
		switch a.Do {
		case Prepare:
			w.queue = append(w.queue, Event{Kind: Prepared})
		case Spawn:
			w.spawn(a)
		case SignalMain, SignalAll, Kill:
			if w.hangs[a.Run] {
				delete(w.hangs, a.Run)
				w.queue = append(w.queue, Event{Kind: Exited, Run: a.Run, Exit: Exit{Signal: "SIGTERM"}}, Event{Kind: Emptied, Run: a.Run})
			}
		case Arrange:
			w.arrange(a)
		case RequestJobs:
			w.request(a)
		case WriteDown:
			w.written, _ = w.unit.Memory()
			w.queue = append(w.queue, Event{Kind: WrittenDown, Run: a.Run})
		case QuoteIll:
			w.queue = append(w.queue, Event{Kind: Quoted, Run: a.Run, Lines: []string{"it says why"}})
		case ApplyFiles:
			d := w.heard("apply")
			w.trace = append(w.trace, "apply")
			w.queue = append(w.queue, Event{Kind: Applied, Run: a.Run, OK: d.why == "", Err: d.why})
		case StartSelf:
			w.started = true
			w.queue = append(w.queue, Event{Kind: StartWanted})
		case Settled:
			w.settled[a.Asked] = a.Reason
			if a.OK {
				w.settled[a.Asked] = "ok"
			}
		case Tell:
			w.tale = append(w.tale, a.Reason)
		case Conclude:
			w.ended = append(w.ended, *a.Concluded)
		}
	}
}

func (w *site) heard(what string) deed {
	if w.says == nil {
		return deed{}
	}
	return w.says(what)
}

func (w *site) spawn(a Action) {
	name := a.Launch.Heading
	d := w.heard(name)
	text := name
	if d.why != "" {
		text += " fails"
	}
	if at := path.Base(a.Launch.Process.Directory); !strings.HasPrefix(name, "git ") {
		w.trace = append(w.trace, text+" in "+at)
	} else {
		w.git(a.Launch.Program.Command, name, &d)
		if d.why != "" {
			w.trace = append(w.trace, text)
		}
	}
	w.queue = append(w.queue, Event{Kind: Spawned, Run: a.Run, PID: 100})
	if d.hangs {
		w.hangs[a.Run] = true
		return
	}
	exit := Exit{}
	if d.why != "" {
		exit.Code = 1
	}
	output := ""
	if a.Launch.Value {
		output = d.output
	}
	w.queue = append(w.queue, Event{Kind: Exited, Run: a.Run, Exit: exit}, Event{Kind: Emptied, Run: a.Run, Output: output})
}

// git is what git would say.
func (w *site) git(argv []string, name string, d *deed) {
	switch {
	case d.why != "":
	case name == "git head":
		d.output = w.checked
	case name == "git resolve" || slices.Contains(argv, "rev-parse"):
		d.output = strings.Repeat(w.commit[:1], 40) + "\n"
	case name == "git reset":
		w.checked = argv[slices.Index(argv, "--hard")+1]
		w.trace = append(w.trace, "reset to "+w.checked[:3])
	}
}

func (w *site) arrange(a Action) {
	ev := Event{Kind: Arranged, Run: a.Run, OK: true}
	what := string(a.Effect.Kind)
	switch a.Effect.Kind {
	case checkout.Activate:
		what += " " + path.Base(a.Effect.Target)
	case checkout.Discard:
		what += " " + strings.Join(a.Effect.Names, " ")
	case checkout.Prepare, checkout.Look:
		ev.Found.Current = w.current
	}
	d := w.heard(what)
	if d.why != "" {
		ev.OK, ev.Err = false, d.why
	} else if a.Effect.Kind == checkout.Activate {
		w.current = a.Effect.Target
	}
	if a.Effect.Kind == checkout.Activate || a.Effect.Kind == checkout.Discard {
		w.trace = append(w.trace, what)
	}
	if !d.hangs {
		w.queue = append(w.queue, ev)
	}
}

func (w *site) request(a Action) {
	w.jobs++
	begun, done := Event{Kind: JobsBegun, Run: a.Run, Transaction: w.jobs}, Event{Kind: JobsDone, Run: a.Run, OK: true}
	hangs := false
	for _, wanted := range a.Jobs {
		for _, id := range wanted.Units {
			if w.up[id] {
				begun.Units = append(begun.Units, id)
			}
			what := string(wanted.Kind) + " " + string(id)
			d := w.heard(what)
			w.trace = append(w.trace, what+" on "+path.Base(w.current))
			hangs = hangs || d.hangs
			if d.why != "" {
				done.OK, done.Err, done.Units = false, string(id)+": "+d.why, append(done.Units, id)
				continue
			}
			w.up[id] = wanted.Kind != units.StepStop
		}
	}
	w.queue = append(w.queue, begun)
	if !hangs {
		w.queue = append(w.queue, done)
	}
}

// settles lets everything come back that does not hang.
func (w *site) settles() {
	for n := 0; ; n++ {
		if n > 5000 {
			w.t.Fatalf("no end:\n%s", strings.Join(w.tale[max(len(w.tale)-20, 0):], "\n"))
		}
		switch list, op := w.unit.Pipeline.Awaited(); {
		case w.dies > 0 && len(w.queue) > 0:
			if w.dies--; w.dies == 0 {
				w.die()
			}
		case w.cuts > 0 && len(w.queue) > 0:
			if w.cuts--; w.cuts == 0 {
				w.boots()
			}
		case len(w.queue) > 0:
			ev := w.queue[0]
			w.queue = w.queue[1:]
			w.do(w.unit.Step(w.def, ev, w.in()))
		case op != 0:
			d := w.heard("healthy")
			if d.why != "" && w.unit.Pipeline.Walk.Ill == d.why {
				return
			}
			if d.why == "" {
				w.trace = append(w.trace, fmt.Sprintf("healthy %v on %s", list, path.Base(w.current)))
			}
			w.do(w.unit.Step(w.def, Event{Kind: Healthy, Run: op, OK: d.why == "", Err: d.why}, w.in()))
		default:
			return
		}
	}
}

// waits lets time pass until nothing goes on.
func (w *site) waits() {
	for range 1000 {
		d := w.unit.Deadline()
		if d.IsZero() {
			return
		}
		if d.After(w.now) {
			w.now = d
		}
		w.step(Event{Kind: Expired})
	}
	w.t.Fatal("time does not pass")
}

// die is the death of the manager: what it has recorded is what the next one has. Programs live on, and what has happened
// to them comes; what was asked of the manager itself or of git's files is lost.
func (w *site) die() {
	text, err := json.Marshal(w.unit)
	if err != nil {
		w.t.Fatal(err)
	}
	next := &Unit{}
	if err := json.Unmarshal(text, next); err != nil {
		w.t.Fatal(err)
	}
	w.unit = next
	w.queue = slices.DeleteFunc(w.queue, func(ev Event) bool {
		switch ev.Kind {
		case Prepared, Arranged, Applied, WrittenDown, Quoted:
			return true
		}
		return false
	})
	w.do(w.unit.Resume(w.def, w.in()))
	w.unit.Step(w.def, Event{Kind: TimerSet, OK: true}, w.in())
}

// boots is the end of manager and host, and a new one.
func (w *site) boots() {
	memory, _ := w.unit.Memory()
	if w.powerCut && w.written.Pipeline != nil {
		memory = w.written
	}
	w.written = memory
	text, err := json.Marshal(memory)
	if err != nil {
		w.t.Fatal(err)
	}
	var known Memory
	if err := json.Unmarshal(text, &known); err != nil {
		w.t.Fatal(err)
	}
	w.queue, w.hangs = nil, map[uint64]bool{}
	w.trace = append(w.trace, "-- boot")
	w.unit = New(w.def)
	w.unit.Recall(known)
	w.step(Event{Kind: TimerSet, OK: true})
}

// deploys asks for a run and waits for its end.
func (w *site) deploys(request PipelineRequest) PipelineRun {
	w.step(Event{Kind: DeployWanted, Request: &request})
	w.waits()
	if len(w.ended) == 0 {
		w.t.Fatalf("the run has not ended: %s %q", w.unit.Phase(), w.unit.Note())
	}
	return w.ended[len(w.ended)-1]
}

// fails has what is called so fail.
func fails(names ...string) func(string) deed {
	return func(what string) deed {
		if slices.Contains(names, what) {
			return deed{why: "exit 1"}
		}
		return deed{}
	}
}
