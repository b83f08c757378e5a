package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"unitd/units"
)

// TestPipelineLaws has pipelines go through everything that may happen to them: steps that fail, hang and refuse, stops,
// requests one after the other, the death of the manager and of the host at any point.
func TestPipelineLaws(t *testing.T) { rapid.Check(t, livePipeline) }

// pipelineLaws is what the laws are about, beside what the records say.
type pipelineLaws struct {
	*site
	t    *rapid.T
	ran  map[string]int // commands that went forward, by run
	tale []string
}

func livePipeline(t *rapid.T) {
	l := &pipelineLaws{t: t, ran: map[string]int{}}
	l.site = newSite(t, drawPipeline(t))
	l.site.current, l.checked, l.commit = siteDirectory+"/releases/0-0000000", strings.Repeat("0", 40), "0000000"
	l.up["pool.api"] = rapid.Bool().Draw(t, "pool is up")
	l.watch, l.says = l.see, l.draw
	for range rapid.IntRange(1, 12).Draw(t, "events") {
		l.something()
		l.check()
	}
	l.says, l.dies, l.cuts = nil, 0, 0
	l.step(Event{Kind: TimerSet, OK: true})
	l.waits()
	l.atRest()
}

func drawPipeline(t *rapid.T) *units.Unit {
	var list []units.Step
	if layout := rapid.SampledFrom([]string{"", units.LayoutReleases, units.LayoutInPlace}).Draw(t, "layout"); layout != "" {
		list = append(list, fetches(layout))
	}
	flag := func(name string) bool { return rapid.IntRange(0, 2).Draw(t, name) == 0 }
	for i := range rapid.IntRange(1, 5).Draw(t, "steps") {
		var s units.Step
		switch kind := rapid.SampledFrom([]units.StepKind{
			units.StepCommand, units.StepCommand, units.StepReload, units.StepRestart, units.StepStart, units.StepStop, units.StepHealthy, units.StepApply,
		}).Draw(t, "kind"); kind {
		case units.StepCommand:
			var more []string
			for _, what := range []string{"state", "undo", "restore"} {
				if flag(what) {
					more = append(more, what)
				}
			}
			s = runs(fmt.Sprintf("step%d", i), more...)
		default:
			s = verb(kind, "pool.api", "app.b")
			s.Name = fmt.Sprintf("step%d", i)
		}
		if flag("retry") {
			s.Retry = units.Retry{Attempts: 2, Delay: time.Second, MaxDelay: time.Minute}
		}
		if flag("when") && s.Kind == units.StepCommand {
			program := s.Template.(units.FixedStep) //nolint:forcetypeassert // runs makes it
			program.When = false
			s.Template = program
		}
		list = append(list, s)
	}
	return steps(!flag("no rollback"), list...)
}

// draw is what comes of something.
func (l *pipelineLaws) draw(what string) deed {
	d := deed{output: fmt.Sprint(rapid.IntRange(1, 2).Draw(l.t, "says"))}
	switch rapid.IntRange(0, 11).Draw(l.t, "comes of "+what) {
	case 0, 1:
		d.why = "exit 1"
	case 2:
		d.hangs = true
	}
	if what == "healthy" && d.why == "" {
		d.hangs = false
	}
	return d
}

func (l *pipelineLaws) something() {
	p := l.unit.Pipeline
	l.dies, l.cuts = 0, 0
	switch rapid.IntRange(0, 2).Draw(l.t, "ends") {
	case 0:
		l.dies = rapid.IntRange(1, 40).Draw(l.t, "manager dies")
	case 1:
		l.powerCut = rapid.Bool().Draw(l.t, "power is cut")
		l.cuts = rapid.IntRange(1, 40).Draw(l.t, "host dies")
	}
	event := rapid.SampledFrom([]string{"deploy", "deploy", "deploy", "rollback", "start", "stop", "restart", "wait", "wait", "boot", "shutdown", "die"}).Draw(l.t, "event")
	l.tale = append(l.tale, event)
	switch event {
	case "deploy":
		l.commit = fmt.Sprintf("%07d", len(l.tale)%10)
		l.commit = strings.Repeat(l.commit[6:], 7)
		l.step(Event{Kind: DeployWanted, Request: &PipelineRequest{By: ByDeploy}})
	case "rollback":
		if p.Live != 0 {
			l.step(Event{Kind: DeployWanted, Request: &PipelineRequest{By: ByRollback, Rollback: true}})
		}
	case "start":
		l.step(Event{Kind: StartWanted})
	case "stop":
		l.step(Event{Kind: StopWanted, For: ForStop})
	case "restart":
		l.step(Event{Kind: StopWanted, For: ForRestart})
	case "wait":
		if d := l.unit.Deadline(); !d.IsZero() {
			l.now = d
			l.step(Event{Kind: Expired})
		}
	case "boot":
		l.boots()
	case "shutdown":
		l.step(Event{Kind: TimerSet, Drain: true})
		l.step(Event{Kind: StopWanted, For: ForStop})
		if l.unit.Phase() != Inactive && l.unit.Phase() != Failed {
			l.waits()
		}
		l.boots()
	case "die":
		l.die()
		l.settles()
	}
}

