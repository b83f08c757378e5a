package control

import (
	"context"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/runtime/journal"
	"unitd/units"
)

// source is whose output a log file holds.
type source struct {
	unit   string
	worker int
}

// Logs emits the last lines of the units' output, and with Follow those that come.
func (m *Manager) Logs(ctx context.Context, query protocol.LogQuery, emit func(protocol.LogLine) error) error {
	sources := map[string]source{}
	var paths []string
	err := m.look(ctx, query.Units, func(model *engine.Model, names []ipc.Name) error {
		for _, name := range names {
			for _, worker := range writers(model, name) {
				for _, path := range m.logFiles(model.Definition(name.ID), worker) {
					known, shared := sources[path]
					switch {
					case !shared:
						sources[path] = source{string(name.ID), worker}
						paths = append(paths, path)
					case known.worker != worker:
						sources[path] = source{known.unit, 0} // a file of the unit file's choice, where lines mix
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	read := journal.Tail
	if query.Follow {
		read = journal.Follow
	}
	return read(ctx, paths, query.Lines, func(line journal.Line) error {
		from := sources[line.Path]
		return emit(protocol.LogLine{Unit: from.unit, Worker: from.worker, Text: line.Text})
	})
}

// writers are the workers whose output a name means; 0 is the unit itself.
func writers(model *engine.Model, name ipc.Name) []int {
	u := model.Unit(name.ID)
	switch {
	case name.Worker != 0:
		return []int{name.Worker}
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

// logFiles are the files that a unit or worker writes to; none for a kind without a process.
func (m *Manager) logFiles(def *units.Unit, worker int) []string {
	process := def.Process()
	if process == nil {
		return nil
	}
	paths := []string{m.Executor.LogPath(def, worker, process.Directory, process.Log.Stdout)}
	if e := process.Log.Stderr; e != "" && e != "same" {
		paths = append(paths, m.Executor.LogPath(def, worker, process.Directory, e))
	}
	return paths
}
