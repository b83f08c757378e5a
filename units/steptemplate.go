package units

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// sampleBefore stands for step.before when loading: some words on some lines.
const sampleBefore = "before loading 0 1 2\n3 4 5\n"

// sampleCommit stands for commits when loading.
const sampleCommit = "0123456789abcdef0123456789abcdef01234567"

// deferredStep is a StepTemplate whose expressions name what only a run knows.
type deferredStep struct {
	forward *body
	back    map[StepPart]deferredCommand
}

// deferredCommand is `undo` or `restore`; before says that it needs step.before.
type deferredCommand struct {
	body   *body
	before bool
}

// Step evaluates the expressions with what this run knows.
func (d deferredStep) Step(run StepScope) (StepProgram, error) {
	if d.back[run.Part].before && run.Before == "" {
		return StepProgram{}, errors.New(string(run.Part) + " needs step.before, and `state` has said nothing before the step")
	}
	found := &report{}
	// Runs of several pipelines may overlap: what was asked for is noted for this one alone.
	running := func(b *body) *body {
		b = b.starting(&Scope{Credentials: run.Credentials, step: &run}, found, nil)
		b.attrs, b.blocks = nil, nil
		return b
	}
	program := running(d.forward).forward()
	if command, ok := d.back[run.Part]; ok {
		running(command.body).backward(run.Part, &program)
	}
	for _, problem := range found.sorted() {
		return StepProgram{}, errors.New(position(subject(problem)) + ": " + problem.Summary)
	}
	return program, nil
}

// template evaluates the commands of a step as loading sees them, so that mistakes show now, and keeps the expressions
// where a run may give other values.
func (r *stepReader) template(b *body, s *Step) (sample StepProgram) {
	directory := r.pipeline.Directory
	run := &StepScope{Before: sampleBefore, ID: 1, Release: directory}
	if r.fetched {
		run.Commit, run.Previous, run.Release = sampleCommit, sampleCommit, path.Join(directory, "releases", "sample")
	}
	late := false
	sampled := func() *body {
		c := b.starting(&Scope{Credentials: r.sampleCredentials(b), step: run}, b.report, b.names)
		c.record(map[hclsyntax.Expression]*resolution{}, false)
		return c
	}
	named := func(c *body) (names []string) {
		for _, found := range c.resolved {
			names = append(names, found.late...)
		}
		late = late || len(names) > 0
		return names
	}
	d := deferredStep{back: map[StepPart]deferredCommand{}}
	forward := sampled()
	sample = forward.forward()
	named(forward)
	d.forward = forward.starting(nil, nil, nil)
	for _, part := range []StepPart{PartUndo, PartRestore} {
		c := sampled()
		c.scope.before = s.HasState
		c.backward(part, &sample)
		needed := slices.Contains(named(c), "step.before") && !b.expectsNothing(string(part))
		d.back[part] = deferredCommand{before: needed, body: c.starting(nil, nil, nil)}
	}
	s.Template = FixedStep(sample)
	if late {
		s.Template = d
	}
	return sample
}

// expectsNothing reports a command that says itself what to do where step.before is empty: a condition in it is about that.
func (b *body) expectsNothing(name string) (expects bool) {
	a, ok := b.attr(name)
	if !ok {
		return false
	}
	_ = hclsyntax.VisitAll(a.expr, func(node hclsyntax.Node) hcl.Diagnostics {
		choice, is := node.(*hclsyntax.ConditionalExpr)
		expects = expects || is && slices.ContainsFunc(choice.Condition.Variables(), func(t hcl.Traversal) bool { return t.RootName() == "step" })
		return nil
	})
	return expects
}

// sampleCredentials is a stand-in for the directory of the pipeline's secrets, if it has any.
func (r *stepReader) sampleCredentials(b *body) string {
	if len(r.program.Secrets) == 0 {
		return ""
	}
	return b.credentials()
}

// forward evaluates what a step runs in the direction that everybody hopes for.
func (b *body) forward() StepProgram {
	return StepProgram{When: b.flag("when", true), Command: b.argv("command"), State: b.argv("state"), Env: b.environment("env")}
}

// backward evaluates what takes a step back.
func (b *body) backward(part StepPart, into *StepProgram) {
	switch argv := b.argv(string(part)); part {
	case PartUndo:
		into.Undo = argv
	case PartRestore:
		into.Restore = argv
	}
}

// stepObject is `step`, runObject `run`.
func stepObject(run *StepScope) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"before": cty.StringVal(strings.ToValidUTF8(run.Before, "\uFFFD"))})
}

func runObject(run *StepScope) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"id":       cty.NumberIntVal(int64(run.ID)),
		"commit":   cty.StringVal(run.Commit),
		"previous": cty.StringVal(run.Previous),
		"release":  cty.StringVal(run.Release),
	})
}
