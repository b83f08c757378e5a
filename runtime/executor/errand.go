package executor

import (
	"context"
	"os"

	"unitd/runtime/process"
	"unitd/units"
)

// Errand is a program that the manager runs for itself, as a unit would: with the variables that the unit file gives, but
// without its env_files, secrets and sandbox, which are for the unit's own programs.
type Errand struct {
	Unit *units.Unit
	Dir  string
	Args []string
	// Defaults count where the unit file gives nothing else, Settings in any case: NAME=VALUE.
	Defaults, Settings []string
	// Output takes what it prints.
	Output *os.File
}

// Run runs an errand, which answers by its exit status and reads nothing. Its process tree ends with ctx.
func (x *Executor) Run(ctx context.Context, e Errand) error {
	p := e.Unit.Process()
	program, err := p.Program.Program(units.Scope{})
	if err != nil {
		return err
	}
	env := x.baseEnvironment(p.PathPrepend)
	env.addList(e.Defaults)
	for _, v := range program.Env {
		env.set(v.Name, v.Value)
	}
	env.addList(e.Settings)
	path, err := process.LookPath(e.Args[0], env.path(), e.Dir)
	if err != nil {
		return err
	}
	r := &run{}
	spec := process.Spec{
		Name: e.Args[0] + " for " + string(e.Unit.ID), Path: path, Args: e.Args, Env: env.list(), Dir: e.Dir, Umask: 0o077,
		Stdout: e.Output, Stderr: e.Output, NoNewPrivs: true,
	}
	return x.runCommand(ctx, r, 0, spec, func(spec process.Spec) error { return x.start(spec, r) })
}
