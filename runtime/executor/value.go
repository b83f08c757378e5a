package executor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"unitd/policy/checkout"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// What a command of a pipeline prints may be asked for as a value. It goes to a file, so that it outlives the manager; what
// prints more than a value may hold is ended.

const (
	// maxValue bounds a value.
	maxValue = checkout.MaxStdout
	// valuePause is between two looks at how long a value has become.
	valuePause = 250 * time.Millisecond
	// keptValues is how many of a unit stay: a manager that dies may not have recorded that it has read the last.
	keptValues = 4
)

// errLongValue says why a command was ended.
var errLongValue = fmt.Errorf("it printed more than %d KiB, which is no value", maxValue>>10)

// valuePath is the file of a run's value.
func (x *Executor) valuePath(unit units.ID, run uint64) string {
	return filepath.Join(x.config.Runtime, "values", sourceOf(string(unit))+"."+strconv.FormatUint(run, 10))
}

// openValue opens the file for what a run prints.
func (x *Executor) openValue(unit units.ID, run uint64) (*os.File, error) {
	path := x.valuePath(unit, run)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	x.dropValues(unit, keptValues-1)
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o600)
}

// dropValues removes the oldest values of a unit; the numbers of runs only grow.
func (x *Executor) dropValues(unit units.ID, keep int) {
	prefix := sourceOf(string(unit)) + "."
	directory := filepath.Dir(x.valuePath(unit, 0))
	entries, err := os.ReadDir(directory)
	if err != nil {
		return
	}
	var runs []uint64
	for _, entry := range entries {
		if number, ours := strings.CutPrefix(entry.Name(), prefix); ours {
			if run, err := strconv.ParseUint(number, 10, 64); err == nil {
				runs = append(runs, run)
			}
		}
	}
	slices.Sort(runs)
	for _, run := range runs[:max(len(runs)-keep, 0)] {
		os.Remove(x.valuePath(unit, run))
	}
}

// value is what a run has printed, as far as that is a value.
func (x *Executor) value(unit units.ID, run uint64) (string, error) {
	path := x.valuePath(unit, run)
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read what it printed: %w", err)
	}
	if info.Size() > maxValue {
		return "", errLongValue
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// watchValue ends a run that prints too much.
func (x *Executor) watchValue(ctx context.Context, unit units.ID, token uint64) {
	tick := time.NewTicker(valuePause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		x.mu.Lock()
		r := x.runs[token]
		x.mu.Unlock()
		if r == nil {
			return
		}
		if _, err := x.value(unit, token); errors.Is(err, errLongValue) {
			killing, cancel := context.WithTimeout(ctx, killTime)
			_, _ = x.trees.Kill(killing, token) // what outlives that is told as of any other run
			cancel()
			return
		}
	}
}

// lastLines is how many lines are told of what a pipeline's command has written.
const lastLines = 10

// concludes adds to the end of a pipeline's command what it has printed. Wanted says that it is a value.
func (x *Executor) concludes(unit units.ID, ev *lifecycle.Event, wanted bool) {
	ev.Lines = x.LastOutput(unit, 0, lastLines)
	if !wanted {
		return
	}
	var err error
	if ev.Output, err = x.value(unit, ev.Run); err != nil {
		ev.Err = err.Error()
	}
}

// dropLog removes the logs of a pipeline's run.
func (x *Executor) dropLog(a lifecycle.Action) {
	logs := a.Launch.Process.Log
	for _, path := range []string{logs.Stdout, logs.Stderr} {
		if !filepath.IsAbs(path) {
			continue
		}
		if err := x.config.DropLog(path); err != nil {
			x.config.Logger.Warn("remove the log of a run", "error", err)
		}
	}
}
