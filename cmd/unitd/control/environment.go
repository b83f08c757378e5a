package control

import (
	"context"
	"fmt"
	"os"
	"strings"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/units"
)

// Environment evaluates what a process of the unit would start with now.
func (m *Manager) Environment(ctx context.Context, name string) (protocol.Environment, error) {
	if name == "" {
		return m.environment(nil, 0, 0)
	}
	var def *units.Unit
	var worker, count int
	err := m.one(ctx, name, func(model *engine.Model, found ipc.Name) error {
		def, worker = model.Definition(found.ID), found.Worker
		if def.Pool != nil {
			worker, count = max(worker, 1), def.Pool.Workers
			if u := model.Unit(found.ID); u.Pool.Count > 0 {
				count = u.Pool.Count
			}
		}
		if def.Process() == nil {
			return protocol.BadRequest("%s runs no program, so it has no environment", found.ID)
		}
		return nil
	})
	if err != nil {
		return protocol.Environment{}, err
	}
	return m.environment(def, worker, count)
}

func (m *Manager) environment(def *units.Unit, worker, count int) (protocol.Environment, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/"
	}
	out := protocol.Environment{Directory: home, Umask: "0022"}
	var process *units.Process
	var program units.Program
	if def != nil {
		process = def.Process()
		scope := units.Scope{}
		if worker > 0 {
			scope.Worker = &units.WorkerScope{Index: worker, Count: count}
		}
		if program, err = process.Program.Program(scope); err != nil {
			return out, err
		}
		out.Unit, out.Directory, out.Umask = string(def.ID), process.Directory, fmt.Sprintf("%04o", process.Umask)
	}
	list, err := m.Executor.Environment(def, process, program, worker)
	if err != nil {
		return out, protocol.Conflict("%v", err)
	}
	sensitive := m.sensitive(process, program)
	for _, entry := range list {
		name, value, _ := strings.Cut(entry, "=")
		out.Variables = append(out.Variables, protocol.Variable{Name: name, Value: value, Sensitive: sensitive(name)})
	}
	return out, nil
}

// sensitive tells which variables are: those that the unit file marks, and everything from an env_file.
func (m *Manager) sensitive(process *units.Process, program units.Program) func(name string) bool {
	marked := map[string]bool{}
	for _, v := range program.Env {
		marked[v.Name] = v.Sensitive
	}
	if process != nil {
		for _, name := range m.Executor.EnvFileNames(process) {
			marked[name] = true
		}
	}
	return func(name string) bool { return marked[name] }
}
