package executor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/capture"
	"unitd/runtime/forward"
	"unitd/runtime/journal"
	"unitd/units"
)

// Where the output of programs goes: to a log file itself, or to FIFOs that runtime/capture reads.

// outputs opens where the output goes, and notes where that of this run begins.
func (x *Executor) outputs(h *holding, def *units.Unit, a lifecycle.Action) (stdout, stderr *os.File, err error) {
	logs := a.Launch.Process.Log
	paths := x.logPaths(def, a.Launch.WorkerIndex, h.directory(a.Generation), logs)
	if logs.Captured() {
		x.capture.Settle() // what is under way from an earlier run is not of this one
	}
	stdout, err = journal.Open(paths[0])
	if err != nil {
		return nil, nil, err
	}
	if a.Launch.Heading != "" {
		x.writeHeading(stdout, paths[0], a.Launch)
	}
	if beginsRun(a.Hook) {
		h.setOutput(a.Worker, output{paths[0], x.config.Logs.At(paths[0]).Begin(stdout)})
	}
	x.config.Writes(def.ID, paths[0], logs)
	stderr = stdout
	if paths[1] != paths[0] {
		if stderr, err = journal.Open(paths[1]); err != nil {
			return nil, nil, errors.Join(err, stdout.Close())
		}
		if beginsRun(a.Hook) {
			x.config.Logs.At(paths[1]).Begin(stderr)
		}
		x.config.Writes(def.ID, paths[1], logs)
	}
	if logs.Captured() {
		stdout.Close()
		stderr.Close() // twice, where it is the same, does no harm
		ends, err := x.capture.Open(x.captures(def, a.Launch.WorkerIndex, paths, logs), limitOf(logs))
		if err != nil {
			return nil, nil, err
		}
		stdout, stderr = ends[0], ends[1]
	}
	if !a.Launch.Value {
		return stdout, stderr, nil
	}
	value, err := x.openValue(def.ID, a.Run)
	if err != nil {
		return nil, nil, errors.Join(err, stdout.Close(), stderr.Close())
	}
	if stdout != stderr {
		stdout.Close()
	}
	return value, stderr, nil
}

// writeHeading says in a log what begins.
func (x *Executor) writeHeading(file *os.File, path string, launch *lifecycle.Launch) {
	text := "--- " + launch.Heading
	if launch.Process.Log.Captured() {
		x.writer.Write(path, time.Now(), journal.Manager, [][]byte{[]byte(text)})
		return
	}
	if _, err := file.WriteString(text + "\n"); err != nil {
		x.config.Logger.Warn("write to the log of a run", "log", path, "error", err)
	}
}

// logPaths are the files of both streams.
func (x *Executor) logPaths(def *units.Unit, worker int, directory string, logs units.Log) (paths [2]string) {
	paths[0] = x.LogPath(def, worker, directory, logs.Stdout)
	paths[1] = paths[0]
	if logs.Stderr != "" && logs.Stderr != "same" {
		paths[1] = x.LogPath(def, worker, directory, logs.Stderr)
	}
	return paths
}

func limitOf(logs units.Log) capture.Limit {
	return capture.Limit{Burst: logs.Burst, Interval: logs.Interval}
}

// captured says where the lines of sources go that are captured.
type captured struct {
	mu      sync.Mutex
	sources map[string]*sink
}

// sink is where the lines of a unit, or a worker of it, go.
type sink struct {
	unit    units.ID
	name    string    // as people call it
	paths   [2]string // of its logs, by stream
	forward []string
}

// captures enters where the lines of a unit or worker go, and gives the name of that source.
func (x *Executor) captures(def *units.Unit, worker int, paths [2]string, logs units.Log) (source string) {
	name := programName(def.ID, worker)
	source = sourceOf(name)
	x.captured.mu.Lock()
	defer x.captured.mu.Unlock()
	x.captured.sources[source] = &sink{unit: def.ID, name: name, paths: paths, forward: logs.Forward}
	return source
}

// sourceOf makes a name for files of that of a unit or worker, as its log has.
func sourceOf(name string) string {
	return strings.TrimSuffix(filepath.Base(journal.Path("/", name)), ".log")
}

