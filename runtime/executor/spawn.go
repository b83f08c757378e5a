package executor

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"unitd/policy/lifecycle"
	"unitd/runtime/journal"
	"unitd/runtime/notify"
	"unitd/runtime/process"
	"unitd/runtime/socket"
	"unitd/units"
)

// spawn starts the program of a unit or worker, or one of its hooks. Whether it could be executed comes as an
// event of the process table.
func (x *Executor) spawn(h *holding, def *units.Unit, a lifecycle.Action) {
	if err := x.spawned(h, def, a); err != nil {
		if beginsRun(a.Hook) {
			h.setOutput(a.Worker, output{}) // it wrote nothing; what an earlier run wrote explains nothing
		}
		x.report(def.ID, lifecycle.Event{
			Kind: lifecycle.NotSpawned, Worker: a.Worker, Run: a.Run, Err: err.Error(), Again: full(err), Full: full(err),
		})
	}
}

func (x *Executor) spawned(h *holding, def *units.Unit, a lifecycle.Action) error {
	stored := x.storedFor(def, a)
	defer stored.Release()
	spec, had, err := x.spec(h, def, a, stored)
	if err != nil {
		return err
	}
	stdout, stderr, err := x.outputs(h, def, a)
	if err != nil {
		return err
	}
	defer stdout.Close()
	if stderr != stdout {
		defer stderr.Close()
	}
	spec.Stdout, spec.Stderr = stdout, stderr
	ready, err := openReadiness(&spec, a)
	if err != nil {
		return err
	}
	r := &run{
		unit: def.ID, worker: a.Worker, slot: noSlot, hook: a.Hook != lifecycle.NoHook, mayStore: a.Launch.Process.FDStoreMax,
		secrets: had.secrets, read: had.contents, limits: &a.Launch.Process.Limits, command: def.Pipeline != nil, value: a.Launch.Value,
		speaks: speaks(a.Launch.Process),
	}
	if def.Pool != nil && a.Hook == lifecycle.NoHook {
		r.slot = a.Slot
		h.occupy(r.slot, a.Launch.Listen)
		r.counted = x.countFrom(h, def, r.slot)
	}
	err = x.start(spec, r)
	if err == nil && r.value {
		x.beside.Go(func() { x.watchValue(x.ctx, def.ID, spec.Token) })
	}
	if err != nil && r.slot != noSlot {
		x.vacate(h, r.slot)
	}
	if err == nil && r.speaks {
		x.keepSoon() // what it will say
	}
	if limit := a.Launch.Process.Limits.Memory; limit > 0 && err == nil && !x.controls("memory") {
		x.limitMemory(spec.Token, def.ID, a.Worker, limit)
	}
	if ready != nil {
		ready.write.Close()
		x.beside.Go(func() { x.awaitNewline(ready, r, spec.Token) }) // where nothing was started it ends at once
	}
	return err
}

// start enters a run and spawns it.
func (x *Executor) start(spec process.Spec, r *run) error {
	if err := x.place(&spec, r); err != nil {
		return err
	}
	x.allowCores(&spec)
	if err := x.enterCgroup(&spec, r); err != nil {
		x.takeAway(r)
		return err
	}
	if spec.Cgroup != nil {
		defer spec.Cgroup.Close()
	}
	x.mu.Lock()
	r.exit = x.exits.take()
	r.contained = spec.Namespaces != nil
	x.runs[spec.Token] = r
	x.mu.Unlock()
	exits := x.exitDirectory()
	spec.ExitFile = filepath.Join(exits, strconv.Itoa(r.exit))
	_, err := x.trees.Spawn(spec)
	if isMissing(err) && os.MkdirAll(exits, 0o700) == nil { // somebody has cleaned up
		_, err = x.trees.Spawn(spec)
	}
	if err != nil {
		x.mu.Lock()
		delete(x.runs, spec.Token)
		x.exits.release(r.exit)
		x.mu.Unlock()
		x.leaveCgroup(r)
		x.takeAway(r)
		return err
	}
	return nil
}

// had is what a start has read.
type had struct {
	secrets  *secrets // nil: it has none
	contents units.Contents
}

// spec puts together what a program is started with, but for its output.
func (x *Executor) spec(h *holding, def *units.Unit, a lifecycle.Action, stored *notify.Passed) (process.Spec, had, error) {
	launch := a.Launch
	name := programName(def.ID, launch.WorkerIndex)
	argv := launch.Program.Command
	if a.Hook != lifecycle.NoHook {
		argv = hookCommand(launch, a.Hook, a.Index)
		name = fmt.Sprintf("%s %s hook %d", name, a.Hook, a.Index+1)
	}
	return x.specOf(h, def, a, name, argv, stored)
}

