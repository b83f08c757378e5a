package lifecycle

import (
	"cmp"
	"errors"
	"strings"

	"unitd/policy/checkout"
	"unitd/units"
)

var errNoGit = errors.New("the unit files have no git step any more")

// purposes are what git's operations are for in each part.
var purposes = map[Part]checkout.Purpose{
	PartFetch: checkout.Fetch, PartLive: checkout.Live, PartRevert: checkout.Revert, PartUnfetch: checkout.Undo, PartPrune: checkout.Prune,
}

// ofGit reports a part that consists of operations which follow from each other's results.
func (part Part) ofGit() bool { return purposes[part] != "" }

// nextGit gives the operation that the present part needs next, and notes in the run how far git's step has come.
func (p *Pipeline) nextGit() (checkout.Operation, error) {
	r, w := p.Run, &p.Walk
	spec := checkout.Spec{Directory: p.def.Directory, Run: r.ID, Commit: r.Commit, Branch: r.Branch}
	git := p.def.Git()
	if git == nil {
		return checkout.Operation{}, errNoGit
	}
	spec.Git = *git
	if w.Part != PartFetch {
		if w.Fetched == nil {
			fetched := r.fetched()
			w.Fetched = &fetched
		}
		spec.Outcome = *w.Fetched
		if r.Rollback {
			spec.Run = cmp.Or(r.Base, r.ID)
		}
	}
	op, sofar, err := checkout.Next(purposes[w.Part], spec, w.Done)
	if w.Part == PartFetch || w.Part == PartUnfetch {
		r.noteFetched(sofar)
		p.learnt = true
	}
	return op, err
}

// fetched is what a fetch has come to.
func (r *PipelineRun) fetched() checkout.Outcome {
	return checkout.Outcome{
		Commit: r.Checked, Previous: r.Previous, Release: r.Release, Before: r.Before, Pending: r.Pending, Moved: r.Reset,
	}
}

// noteFetched notes how far a fetch has come. Of several attempts the first has seen what was there before.
func (r *PipelineRun) noteFetched(o checkout.Outcome) {
	r.Checked, r.Release, r.Pending = cmp.Or(o.Commit, r.Checked), cmp.Or(o.Release, r.Release), o.Pending
	r.Previous, r.Before = cmp.Or(r.Previous, o.Previous), cmp.Or(r.Before, o.Before)
	r.Reset = r.Reset || o.Moved
}

// git begins the next operation of the present part, or ends the part.
func (p *Pipeline) git(s *step) {
	w := &p.Walk
	op, err := p.nextGit()
	w.Name = op.Name
	switch {
	case err != nil:
		p.partDid(s, came{why: err.Error(), lines: w.Lines})
	case op.Done() && w.Part == PartUnfetch && len(w.Done) == 0: // it has left nothing that would have to be taken back
		p.Run.Steps[w.Step].Undone, w.Part, p.learnt = StepSkipped, "", true
	case op.Done():
		p.partDid(s, came{ok: true})
	case op.Command != nil:
		p.run(s, p.gitCommand(op))
	default:
		s.do(Action{Do: Arrange, Run: p.begun(s), Effect: op.Effect})
	}
}

// gitCommand is a command of git as one of the pipeline.
func (p *Pipeline) gitCommand(op checkout.Operation) command {
	var env []units.EnvVar
	if def := p.stepOf(&p.Run.Steps[p.Walk.Step]); def != nil {
		program, err := p.program(def, &StepRun{}, units.PartForward)
		if err == nil { // else the step has failed by it
			env = program.Env
		}
	}
	c := command{env: env, argv: op.Command.Argv, directory: op.Command.Dir, heading: "git " + op.Name, value: op.Command.Stdout, plain: true}
	for _, entry := range op.Command.Env {
		name, value, _ := strings.Cut(entry, "=")
		c.env = append(c.env, units.EnvVar{Name: name, Value: value})
	}
	c.most = op.Command.Timeout
	return c
}

// gitDid adds a result, from which the next operation follows.
func (p *Pipeline) gitDid(o came) {
	w := &p.Walk
	result := checkout.Result{Name: w.Name, Exit: o.exit, Stdout: o.given, Said: strings.Join(o.lines, "\n"), Found: o.found}
	if !o.ok {
		result.Err = o.why
	}
	w.Done, w.Name = append(w.Done, result), ""
}

// resumeGit asks again for an effect whose answer does not come any more. It can be done twice.
func (p *Pipeline) resumeGit(s *step) {
	if op, err := p.nextGit(); err == nil && op.Effect != nil {
		s.do(Action{Do: Arrange, Run: p.Walk.Op, Effect: op.Effect})
	}
}
