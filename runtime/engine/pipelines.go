package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"unitd/policy/alert"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// A pipeline decides by itself what comes next (policy/lifecycle/pipeline.go). Here is what it asks of the engine: jobs of
// other units and how they end, whether others are healthy, that unit files are applied, and who is told of its runs.

// Deploy asks for a run of a pipeline and gives its id. It begins once the one that goes on has ended; of several that wait
// the newest stays.
func (e *Engine) Deploy(ctx context.Context, id units.ID, request lifecycle.PipelineRequest) (run int, err error) {
	failure := e.Call(ctx, func(m *Model) { run, err = m.Deploy(id, request) })
	if failure != nil {
		return 0, failure
	}
	return run, err
}

// Remembered returns when what is remembered of jobs and pipelines by now outlives the manager and the host, or cannot be
// written: who is told that a run will come is told so then.
func (e *Engine) Remembered(ctx context.Context) error {
	if e.config.Written == nil {
		return nil
	}
	written := make(chan struct{})
	e.config.Written(func() { close(written) })
	select {
	case <-written:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-e.done:
		return ErrEnded
	}
}

// Deploy is Engine.Deploy for who is in the loop already.
func (m *Model) Deploy(id units.ID, request lifecycle.PipelineRequest) (run int, err error) {
	e := m.e
	u := e.units[id]
	switch {
	case e.draining:
		return 0, ErrDraining
	case u == nil || u.Pipeline == nil || e.leaving[id]:
		return 0, fmt.Errorf("deploy %s: there is no such pipeline", id)
	case request.Rollback && u.Pipeline.Live == 0:
		return 0, fmt.Errorf("rollback %s: no run of it is live, so there is nothing to go back from", id)
	}
	e.step(id, lifecycle.Event{Kind: lifecycle.DeployWanted, Request: &request})
	e.changed = true
	return u.Pipeline.LastID, nil
}

// considerPipeline acts on what a pipeline asks for beside the executor.
func (e *Engine) considerPipeline(id units.ID, a lifecycle.Action) {
	switch a.Do {
	case lifecycle.RequestJobs:
		e.requestJobs(id, a)
	case lifecycle.ApplyFiles:
		e.applyFiles(id, a)
	case lifecycle.QuoteIll:
		e.quoteIll(id, a)
	case lifecycle.WriteDown:
		e.writeDown(id, a)
	case lifecycle.Conclude:
		e.conclude(id, a)
	}
}

// requestJobs asks other units for what a step of a pipeline is about.
func (e *Engine) requestJobs(id units.ID, a lifecycle.Action) {
	var requests []job.Request
	var up []units.ID
	for _, wanted := range a.Jobs {
		requests = append(requests, job.Request{Kind: job.Kind(wanted.Kind), Units: wanted.Units, Why: string(id) + " " + a.Reason})
		for _, other := range wanted.Units {
			if u := e.units[other]; u != nil && u.Phase().Up() {
				up = append(up, other)
			}
		}
	}
	tx, changes, err := e.jobs.Submit(e.view(), requests...)
	if err != nil {
		e.follow(changes)
		e.step(id, lifecycle.Event{Kind: lifecycle.JobsDone, Run: a.Run, Err: err.Error()})
		return
	}
	for _, r := range requests {
		if r.Kind == job.Start || r.Kind == job.Restart { // what people have stopped is wanted again
			e.byHand(tx, r.Kind, r.Units)
		}
	}
	e.changed = true
	e.step(id, lifecycle.Event{Kind: lifecycle.JobsBegun, Run: a.Run, Transaction: tx.ID, Units: up})
	e.follow(changes)
}

// writeDown has all that is remembered written down. Who is told to remember has the newest by now.
func (e *Engine) writeDown(id units.ID, a lifecycle.Action) {
	written := lifecycle.Event{Kind: lifecycle.WrittenDown, Run: a.Run}
	if e.config.Written == nil {
		e.step(id, written)
		return
	}
	e.config.Written(func() { e.Post(id, written) })
}

// applyFiles has the unit files applied, beside the loop.
func (e *Engine) applyFiles(id units.ID, a lifecycle.Action) {
	if e.config.Apply == nil {
		e.step(id, lifecycle.Event{Kind: lifecycle.Applied, Run: a.Run, Err: "nobody applies unit files here"})
		return
	}
	e.config.Apply(func(transaction uint64, err error) {
		ev := lifecycle.Event{Kind: lifecycle.Applied, Run: a.Run, OK: err == nil, Transaction: transaction}
		if err != nil { // diagnostics have many lines
			ev.Err = err.Error()
			if first, rest, more := strings.Cut(ev.Err, "\n"); more {
				ev.Err, ev.Lines = strings.TrimSuffix(first, ":"), strings.Split(clip(rest), "\n")
			}
		}
		e.Post(id, ev)
	})
}

// maxDiagnostics bounds what a record holds of why unit files do not load.
const maxDiagnostics = 2 << 10

func clip(text string) string {
	if len(text) > maxDiagnostics {
		text = strings.ToValidUTF8(text[:maxDiagnostics], "")
	}
	return strings.TrimRight(text, "\n")
}

