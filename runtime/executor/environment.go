package executor

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"unitd/policy/lifecycle"
	"unitd/runtime/credential"
	"unitd/units"
)

// environment is the variables of one start; a later value replaces an earlier one.
type environment struct {
	values map[string]string
	files  []units.EnvFile // that values came from, with digests of these
}

func (e *environment) set(name, value string) { e.values[name] = value }

// path is where programs are looked up.
func (e *environment) path() string { return e.values["PATH"] }

func (e *environment) addList(list []string) {
	for _, entry := range list {
		name, value, _ := strings.Cut(entry, "=")
		e.set(name, value)
	}
}

// list gives NAME=VALUE entries, sorted.
func (e *environment) list() []string {
	list := make([]string, 0, len(e.values))
	for name, value := range e.values {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// baseEnvironment is what every program has, whatever the environment of the manager (LANGUAGE: app, env).
func (x *Executor) baseEnvironment(pathPrepend []string) *environment {
	account := x.config.Account
	e := &environment{values: map[string]string{
		"HOME": account.Home, "USER": account.Name, "LOGNAME": account.Name, "SHELL": "/bin/sh",
		"PATH": strings.Join(units.SearchPath(account.Home, pathPrepend), ":"), "LANG": "C.UTF-8",
	}}
	if x.config.Timezone != "" {
		e.set("TZ", x.config.Timezone)
	}
	return e
}

// given adds what the unit file gives: env, then env_file, which wins, as in systemd.exec(5).
func (x *Executor) given(e *environment, process *units.Process, program units.Program, directory string) error {
	for _, v := range program.Env {
		e.set(v.Name, v.Value)
	}
	values, files, err := x.envFiles(process, directory)
	for _, v := range values {
		e.set(v.Name, v.Value)
	}
	e.files = files
	return err
}

// envFiles reads the env_files of a program, the first that cannot be read being the error.
func (x *Executor) envFiles(process *units.Process, directory string) ([]units.EnvVar, []units.EnvFile, error) {
	var all []units.EnvVar
	var files []units.EnvFile
	for _, file := range process.EnvFiles {
		path := file.Path
		if !filepath.IsAbs(path) {
			path = filepath.Join(directory, path)
		}
		values, err := x.config.ReadEnvFile(path)
		if err != nil && (file.Required || !isMissing(err)) {
			return all, files, err
		}
		all = append(all, values...)
		read := units.EnvFile{Path: file.Path, Digests: map[string]string{}}
		for _, v := range values {
			read.Digests[v.Name] = x.config.Digest(v.Value)
		}
		files = append(files, read)
	}
	return all, files, nil
}

// EnvFileNames are the names of the variables that the env_files of a program give now, as far as they can
// be read. Their values are sensitive.
func (x *Executor) EnvFileNames(process *units.Process) []string {
	values, _, err := x.envFiles(process, process.Directory)
	if err != nil {
		x.config.Logger.Warn("read env_file", "error", err)
	}
	names := make([]string, 0, len(values))
	for _, v := range values {
		names = append(names, v.Name)
	}
	return names
}

// environment is what a program or hook of a unit starts with.
func (x *Executor) environment(def *units.Unit, a lifecycle.Action, directory string, secrets *secrets) (*environment, error) {
	launch := a.Launch
	e := x.baseEnvironment(launch.Process.PathPrepend)
	if err := x.given(e, launch.Process, launch.Program, directory); err != nil {
		return nil, err
	}
	if secrets != nil {
		e.set("CREDENTIALS_DIRECTORY", secrets.directory)
		if err := e.addSecrets(launch.Program, secrets.files); err != nil {
			return nil, err
		}
	}
	e.set("UNIT_NAME", programName(def.ID, launch.WorkerIndex))
	e.set("INVOCATION_ID", launch.Invocation)
	if launch.WorkerIndex > 0 {
		e.set("WORKER_INDEX", strconv.Itoa(launch.WorkerIndex))
	}
	if launch.Port > 0 {
		e.set("PORT", strconv.Itoa(launch.Port))
	}
	if notifies(launch.Process) {
		e.set("NOTIFY_SOCKET", x.NotifySocket())
	}
	if launch.Cause != nil {
		e.addList(causeOf(*launch.Cause))
	}
	if a.Hook == lifecycle.NoHook && launch.Process.FDStoreMax > 0 {
		e.set("FDSTORE", strconv.Itoa(launch.Process.FDStoreMax))
	}
	if a.Hook == lifecycle.NoHook && launch.Process.Watchdog > 0 {
		e.set("WATCHDOG_USEC", strconv.FormatInt(launch.Process.Watchdog.Microseconds(), 10))
	}
	switch a.Hook {
	case lifecycle.ReloadHook, lifecycle.PreStop, lifecycle.PostStart:
		if pid := x.mainPID(launch); pid > 0 {
			e.set("MAINPID", strconv.Itoa(pid))
		}
	case lifecycle.PostStop:
		e.addList(serviceResult(launch.Outcome))
	}
	return e, nil
}

// mainPID is the main process as a hook beside it knows it, which is in the same pid namespace.
func (x *Executor) mainPID(launch *lifecycle.Launch) int {
	if launch.MainPID == 0 {
		return 0
	}
	if inner, err := x.trees.Inner(launch.Main); err == nil {
		return inner
	}
	return launch.MainPID
}

// notifies reports a program that has something to say by sd_notify(3).
func notifies(p *units.Process) bool {
	return p.Type == units.TypeNotify || p.Type == units.TypeNotifyReload || p.Watchdog > 0 || p.FDStoreMax > 0
}

// NotifySocket is the path of the sd_notify socket.
func (x *Executor) NotifySocket() string { return filepath.Join(x.config.Runtime, "notify.sock") }

// Environment is what a program of the unit would start with now, but for what differs from start to start, and its
// secrets. The worker of the scope is nil outside a pool.
func (x *Executor) Environment(def *units.Unit, process *units.Process, program units.Program, scope units.Scope) ([]string, []credential.File, error) {
	if process == nil {
		return x.baseEnvironment(nil).list(), nil, nil
	}
	e := x.baseEnvironment(process.PathPrepend)
	if err := x.given(e, process, program, process.Directory); err != nil {
		return nil, nil, err
	}
	files, err := x.Secrets(program, process.Directory)
	if err == nil {
		err = e.addSecrets(program, files)
	}
	if err != nil {
		return nil, nil, err
	}
	if scope.Credentials != "" {
		e.set("CREDENTIALS_DIRECTORY", scope.Credentials)
	}
	worker := scope.Worker
	if worker == nil {
		e.set("UNIT_NAME", string(def.ID))
		return e.list(), files, nil
	}
	e.set("UNIT_NAME", programName(def.ID, worker.Index))
	e.set("WORKER_INDEX", strconv.Itoa(worker.Index))
	if worker.Port > 0 {
		e.set("PORT", strconv.Itoa(worker.Port))
	}
	return e.list(), files, nil
}
