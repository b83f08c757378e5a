package control

import (
	"context"
	"fmt"
	"os"
	"strings"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Environment evaluates what a process of the unit would start with now.
func (m *Manager) Environment(ctx context.Context, query protocol.EnvironmentQuery) (protocol.Environment, error) {
	if query.Name == "" {
		return m.environment(nil, units.Scope{}, false)
	}
	var def *units.Unit
	var scope units.Scope
	err := m.one(ctx, query.Name, func(model *engine.Model, found ipc.Name) error {
		def = model.Definition(found.ID)
		process, key := def.Process(), 0
		if process == nil {
			return protocol.BadRequest("%s runs no program, so it has no environment", found.ID)
		}
		if def.Pool != nil {
			scope.Worker, key = workerScope(model.Unit(found.ID).Pool, def.Pool, max(found.Worker, 1))
		}
		scope.Credentials = process.CredentialsOf(key)
		return nil
	})
	if err != nil {
		return protocol.Environment{}, err
	}
	if query.Credentials != "" && scope.Credentials != "" {
		scope.Credentials = query.Credentials
	}
	return m.environment(def, scope, query.Credentials != "")
}

// workerScope is what a worker with that index would start with. Where it listens behind a proxy is chosen at each
// start; what is shown is the place of the one that runs, and its key; 0: none runs.
func workerScope(p *lifecycle.Pool, def *units.Pool, index int) (scope *units.WorkerScope, key int) {
	scope = &units.WorkerScope{Index: index, Count: def.Workers}
	if p.Count > 0 {
		scope.Count = p.Count
	}
	for _, w := range p.Workers {
		if w.Index == index && w.Role == lifecycle.Serving {
			scope.Port, scope.Socket, key = w.Port, w.Socket, w.Key
		}
	}
	return scope, key
}

// environment evaluates it, with the secrets where the caller is to place them.
func (m *Manager) environment(def *units.Unit, scope units.Scope, secrets bool) (protocol.Environment, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/"
	}
	out := protocol.Environment{Directory: home, Umask: "0022"}
	var process *units.Process
	var program units.Program
	if def != nil {
		process = def.Process()
		if program, err = process.Program.Program(scope); err != nil {
			return out, err
		}
		out.Unit, out.Directory, out.Umask = string(def.ID), process.Directory, fmt.Sprintf("%04o", process.Umask)
	}
	list, files, err := m.Executor.Environment(def, process, program, scope)
	if err != nil {
		return out, protocol.Conflict("%v", err)
	}
	if secrets {
		for _, file := range files {
			out.Secrets = append(out.Secrets, protocol.SecretFile(file))
		}
	}
	sensitive := m.sensitive(process, program)
	for _, entry := range list {
		name, value, _ := strings.Cut(entry, "=")
		out.Variables = append(out.Variables, protocol.Variable{Name: name, Value: value, Sensitive: sensitive(name)})
	}
	return out, nil
}

// sensitive tells which variables are: those that the unit file marks, secrets, and everything from an env_file.
func (m *Manager) sensitive(process *units.Process, program units.Program) func(name string) bool {
	marked := map[string]bool{}
	for _, v := range program.Env {
		marked[v.Name] = v.Sensitive
	}
	for _, secret := range program.Secrets {
		if secret.Env {
			marked[secret.Name] = true
		}
	}
	if process != nil {
		for _, name := range m.Executor.EnvFileNames(process) {
			marked[name] = true
		}
	}
	return func(name string) bool { return marked[name] }
}