// see holds each action against the records as they are when it is decided.
func (l *pipelineLaws) see(a Action) {
	p := l.unit.Pipeline
	switch a.Do {
	case Spawn:
		l.seeCommand(a.Launch.Heading)
	case Conclude:
		if a.Concluded.Result == "" || a.Concluded.Outcome != "" {
			l.fail("a run ends without a result: %+v", a.Concluded)
		}
	case StartSelf:
		if !p.Phase.Down() {
			l.fail("a start is asked for while a run goes on")
		}
	}
}

func (l *pipelineLaws) seeCommand(name string) {
	r := l.unit.Pipeline.Run
	if r == nil {
		l.fail("%s runs without a run", name)
	}
	switch step, undo := strings.CutPrefix(name, "undo of "); {
	case undo:
		l.seeUndo(r, step)
	case strings.HasPrefix(name, "restore of "):
		for _, st := range r.Steps {
			if st.Kind == units.StepGit && !st.Began.IsZero() && st.Undone == "" {
				l.fail("%s before git was taken back", name)
			}
		}
	case strings.HasPrefix(name, "step"):
		key := fmt.Sprintf("#%d %s", r.ID, name)
		l.ran[key]++
		most := 1
		for _, s := range l.def.Pipeline.Steps {
			if s.Name == name {
				most += s.Retry.Attempts
			}
		}
		if l.ran[key] > most {
			l.fail("%s runs %d times", key, l.ran[key])
		}
	}
}

// seeUndo: only what was finished and has changed something is undone, once, and nothing before what came after it.
func (l *pipelineLaws) seeUndo(r *PipelineRun, name string) {
	at := slices.IndexFunc(r.Steps, func(st StepRun) bool { return st.Name == name })
	if st := r.Steps[at]; !st.Changed || st.Undone != "" || st.Result == "" || st.Result == StepSkipped {
		l.fail("%s is undone: %+v", name, st)
	}
	for i, st := range r.Steps {
		def := l.unit.Pipeline.stepOf(&st)
		if i > at && st.Changed && def.HasUndo && st.Undone == "" {
			l.fail("%s is undone before %s", name, st.Name)
		}
		if i != at && st.Kind == units.StepGit && st.Undone == RunOK {
			l.fail("%s is undone after git", name)
		}
	}
}

// check holds after each event.
func (l *pipelineLaws) check() {
	p := l.unit.Pipeline
	switch {
	case p.Run != nil && p.Phase.Down() && p.Asked == "" && !p.Leaving:
		l.fail("a run is forgotten: %+v", p.Run)
	case p.Run == nil && !p.Phase.Down():
		l.fail("%s without a run", p.Phase)
	case !p.Phase.Down() && l.unit.Deadline().IsZero() && len(l.hangs) > 0:
		l.fail("%s waits for ever", l.unit.Note())
	}
	last := 0
	for _, r := range p.Runs {
		switch {
		case r.Result == "":
			l.fail("records: %+v", p.Runs)
		case r.Result == RunSuperseded || r.Result == RunCanceled: // perhaps before it began
		case r.ID <= last:
			l.fail("out of order: %+v", p.Runs)
		default:
			last = r.ID
		}
	}
}

// atRest holds once everything has ended: each request has come to an end once, and what is live is what the records say.
func (l *pipelineLaws) atRest() {
	p := l.unit.Pipeline
	if !p.Phase.Down() || p.Run != nil || p.Waiting != nil {
		l.fail("it does not come to rest: %s %s", p.Phase, l.unit.Note())
	}
	var ids []int
	for _, r := range p.Runs {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != p.LastID || len(ids) != p.LastID {
		l.fail("%d runs were asked for, records are of %v", p.LastID, ids)
	}
	if len(p.Runs) == 0 || l.def.Pipeline.Git() == nil || l.def.Pipeline.Git().Layout != units.LayoutReleases {
		return
	}
	for i := len(p.Runs) - 1; i >= 0; i-- {
		r := p.Runs[i]
		switch {
		case len(r.Steps) == 0:
			continue // it has not begun
		case r.Result == RunOK && !r.Rollback && l.current != r.Release:
			l.fail("%s is live, and current leads to %s", r.Release, l.current)
		case (r.Result == RunRolledBack || r.Result == RunOK && r.Rollback) && r.Before != "" && l.current != r.Before:
			l.fail("back before %s, and current leads to %s, not %s", r.Release, l.current, r.Before)
		}
		return
	}
}

func (l *pipelineLaws) fail(format string, values ...any) {
	l.t.Helper()
	l.t.Fatalf(format+"\n\n%s\n\n%s\n\n%s", append(values, strings.Join(l.tale, " "), strings.Join(l.site.tale, "\n"), strings.Join(l.trace, "\n"))...)
}
