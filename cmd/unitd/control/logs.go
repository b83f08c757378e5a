package control

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/policy/retention"
	"unitd/runtime/engine"
	"unitd/runtime/journal"
	"unitd/runtime/rotation"
	"unitd/units"
)

// source is whose output a log file holds.
type source struct {
	unit   string
	worker int
}

// Logs emits the last lines of the units' output, and with Follow those that come.
func (m *Manager) Logs(ctx context.Context, query protocol.LogQuery, emit func(protocol.LogLine) error) (cursor string, err error) {
	sources := map[string]source{}
	var paths []string
	add := func(model *engine.Model, id units.ID, worker int) {
		for _, path := range m.writtenBy(model.Definition(id), worker) {
			known, shared := sources[path]
			switch {
			case !shared:
				sources[path] = source{string(id), worker}
				paths = append(paths, path)
			case known.worker != worker:
				sources[path] = source{known.unit, 0} // a file of the unit file's choice, where lines mix
			}
		}
	}
	var failure error
	err = m.Engine.Call(ctx, func(model *engine.Model) {
		var names []ipc.Name
		runs, others := runsAmong(model, query.Units)
		for _, run := range runs {
			if _, err := runOf(model, run.ID, run.Worker); err != nil && !m.hasLog(model, run) {
				failure = err
				return
			}
			add(model, run.ID, run.Worker)
		}
		if len(others) == 0 && len(runs) > 0 {
			return
		}
		if names, failure = resolve(model, others); failure != nil {
			return
		}
		for _, name := range names {
			if err := present(model, name); err != nil && !m.hasLog(model, name) {
				failure = err
				return
			}
			for _, worker := range writers(model, name) {
				add(model, name.ID, worker)
			}
		}
	})
	if err := cmp.Or(err, failure); err != nil {
		return "", err
	}
	read := journal.Query{Paths: paths, Last: query.Lines, Since: query.Since, Until: query.Until, Follow: query.Follow}
	if query.Grep != "" {
		pattern, err := regexp.Compile(query.Grep)
		if err != nil {
			return "", protocol.BadRequest("grep is no regular expression: %v", err)
		}
		read.Match = pattern.MatchString
	}
	if query.Cursor != "" {
		if read.From, err = readCursor(query.Cursor, paths); err != nil {
			return "", protocol.BadRequest("%v", err)
		}
	}
	m.Executor.Settle()
	stopped, err := m.Config.Logs.ReadOn(ctx, read, func(line journal.Line) error {
		from := sources[line.Path]
		return emit(protocol.LogLine{Unit: from.unit, Worker: from.worker, Time: line.At, Stream: line.Stream, Text: line.Text})
	})
	return writeCursor(stopped), err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// runsAmong finds the runs of pipelines among names ("deploy/17"), which stand in place of the worker, and the other names.
func runsAmong(model *engine.Model, names []string) (runs []ipc.Name, others []string) {
	known := ipc.NewNames(model.Set())
	for _, name := range names {
		if id, run, ok := known.ResolveRun(name); ok {
			runs = append(runs, ipc.Name{ID: id, Worker: run})
		} else {
			others = append(others, name)
		}
	}
	return runs, others
}

// hasLog tells whether a unit, worker or run has left output, though it may be known no more.
func (m *Manager) hasLog(model *engine.Model, name ipc.Name) bool {
	return slices.ContainsFunc(m.output(model.Definition(name.ID), name.Worker), exists)
}

// writers are the workers whose output a name means; 0 is the unit itself. Of a pipeline it is the newest run that has begun.
func writers(model *engine.Model, name ipc.Name) []int {
	u := model.Unit(name.ID)
	switch {
	case name.Worker != 0:
		return []int{name.Worker}
	case u.Pipeline != nil:
		for _, number := range begunRuns(model, name.ID) {
			return []int{number}
		}
		return nil
	case u.Pool == nil:
		return []int{0}
	}
	count := max(u.Pool.Count, model.Definition(name.ID).Pool.Workers)
	var list []int
	for index := 1; index <= count; index++ {
		list = append(list, index)
	}
	return list
}

// writtenBy are the files that a unit or worker writes to; none for a kind without a process. Those that a program opens
// itself are the unit's, whichever worker writes them.
func (m *Manager) writtenBy(def *units.Unit, worker int) []string {
	paths := m.output(def, worker)
	if process := def.Process(); process != nil {
		paths = append(paths, process.Log.Files...)
	}
	return paths
}

// output are the files that the output of a unit, worker or run of a pipeline goes to.
func (m *Manager) output(def *units.Unit, worker int) []string {
	process := def.Process()
	if process == nil {
		return nil
	}
	files := []string{process.Log.Stdout}
	if e := process.Log.Stderr; e != "" && e != "same" {
		files = append(files, e)
	}
	for i, file := range files {
		if def.Pipeline != nil {
			files[i] = m.Executor.LogPath(def, 0, process.Directory, lifecycle.RunLog(file, worker))
		} else {
			files[i] = m.Executor.LogPath(def, worker, process.Directory, file)
		}
	}
	return files
}

// KeepLogs has the logs of all units that are in force kept within the bounds that their `log` blocks set.
func (m *Manager) KeepLogs(ctx context.Context) error {
	files := []rotation.File{{Path: filepath.Join(m.Dirs.Log(), "unitd.log"), Rules: retention.Defaults()}}
	var most int64
	err := m.Engine.Call(ctx, func(model *engine.Model) {
		most = model.Set().Manager.LogsMaxTotal
		for _, id := range model.IDs() {
			def := model.Definition(id)
			process := def.Process()
			if process == nil {
				continue
			}
			m.Executor.Relog(id, process.Log)
			kept := rotation.File{Unit: string(id), Rules: retention.RulesOf(process.Log), Captured: process.Log.Captured()}
			workers := begunRuns(model, id)
			if def.Pipeline == nil {
				workers = writers(model, ipc.Name{ID: id})
			}
			for _, worker := range workers {
				for _, path := range m.output(def, worker) {
					kept.Path = path
					files = append(files, kept)
				}
			}
			kept.Foreign, kept.Captured = true, false
			for _, path := range process.Log.Files {
				kept.Path = path
				files = append(files, kept)
			}
		}
	})
	if err == nil {
		m.Keeper.Set(files, most)
	}
	return err
}
