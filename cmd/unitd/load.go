package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"unitd/internal/dirs"
	"unitd/internal/version"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/host"
	"unitd/runtime/journal"
	"unitd/runtime/state"
	"unitd/units"
)

// loaded is what was read before anything is made: the unit files, and what people have said beside them.
type loaded struct {
	dirs    dirs.Dirs
	host    *host.Host
	boot    time.Time
	set     *units.Set
	problem string // why the unit files did not load; "": they did

	loads   chan struct{} // gets a value after each load, unless one waits there already
	unsaved chan struct{} // gets a value after each change of saved, unless one waits there already

	mu       sync.Mutex
	saved    state.Overrides
	envFiles []string // of the last load
}

// load reads everything. Bad unit files are no error: the units of the last good load run, or none.
func load(o options, d dirs.Dirs, stderr io.Writer, log *slog.Logger) (*loaded, error) {
	l := &loaded{dirs: d, loads: make(chan struct{}, 1), unsaved: make(chan struct{}, 1)}
	bootID, err := state.BootID()
	if err != nil {
		return nil, err
	}
	if l.boot, err = state.BootTime(); err != nil {
		return nil, err
	}
	if l.saved, err = state.LoadOverrides(d.State, bootID); err != nil {
		log.Warn("overrides by enable, disable and scale are lost", "error", err)
	}
	l.saved.Shutdown = false
	if l.saved.Vars == nil {
		l.saved.Vars = map[string]string{}
	}
	for name, value := range o.vars {
		l.saved.Vars[name] = value
	}
	if l.host, err = host.New(units.Paths{Units: d.Units, Runtime: d.Runtime, State: d.State, Log: d.Log()}); err != nil {
		return nil, err
	}
	set, warnings, err := l.load()
	if err != nil {
		l.problem = err.Error()
		fmt.Fprintln(stderr, l.problem)
		log.Error("the unit files have errors; the units of the last good load run", "directory", d.Units)
		l.set = l.lastGood(log)
	} else {
		l.set = set
		if warnings != "" {
			fmt.Fprintln(stderr, warnings)
		}
		l.applied(set)
	}
	return l, l.saved.Save(d.State)
}

// load reads the unit files as they are now.
func (l *loaded) load() (set *units.Set, warnings string, err error) {
	if _, err := os.Stat(l.dirs.Units); errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("load units: directory %s does not exist; create it and put .hcl files there, or name another with --units", l.dirs.Units)
	}
	return l.loadFrom(os.DirFS(l.dirs.Units))
}

func (l *loaded) loadFrom(files fs.FS) (*units.Set, string, error) {
	l.mu.Lock()
	vars := l.saved.Clone().Vars
	l.mu.Unlock()
	set, diags := units.Load(files, l.host, units.Inputs{Vars: vars, Version: version.Version})
	poke(l.loads)
	l.mu.Lock()
	l.envFiles = envFiles(set)
	l.mu.Unlock()
	var text strings.Builder
	if err := units.WriteDiagnostics(&text, diags, set.Sources, 0, false); err != nil {
		return nil, "", err
	}
	if diags.HasErrors() {
		return nil, "", errors.New(strings.TrimSpace(text.String()))
	}
	return set, strings.TrimSpace(text.String()), nil
}

