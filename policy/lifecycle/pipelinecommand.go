package lifecycle

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"unitd/units"
)

// command is a program that a step runs, as a run of the pipeline's process.
type command struct {
	argv      []string
	directory string
	env       []units.EnvVar
	// heading names it in the log of the run; value says that what it prints is asked for, and belongs in no log.
	heading string
	value   bool
	// plain: it runs without the env_files and secrets of the pipeline, which are for what is deployed.
	plain bool
	// within is how long it may take, most the same where that is less; 0: as long as its step.
	within, most time.Duration
}

// programTemplate is a command in the environment of its pipeline.
type programTemplate struct {
	pipeline units.Template
	command  command
}

// Program evaluates the pipeline's environment, with that of the step.
func (t programTemplate) Program(scope units.Scope) (units.Program, error) {
	var program units.Program
	if t.pipeline != nil {
		var err error
		if program, err = t.pipeline.Program(scope); err != nil {
			return program, err
		}
	}
	if t.command.plain {
		program.Secrets = nil
	}
	program.Command = t.command.argv
	program.Env = slices.Concat(program.Env, t.command.env) // of one name the last counts
	return program, nil
}

// program evaluates a part of a step.
func (p *Pipeline) program(def *units.Step, st *StepRun, part units.StepPart) (units.StepProgram, error) {
	if def.Template == nil {
		return units.StepProgram{When: true}, nil
	}
	r := p.Run
	return def.Template.Step(units.StepScope{
		Part: part, Before: st.Before, ID: r.ID, Commit: r.Checked, Previous: r.Previous, Release: p.directory(part),
		Credentials: p.def.CredentialsOf(0),
	})
}

// directory is where a part of a step runs: in the new release, but for `restore`.
func (p *Pipeline) directory(part units.StepPart) string {
	if part == units.PartRestore {
		return cmp.Or(p.Run.Before, p.def.Directory)
	}
	return cmp.Or(p.Run.Release, p.def.Directory)
}

// runStep runs the command that the present part of a step is about.
func (p *Pipeline) runStep(s *step, st *StepRun) {
	c, err := p.commandOf(st)
	if err != "" {
		p.did(s, came{why: err})
		return
	}
	p.run(s, c)
}

// commandOf is the command of the present part of a step, or why there is none.
func (p *Pipeline) commandOf(st *StepRun) (c command, why string) {
	def, part := p.stepOf(st), units.PartForward
	if def == nil {
		return c, errNoStep
	}
	switch p.Walk.Part {
	case PartUndo:
		part = units.PartUndo
	case PartRestore:
		part = units.PartRestore
	case PartCheck:
		if !def.HasState {
			return c, "it was cut off, and nothing tells whether it was done: give the step `state`"
		}
	}
	program, err := p.program(def, st, part)
	if err != nil {
		return c, err.Error()
	}
	c = command{directory: p.directory(part), env: program.Env, heading: st.Name}
	switch p.Walk.Part {
	case PartCommand:
		c.argv = program.Command
	case PartUndo:
		c.argv, c.heading = program.Undo, "undo of "+st.Name
	case PartRestore:
		c.argv, c.heading = program.Restore, "restore of "+st.Name
	default:
		c.argv, c.value, c.heading = program.State, true, "state of "+st.Name
	}
	return c, ""
}

// run begins a command.
func (p *Pipeline) run(s *step, c command) {
	p.begun(s)
	c.within = p.Walk.Until.Sub(s.in.Now)
	p.Walk.Command, p.Walk.Given, p.Walk.NoValue, p.Walk.Lines = true, "", "", nil
	p.becomes(c)
	p.feed(s, Event{Kind: StartWanted})
}

// becomes makes the process one that runs a command.
func (p *Pipeline) becomes(c command) {
	p.process.job, p.process.heading, p.process.value = p.jobOf(c), c.heading, c.value
}