// specOf is spec for a given command, which runs as the action says.
func (x *Executor) specOf(h *holding, def *units.Unit, a lifecycle.Action, name string, argv []string, stored *notify.Passed) (process.Spec, had, error) {
	launch := a.Launch
	spec := process.Spec{
		Token: a.Run, Name: name, Args: argv, Dir: h.directory(a.Generation),
		Umask: int(launch.Process.Umask), NoNewPrivs: launch.Process.Sandbox.NoNewPrivileges,
	}
	secrets, err := x.secretsOf(launch, spec.Dir)
	if err != nil {
		return spec, had{}, err
	}
	env, err := x.environment(def, a, spec.Dir, secrets)
	if err != nil {
		return spec, had{}, err
	}
	if a.Hook == lifecycle.NoHook {
		if err := h.files(&spec, env, a, stored); err != nil {
			return spec, had{}, err
		}
		if launch.Process.Watchdog > 0 {
			spec.PIDVars = append(spec.PIDVars, "WATCHDOG_PID")
		}
	}
	spec.Env = env.list()
	if spec.Path, err = process.LookPath(argv[0], env.path(), spec.Dir); err != nil {
		return spec, had{}, err
	}
	if err := limit(&spec, launch.Process.Limits); err != nil {
		return spec, had{}, err
	}
	err = x.contain(&spec, launch.Process, launch.Socket, mainOf(a))
	return spec, had{secrets, x.contents(env, launch.Program, secrets)}, err
}

// contents are those of the files that a start has read.
func (x *Executor) contents(env *environment, program units.Program, s *secrets) units.Contents {
	read := units.Process{EnvFiles: env.files}
	for i, secret := range program.Secrets {
		if s != nil && secret.File != "" {
			read.SecretFiles = append(read.SecretFiles, units.SecretFile{Secret: secret.Name, Path: secret.File, Digest: x.config.Digest(string(s.files[i].Content))})
		}
	}
	return read.Contents()
}

// hookCommand is the argv of a hook.
func hookCommand(l *lifecycle.Launch, kind lifecycle.HookKind, index int) []string {
	switch kind {
	case lifecycle.PreStart:
		return l.Program.PreStart[index]
	case lifecycle.PostStart:
		return l.Program.PostStart[index]
	case lifecycle.PreStop:
		return l.Program.PreStop[index]
	case lifecycle.PostStop:
		return l.Program.PostStop[index]
	}
	return l.Program.ReloadCommand
}

// files hands over the listening sockets and what is stored, as sd_listen_fds(3) describes.
func (h *holding) files(spec *process.Spec, env *environment, a lifecycle.Action, stored *notify.Passed) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var names []string
	for _, listen := range a.Launch.Listen {
		file, err := h.find(listen).socketFor(a.Slot)
		if err != nil {
			return fmt.Errorf("listen %q: %w", listen.Name, err)
		}
		if file == nil {
			return fmt.Errorf("listen %q: its socket is not open", listen.Name)
		}
		spec.Files = append(spec.Files, file)
		names = append(names, listen.Name)
	}
	spec.FDs, names = stored.FDs, append(names, stored.Names...)
	if len(names) == 0 {
		return nil
	}
	list, err := socket.Environ(names)
	if err != nil {
		return err
	}
	env.addList(list)
	spec.PIDVars = append(spec.PIDVars, "LISTEN_PID")
	return nil
}

// beginsRun: what a hook before the start writes explains why there was none, and the program what came after.
func beginsRun(hook lifecycle.HookKind) bool {
	return hook == lifecycle.NoHook || hook == lifecycle.PreStart
}

// LogPath is the file that a unit, or a worker of it, writes its output to. written is what the `log` block
// says, "" for the default.
func (x *Executor) LogPath(def *units.Unit, worker int, directory, written string) string {
	switch {
	case written == "" || written == x.defaultLog(def):
		return journal.Path(x.config.Log, programName(def.ID, worker))
	case filepath.IsAbs(written):
		return written
	}
	return filepath.Join(directory, written)
}

// defaultLog is the path that the unit language gives where a file names none. Workers write to files of
// their own all the same.
func (x *Executor) defaultLog(def *units.Unit) string {
	return filepath.Join(x.config.Log, units.LogName(def.ID))
}

// programName is how people call a unit or a worker: "app.api", "pool.api/2".
func programName(id units.ID, worker int) string {
	if worker == 0 {
		return string(id)
	}
	return fmt.Sprintf("%s/%d", id, worker)
}

// LastOutput gives the last lines that the present or last run of a unit (worker 0) or of a pool's worker, by
// its key, has written; at most n.
func (x *Executor) LastOutput(unit units.ID, worker, n int) []string {
	h := x.holdingOf(unit)
	if h == nil {
		return nil
	}
	h.mu.Lock()
	o := h.outputs[worker]
	h.mu.Unlock()
	return x.lines(unit, o, n)
}

// LatestOutput gives the last lines of the run of a unit that was started last, whichever worker it was.
func (x *Executor) LatestOutput(unit units.ID, n int) []string {
	h := x.holdingOf(unit)
	if h == nil {
		return nil
	}
	h.mu.Lock()
	o := h.latest
	h.mu.Unlock()
	return x.lines(unit, o, n)
}

func (x *Executor) holdingOf(unit units.ID) *holding {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.holdings[unit]
}

// lines reads the end of an output; the zero output is that of a run that never came to write.
func (x *Executor) lines(unit units.ID, o output, n int) []string {
	if o.path == "" {
		return nil
	}
	x.capture.Settle()
	lines, err := x.config.Logs.LastLines(o.path, o.from, n)
	if err != nil {
		x.config.Logger.Warn("read last output", "unit", unit, "error", err)
	}
	return lines
}