// envFiles are the files outside of the unit directory whose contents count as part of the units.
func envFiles(set *units.Set) []string {
	var paths []string
	for _, u := range set.Units {
		process := u.Process()
		if process == nil {
			continue
		}
		for _, file := range process.EnvFiles {
			path := file.Path
			if !filepath.IsAbs(path) {
				path = filepath.Join(process.Directory, path)
			}
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// fingerprint changes when the unit files may have changed, or what they read. It looks at sizes and times of
// modification only, so that a status costs no load.
func (l *loaded) fingerprint() string {
	var b strings.Builder
	add := func(path string, info fs.FileInfo) {
		fmt.Fprintf(&b, "%s %d %d %o\n", path, info.Size(), info.ModTime().UnixNano(), info.Mode())
	}
	root, err := filepath.EvalSymlinks(l.dirs.Units)
	if err != nil {
		return ""
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := os.Stat(path)
		if err == nil {
			add(path, info)
		}
		return nil
	})
	if err != nil {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, path := range l.envFiles {
		if info, err := os.Stat(path); err == nil {
			add(path, info)
		}
	}
	return b.String()
}

// lastGood is the set that loaded last; an empty one where there is none.
func (l *loaded) lastGood(log *slog.Logger) *units.Set {
	sources, err := state.LoadSources(l.dirs.State)
	if err == nil {
		var set *units.Set
		if set, _, err = l.loadFrom(inMemory(sources)); err == nil {
			return set
		}
	}
	log.Warn("there is no last good load, so no units run", "error", err)
	empty := units.NewSet()
	empty.Manager.ControlMode = 0o700
	return empty
}

// inMemory makes a file system of files.
func inMemory(sources map[string][]byte) fs.FS {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for name, content := range sources {
		// A bytes.Buffer takes everything.
		if file, err := w.Create(name); err == nil {
			file.Write(content) //nolint:errcheck // see above
		}
	}
	w.Close() //nolint:errcheck // see above
	reader, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil {
		return os.DirFS("/nonexistent")
	}
	return reader
}

// applied keeps a set as the last good load.
func (l *loaded) applied(set *units.Set) {
	if err := state.SaveSources(l.dirs.State, set.Sources); err != nil {
		slog.Warn("keep the last good load", "error", err)
	}
}

// overrides are the saved ones, without those whose value has changed in the unit files.
func (l *loaded) overrides() engine.Overrides {
	o := engine.Overrides{Enabled: map[units.ID]bool{}, Workers: map[units.ID]int{}, Stopped: map[units.ID]bool{}}
	for text, e := range l.saved.Enabled {
		if u := l.set.Units[units.ID(text)]; u != nil && u.Enabled == e.Declared {
			o.Enabled[u.ID] = e.Enabled
		}
	}
	for text, w := range l.saved.Workers {
		if u := l.set.Units[units.ID(text)]; u != nil && u.Pool != nil && u.Pool.Workers == w.Declared {
			o.Workers[u.ID] = w.Workers
		}
	}
	for _, text := range l.saved.Stopped {
		o.Stopped[units.ID(text)] = true
	}
	return o
}

// persist takes the engine's overrides to be saved. It is called in the engine's loop, which must not wait for
// a disk: save does.
func (l *loaded) persist(o engine.Overrides, set *units.Set) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.saved.Enabled, l.saved.Workers, l.saved.Stopped = map[string]state.EnabledOverride{}, map[string]state.WorkersOverride{}, nil
	for id, enabled := range o.Enabled {
		if u := set.Units[id]; u != nil {
			l.saved.Enabled[string(id)] = state.EnabledOverride{Enabled: enabled, Declared: u.Enabled}
		}
	}
	for id, workers := range o.Workers {
		if u := set.Units[id]; u != nil && u.Pool != nil {
			l.saved.Workers[string(id)] = state.WorkersOverride{Workers: workers, Declared: u.Pool.Workers}
		}
	}
	for id := range o.Stopped {
		l.saved.Stopped = append(l.saved.Stopped, string(id))
	}
	slices.Sort(l.saved.Stopped)
	poke(l.unsaved)
}

// save writes the overrides after every change until ctx ends, and what has changed by then.
func (l *loaded) save(ctx context.Context, log *slog.Logger) error {
	for {
		select {
		case <-l.unsaved:
			l.saveNow(log)
		case <-ctx.Done():
			select {
			case <-l.unsaved:
				l.saveNow(log)
			default:
			}
			return nil
		}
	}
}

func (l *loaded) saveNow(log *slog.Logger) {
	l.mu.Lock()
	saved := l.saved.Clone()
	l.mu.Unlock()
	if err := saved.Save(l.dirs.State); err != nil {
		log.Error("save what enable, disable, scale and stop have said; it is forgotten when the manager ends", "error", err)
	}
}

// poke puts a value into a channel unless one waits there already.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// markShutdown notes that the manager ends on purpose.
func (l *loaded) markShutdown(log *slog.Logger) {
	l.mu.Lock()
	l.saved.Shutdown = true
	l.mu.Unlock()
	l.saveNow(log)
}

func (l *loaded) readEnvFile(path string) ([]units.EnvVar, error) { return l.host.ReadEnvFile(path) }

// report takes events to the engine, which is made after the executor.
func (l *loaded) report(link *link) func(units.ID, lifecycle.Event) {
	return func(id units.ID, ev lifecycle.Event) { link.engine.Post(id, ev) }
}

// recorder writes every change of state to the event log, and to the manager's own.
func recorder(events *journal.Events, log *slog.Logger) func(engine.Transition) {
	return func(t engine.Transition) {
		name := string(t.Unit)
		if t.Worker > 0 {
			name = fmt.Sprintf("%s/%d", name, t.Worker)
		}
		events.Append(journal.Event{
			At: t.At, Unit: name, Event: t.Active + " (" + t.Sub + ")", Reason: t.Reason, Invocation: t.Invocation, PID: t.PID,
		})
		level := slog.LevelDebug // the event log has all
		switch {
		case t.Active == "failed" || t.Sub == "auto-restart":
			level = slog.LevelWarn
		case t.Active == "active" || t.Active == "inactive":
			level = slog.LevelInfo
		}
		log.Log(context.Background(), level, t.Active+" ("+t.Sub+")", "unit", name, "reason", t.Reason)
	}
}

// chance is a random number in [0,1).
func chance() float64 { return mathrand.Float64() }

// invocation is a fresh INVOCATION_ID: 128 random bits in hex, as systemd makes them.
func invocation() string {
	var id [16]byte
	rand.Read(id[:]) //nolint:errcheck // crypto/rand never fails
	return hex.EncodeToString(id[:])
}

// openOwnLog opens STATE/log/unitd.log.
func openOwnLog(d dirs.Dirs) (*os.File, error) {
	if err := state.Prepare("log directory", filepath.Dir(ownLog(d))); err != nil {
		return nil, err
	}
	return journal.Open(ownLog(d))
}