// resumeCommand makes the process again what it was under the manager before.
func (p *Pipeline) resumeCommand() {
	c := command{directory: p.def.Directory}
	switch w := &p.Walk; {
	case !w.Command: // it was given up, and its processes have outlived that
	case w.Part.ofGit():
		if op, err := p.nextGit(); err == nil && op.Command != nil {
			c = p.gitCommand(op)
		}
	default:
		if again, why := p.commandOf(&p.Run.Steps[w.Step]); why == "" {
			c = again
		}
	}
	c.within = p.Walk.Until.Sub(p.Walk.Began)
	p.becomes(c)
	p.process.def = &p.process.job.Process
}

// feed lets the process move on, and takes in what has come of it. What it would tell as a unit of its own concerns the
// pipeline only.
func (p *Pipeline) feed(s *step, ev Event) {
	if p.process.job == nil {
		return // no command has run yet
	}
	w := &p.Walk
	if ev.Kind == Emptied && ev.Run == p.process.Main {
		w.Given, w.NoValue, w.Lines = ev.Output, ev.Err, ev.Lines
	}
	in := s.in
	in.Invocation = p.Invocation
	for _, a := range p.process.Step(&p.process.job.Process, ev, in) {
		switch a.Do {
		case Settled, Failure, Ended:
			continue
		}
		s.do(a)
	}
	switch {
	case !w.Command:
	case p.process.Phase == Abandoned:
		w.Command = false
		p.ended(s, RunRollbackFailed, "step "+p.Run.Steps[w.Step].Name+": "+p.process.Note+"; nothing was taken back")
	case p.process.Phase.Down():
		p.did(s, p.commandEnd())
	}
}

// commandEnd is how the command went.
func (p *Pipeline) commandEnd() came {
	process := p.process
	o := came{given: p.Walk.Given, lines: p.Walk.Lines, exit: -1}
	if last := process.LastExit; last != nil && !process.NeverRan && last.Exit.Signal == "" {
		o.exit = last.Exit.Code
	}
	switch {
	case process.Phase == Failed && process.FailedSub == string(units.ReasonTimeout):
		o.why, o.exit = p.overdue(), -1
	case p.Walk.NoValue != "":
		o.why, o.exit = p.Walk.NoValue, -1
	case process.Phase == Failed:
		o.why = process.Note
	case process.Stop != "":
		o.why, o.exit = cmp.Or(p.Run.Why, "it was stopped"), -1
	default:
		o.ok, o.lines, o.exit = true, nil, 0
	}
	return o
}

// jobOf is what the process runs for a command.
func (p *Pipeline) jobOf(c command) *units.Job {
	j := &units.Job{Process: p.def.Process, Timeout: max(c.within, time.Millisecond)}
	if c.most > 0 {
		j.Timeout = min(j.Timeout, c.most)
	}
	j.Type, j.Remain, j.ReadyFD, j.Directory = units.TypeOneshot, false, -1, c.directory
	j.Restart = units.Restart{Policy: units.RestartNo}
	j.StartTimeout = cmp.Or(j.StartTimeout, 90*time.Second)
	j.Log = p.logging(p.running()).Log
	if c.plain {
		j.EnvFiles, j.SecretFiles, j.Credentials = nil, nil, ""
	}
	j.Program = programTemplate{p.def.Program, c}
	return j
}

// errNoStep: the unit files were changed, and the manager was replaced.
const errNoStep = "the unit files have this step no more"

// running is the id of the present run, or the last.
func (p *Pipeline) running() int {
	if p.Run == nil {
		return p.LastID
	}
	return p.Run.ID
}

// logging is how the output of a run is logged: in files of its own.
func (p *Pipeline) logging(run int) *units.Process {
	process := p.def.Process
	process.Log.Stdout = RunLog(process.Log.Stdout, run)
	if process.Log.Stderr != "same" {
		process.Log.Stderr = RunLog(process.Log.Stderr, run)
	}
	return &process
}

// RunLog is the log of a run beside that of its pipeline: "pipeline.deploy.18.log".
func RunLog(file string, run int) string {
	if file == "" {
		return ""
	}
	ext := path.Ext(file)
	return strings.TrimSuffix(file, ext) + "." + strconv.Itoa(run) + ext
}