func (x *Executor) sink(source string) (s sink, ok bool) {
	x.captured.mu.Lock()
	defer x.captured.mu.Unlock()
	if known := x.captured.sources[source]; known != nil {
		return *known, true
	}
	return s, false
}

func (s sink) path(stream string) string {
	if stream == journal.Stderr {
		return s.paths[1]
	}
	return s.paths[0]
}

// put writes what was captured.
func (x *Executor) put(b capture.Batch) {
	s, ok := x.sink(b.Source)
	if !ok {
		return
	}
	if b.Dropped > 0 {
		told := fmt.Appendf(nil, "%d lines were left out: rate_limit is %d in %s", b.Dropped, b.Limit.Burst, units.FormatDuration(b.Limit.Interval))
		b.Stream, b.Lines = journal.Manager, [][]byte{told}
	}
	x.writer.Write(s.path(b.Stream), b.At, b.Stream, b.Lines)
	for _, to := range s.forward {
		for _, line := range b.Lines {
			x.forward.Send(to, forward.Entry{Unit: s.name, Tag: b.Source, Stream: b.Stream, At: b.At, Text: string(line)})
		}
	}
}

// NotForwarded says which logs of the host do not get what a unit prints though they are to, and why; "": none.
func (x *Executor) NotForwarded(logs units.Log) string {
	var words []string
	for _, to := range logs.Forward {
		if why := x.forward.Missing(to); why != "" {
			words = append(words, "not forwarded to "+to+": "+why)
		}
	}
	return strings.Join(words, "; ")
}

// recall gives the last lines of a stream that were put.
func (x *Executor) recall(source, stream string, n int) []string {
	s, ok := x.sink(source)
	if !ok {
		return nil
	}
	lines, err := x.config.Logs.Recall(s.path(stream), stream, n)
	if err != nil {
		x.config.Logger.Warn("read what was captured last: a line may be in the log twice", "unit", s.unit, "error", err)
	}
	return lines
}

// Settle returns when the logs have all lines that programs have printed so far.
func (x *Executor) Settle() { x.capture.Settle() }

// Relog makes a changed `log` block count for what is captured already, but for where its log is.
func (x *Executor) Relog(unit units.ID, logs units.Log) {
	x.captured.mu.Lock()
	var changed []string
	for source, s := range x.captured.sources {
		if s.unit == unit && logs.Captured() {
			s.forward = logs.Forward
			changed = append(changed, source)
		}
	}
	x.captured.mu.Unlock()
	for _, source := range changed {
		x.capture.SetLimit(source, limitOf(logs))
	}
}

// forgetOutput says that nothing of a unit runs any more.
func (x *Executor) forgetOutput(unit units.ID) {
	x.capture.Settle() // so that those streams are closed
	x.captured.mu.Lock()
	var gone []string
	for source, s := range x.captured.sources {
		if s.unit == unit {
			gone = append(gone, source)
		}
	}
	x.captured.mu.Unlock()
	for _, source := range gone {
		if x.capture.Forget(source) {
			x.captured.mu.Lock()
			delete(x.captured.sources, source)
			x.captured.mu.Unlock()
		}
	}
}

// adoptOutput goes on capturing what programs write, or have left, that an earlier manager has started; kept are the sockets
// and FIFOs that were kept open.
func (x *Executor) adoptOutput(from *Inheritance, kept map[string]int) {
	for id, unit := range from.Units {
		h := x.holdingOf(id)
		for _, tree := range unit.Trees {
			if tree.Launch == nil || !tree.Launch.Process.Log.Captured() {
				continue
			}
			logs := tree.Launch.Process.Log
			paths := x.logPaths(unit.Definition, tree.Launch.WorkerIndex, h.directory(tree.Generation), logs)
			source := x.captures(unit.Definition, tree.Launch.WorkerIndex, paths, logs)
			open := func(stream string) (fd int, ok bool) {
				fd, ok = kept[outputKey+source+"."+stream]
				return fd, ok
			}
			if err := x.capture.Adopt(source, limitOf(logs), open); err != nil {
				x.config.Logger.Warn("go on capturing output", "unit", id, "error", err)
			}
		}
	}
	x.capture.Clear()
}
