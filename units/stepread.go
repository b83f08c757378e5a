package units

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// stepKinds are the attributes of a step that say what it does; git is a block.
var stepKinds = []StepKind{StepCommand, StepReload, StepRestart, StepStart, StepStop, StepHealthy, StepApply}

// stepReader reads the steps of one pipeline, in their order.
type stepReader struct {
	pipeline *Pipeline
	id       ID
	// program is what the pipeline gives to all steps, as loading sees it.
	program   Program
	fetched   bool // a git step came before
	installed bool // a command came before, which may bring programs
	refs      []reference
	// checks are what is looked at once all of the pipeline is read.
	checks []func()
}

// read reads a step block.
func (r *stepReader) read(b *body, name string) Step {
	s := Step{Name: name, Timeout: b.duration("timeout", 10*time.Minute, time.Second)}
	s.HasState, s.HasUndo, s.HasRestore = b.has("state"), b.has("undo"), b.has("restore")
	s.Kind = b.stepKind(&s)
	sample := r.template(b, &s)
	b.one("retry", func(inner *body) { s.Retry = inner.retry() })
	for _, kind := range stepKinds[1 : len(stepKinds)-1] {
		for _, ref := range b.stepUnits(r.id, string(kind)) {
			s.Units = append(s.Units, ref.to)
			r.refs = append(r.refs, ref)
		}
	}
	if a, ok := b.attr("apply"); ok && !b.flag("apply", true) {
		b.error(a.expr.Range(), "apply = false", "A step that does nothing needs not be there; for one that is left out now and then use `when`.")
	}
	b.one("git", func(inner *body) {
		if inner.own == nil {
			return
		}
		s.Git = inner.git()
		if r.fetched {
			b.error(inner.at, "second git step", "A run is about one commit; a second repository gets a pipeline of its own.")
		}
		r.fetched = true
		git := s.Git
		r.checks = append(r.checks, func() { r.checkGit(inner, git) })
	})
	installed := r.installed
	r.checks = append(r.checks, func() { r.checkProgram(b, sample, installed) })
	r.installed = r.installed || s.Kind == StepCommand
	return s
}

// stepKind finds the one thing that a step does.
func (b *body) stepKind(s *Step) StepKind {
	var kinds []StepKind
	for _, kind := range stepKinds {
		if b.has(string(kind)) {
			kinds = append(kinds, kind)
		}
	}
	if len(blocksOf(b.own, string(StepGit))) > 0 {
		kinds = append(kinds, StepGit)
	}
	for _, name := range []string{"state", "undo", "restore", "env"} {
		a, ok := b.attr(name)
		switch {
		case !ok || b.has(string(StepCommand)):
		case name != "env":
			b.error(a.at, name+" in a step without command", "Only a command can be undone by another one.")
		case !slices.Contains(kinds, StepGit):
			b.error(a.at, "env in a step that runs nothing", "It is for a step with a command or git.")
		}
	}
	if a, ok := b.attr("state"); ok && s.HasState && !s.HasUndo && !s.HasRestore {
		b.error(a.at, "state without undo or restore", "It is there to tell whether there is something to undo: add undo, or take it out.")
	}
	switch {
	case len(kinds) == 1:
		return kinds[0]
	case len(kinds) > 1:
		var names []string
		for _, kind := range kinds {
			names = append(names, string(kind))
		}
		b.error(b.at, "step \""+s.Name+"\" does "+list(names, "and"), "A step does one thing: make a step of each, in the order in which they are to happen.")
	case b.broken[b.at.Filename] == nil:
		b.error(b.at, "step \""+s.Name+"\" does not say what to do",
			"A step has exactly one of command, git, reload, restart, start, stop, healthy and apply.")
	}
	return ""
}

// stepUnits reads the units that a step is about.
func (b *body) stepUnits(pipeline ID, name string) []reference {
	a, ok := b.attr(name)
	if !ok {
		return nil
	}
	if tuple, literal := a.expr.(*hclsyntax.TupleConsExpr); literal && len(tuple.Exprs) == 0 {
		b.error(a.expr.Range(), name+" names no unit", "Write "+name+" = [pool.api], or take the step out.")
	}
	return b.references(pipeline, name)
}

// checkPrograms looks at what the steps run.
func (r *stepReader) checkPrograms() {
	for _, check := range r.checks {
		check()
	}
}

// checkProgram warns of programs of a step that are not there, or need rights that they do not get. What an earlier
// command may bring, or stands in the release, is not looked for.
func (r *stepReader) checkProgram(b *body, sample StepProgram, installed bool) {
	program := Program{Command: sample.Command, Env: append(slices.Clone(r.program.Env), sample.Env...)}
	p := &r.pipeline.Process
	if len(sample.Command) > 0 && !installed {
		if name := sample.Command[0]; strings.HasPrefix(name, "/") || !strings.Contains(name, "/") {
			if a, ok := b.attr("command"); ok {
				b.checkThere(firstOf(a.expr), "command", failsStep, sample.Command, p, program)
			}
			if a, ok := b.attr("state"); ok {
				b.checkThere(firstOf(a.expr), "state", failsStep, sample.State, p, program)
			}
		}
	}
	if !b.names.strict || p.Sandbox.Namespace == "off" && !p.Sandbox.NoNewPrivileges {
		return
	}
	for name, argv := range map[string][]string{"command": sample.Command, "state": sample.State, "undo": sample.Undo, "restore": sample.Restore} {
		if a, ok := b.attr(name); ok {
			b.warnOfRights(a.expr.Range(), p, program, argv)
		}
	}
}