// settlePipeline tells a pipeline that the jobs have ended which it waits for. Those of an apply may be its own, and wait for
// the end of its run.
func (e *Engine) settlePipeline(id units.ID) {
	u := e.units[id]
	if u == nil || u.Pipeline == nil || u.Pipeline.Walk.Transaction == 0 {
		return
	}
	walk := u.Pipeline.Walk
	tx, jobs, known := e.jobs.Transaction(walk.Transaction)
	if known && tx.Result == "" && !e.jobs.EndedBut(e.view(), tx.ID, id) {
		return
	}
	done := lifecycle.Event{Kind: lifecycle.JobsDone, Run: walk.Op, OK: tx.Result.OK(), Err: tx.Reason}
	if !known {
		done.Err = "what became of its jobs is not known any more"
	}
	for _, j := range jobs {
		if j.State == job.Ended && !j.Result.OK() {
			done.Units = append(done.Units, j.Unit)
			done.Err = cmp.Or(done.Err, string(j.Unit)+": "+j.Reason)
		}
	}
	if known && tx.Result == "" {
		done.OK = len(done.Units) == 0
	}
	if len(done.Units) == 0 || e.config.LastOutput == nil {
		e.step(id, done)
		return
	}
	if e.quoting[id] == walk.Op {
		return // its answer is on its way
	}
	e.quoting[id] = walk.Op
	go func() { // files are not read in the loop
		done.Lines = e.config.LastOutput(done.Units[0], quotedLines)
		e.Post(id, done)
	}()
}

// quotedLines is how many lines of a unit that did not come up the record of a step has.
const quotedLines = 10

// settlePipelines is settlePipeline for all of them.
func (e *Engine) settlePipelines() {
	for _, id := range sorted(e.pipelines) {
		e.settlePipeline(id)
	}
}

// lookAtHealth tells pipelines that wait for units to be healthy how these are, and reports whether one has gone on.
func (e *Engine) lookAtHealth() (moved bool) {
	for _, id := range sorted(e.pipelines) {
		u := e.units[id]
		if u == nil {
			continue
		}
		list, op := u.Pipeline.Awaited()
		if op == 0 {
			continue
		}
		switch ill := e.ill(list); {
		case ill == "":
			e.step(id, lifecycle.Event{Kind: lifecycle.Healthy, Run: op, OK: true})
			moved = true
		case ill != u.Pipeline.Walk.Ill:
			e.step(id, lifecycle.Event{Kind: lifecycle.Healthy, Run: op, Err: ill})
		}
	}
	return moved
}

// quoteIll tells a pipeline what the first unit has written last that is not healthy.
func (e *Engine) quoteIll(id units.ID, a lifecycle.Action) {
	quoted := lifecycle.Event{Kind: lifecycle.Quoted, Run: a.Run}
	list, _ := e.units[id].Pipeline.Awaited()
	i := slices.IndexFunc(list, func(other units.ID) bool { return e.units[other] != nil && e.ill([]units.ID{other}) != "" })
	if i < 0 || e.config.LastOutput == nil {
		e.step(id, quoted)
		return
	}
	go func() { // files are not read in the loop
		quoted.Lines = e.config.LastOutput(list[i], quotedLines)
		e.Post(id, quoted)
	}()
}

// ill says what keeps units from being healthy; "": they are.
func (e *Engine) ill(list []units.ID) string {
	var words []string
	for _, id := range list {
		switch u := e.units[id]; {
		case u == nil:
			words = append(words, string(id)+" is no more")
		case u.Ill() != "":
			words = append(words, string(id)+" is "+u.Ill())
		}
	}
	return strings.Join(words, ", ")
}

// tell has the history of a unit say what is no change of its state, which was this when it happened.
func (e *Engine) tell(u *lifecycle.Unit, was State, actions []lifecycle.Action) {
	for _, a := range actions {
		if a.Do == lifecycle.Tell {
			e.config.Record(Transition{At: e.now(), Unit: u.ID, From: was, State: was, Reason: a.Reason, Invocation: u.Invocation()})
		}
	}
}

// conclude says that a run of a pipeline has ended.
func (e *Engine) conclude(id units.ID, a lifecycle.Action) {
	u := e.units[id]
	e.observe(id, alert.Observation{Active: u.Phase().ActiveState(), Sub: u.Sub(), Run: a.Concluded})
}

// Runs are the runs of a pipeline, the newest first: those that wait and go on, and those that are remembered. They are not
// to be changed. Live is the id of the one that is live, 0: none is known to be.
func (m *Model) Runs(id units.ID) (runs []lifecycle.PipelineRun, live int) {
	u := m.e.units[id]
	if u == nil || u.Pipeline == nil {
		return nil, 0
	}
	memory := u.Pipeline.Memory()
	runs = slices.Clone(memory.Runs)
	for _, r := range []*lifecycle.PipelineRun{memory.Run, memory.Waiting} {
		if r != nil {
			runs = append(runs, *r)
		}
	}
	slices.SortStableFunc(runs, func(a, b lifecycle.PipelineRun) int { return b.ID - a.ID })
	return runs, memory.Live
}
