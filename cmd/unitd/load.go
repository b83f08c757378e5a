package main

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"unitd/internal/dirs"
	"unitd/internal/version"
	"unitd/policy/access"
	"unitd/policy/lifecycle"
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
	current bool              // set is what the unit files say
	vars    map[string]string // --var of this start
	bootID  string

	jobs     *memories // of earlier managers
	guarded  guarded
	handover *handover    // nil: this process was none's
	program  string       // where the program of this process is found; "": that is not known
	started  time.Time    // of the first program in this process
	count    int          // of those that have handed over here
	failed   string       // why the one that was to take over from this one has not
	before   *predecessor // what the manager before this one has left; nil: it ended by itself
	salt     uint64       // what the names of its processes are mixed with, and those of this one
	outdated bool         // set is what it had in force, and the unit files say something else

	loads   chan struct{} // gets a value after each load or other large work, unless one waits there already
	unsaved chan struct{} // gets a value after each change of saved or unkept, unless one waits there already

	saving sync.Mutex // held while something is saved

	mu       sync.Mutex
	changed  bool // saved or unkept, since they were saved
	failing  bool // they could not be saved
	saved    state.Overrides
	unkept   map[string][]byte // unit files of the last good load, until they are saved
	files    []string          // their names
	envFiles []string          // of the last load
}

// load reads everything. Bad unit files are no error: the units of the last good load run, or none.
func load(o options, d dirs.Dirs, g guarded, h *handover, stderr io.Writer, log *slog.Logger) (*loaded, error) {
	l := &loaded{dirs: d, guarded: g, handover: h, program: programPath(h != nil || g.by), started: time.Now(), vars: o.vars, loads: make(chan struct{}, 1), unsaved: make(chan struct{}, 1)}
	var err error
	if l.bootID, err = state.BootID(); err != nil {
		return nil, err
	}
	if l.boot, err = state.BootTime(); err != nil {
		return nil, err
	}
	if g.by || h != nil && h.failed != "" {
		l.putBack(log)
	}
	l.jobs = loadMemories(d.State, log)
	if h != nil {
		err := l.goOn(h, log)
		return l, err
	}
	if l.saved, err = state.LoadOverrides(d.State, l.bootID); err != nil {
		log.Warn("overrides by enable, disable, scale and maintenance are lost", "error", err)
	}
	if l.host, err = host.New(units.Paths{Units: d.Units, Runtime: d.Runtime, State: d.State, Log: d.Log()}); err != nil {
		return nil, err
	}
	l.before, l.salt = readRecord(d.State, l.bootID, log)
	l.guarded.resume(l, l.saved.Shutdown)
	l.guarded.bury(l, log)
	set, warnings, err := l.load()
	if err == nil && l.before != nil {
		if l.set, l.outdated = l.inForce(set, log); l.outdated {
			l.mu.Lock()
			l.files = slices.Sorted(maps.Keys(l.set.Sources))
			l.mu.Unlock()
			l.saveFirst(log)
			return l, nil
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		l.set = l.lastGood(log.With("directory", d.Units, "error", firstLine(err)))
	} else {
		l.set, l.current = set, true
		if warnings != "" {
			fmt.Fprintln(stderr, warnings)
		}
		l.applied(set)
	}
	frugalBoot(len(l.set.Units))
	l.saveFirst(log)
	return l, nil
}

// putBack undoes an upgrade to a program that could not take over, or has died over it.
func (l *loaded) putBack(log *slog.Logger) {
	failed, err := putBack(l.program)
	switch {
	case err != nil:
		log.Error("the program that could not take over is the one that the next boot of the host starts", "program", l.program, "error", err)
	case failed != "":
		log.Warn("the program before is in its place again, and the one that could not take over is beside it", "program", l.program, "failed", failed)
	}
}

// goOn takes what the program before has handed over. Nothing is read but the unit files that were in force.
func (l *loaded) goOn(h *handover, log *slog.Logger) error {
	if h.BootID != l.bootID {
		return errors.New("take over: it was handed over in another boot of the host")
	}
	l.before, l.salt = &predecessor{state: h.saved, kept: h.Open.Kept}, h.Open.Salt
	l.saved, l.started, l.count, l.failed = h.Overrides, h.Started, h.Count, h.failed
	l.jobs = goOnWith(l.dirs.State, log, h.Memories)
	l.guarded.died = state.Deaths(l.dirs.State, l.bootID)
	var err error
	if l.host, err = host.New(units.Paths{Units: l.dirs.Units, Runtime: l.dirs.Runtime, State: l.dirs.State, Log: l.dirs.Log()}); err != nil {
		return err
	}
	if l.set, err = l.handedOver(h); err != nil {
		return fmt.Errorf("take over: the unit files in force cannot be loaded: %w", err)
	}
	l.mu.Lock()
	l.files = slices.Sorted(maps.Keys(l.set.Sources))
	l.mu.Unlock()
	frugalBoot(len(l.set.Units))
	return nil
}

// load reads the unit files as they are now.
func (l *loaded) load() (set *units.Set, warnings string, err error) {
	if _, err := os.Stat(l.dirs.Units); errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("load units: directory %s does not exist; create it and put .hcl files there, or name another with --units", l.dirs.Units)
	}
	return l.loadFrom(os.DirFS(l.dirs.Units), l.vars)
}

// loadFrom reads unit files with the variables of this start and, weaker, of the last good load. Files on which the
// parser panics are bad ones like others: they must not end the manager.
func (l *loaded) loadFrom(files fs.FS, vars map[string]string) (set *units.Set, warnings string, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			set, err = nil, fmt.Errorf("load units: panic: %v; please report it as a bug, with the unit files\n\n%s", failure, debug.Stack())
		}
	}()
	l.mu.Lock()
	kept := l.saved.Clone().Vars
	l.mu.Unlock()
	set, diags := units.Load(files, l.host, units.Inputs{Vars: vars, Kept: kept, Verbs: access.Words(), Version: version.Version})
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

// lastGood is the set that loaded last; an empty one where there is none.
func (l *loaded) lastGood(log *slog.Logger) *units.Set {
	sources, err := state.LoadSources(l.dirs.State)
	if err == nil {
		var set *units.Set
		// Without the variables of this start, which may be the mistake.
		sources = units.CompleteSources(sources, os.DirFS(l.dirs.Units))
		if set, _, err = l.loadFrom(inMemory(sources), nil); err == nil {
			log.Error("the unit files cannot be loaded: the units of the last good load run")
			return set
		}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		log = log.With("kept", firstLine(err))
	}
	log.Error("the unit files cannot be loaded, and no good load is kept: no units run")
	empty := units.NewSet()
	empty.Manager.ControlMode = 0o700
	return empty
}

// firstLine is what an error says, without the places and hints of diagnostics, and the warnings among them.
func firstLine(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	for line := range strings.Lines(err.Error()) {
		if strings.HasPrefix(line, "Error: ") {
			return strings.TrimSpace(line)
		}
	}
	return first
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

// applied keeps a set and its variables as the last good load.
func (l *loaded) applied(set *units.Set) {
	l.keepVars(set)
	l.mu.Lock()
	l.unkept, l.files = set.Keepable(), slices.Sorted(maps.Keys(set.Sources))
	l.changed = true
	l.mu.Unlock()
	poke(l.unsaved) // no start waits for a disk
}

// keepVars keeps what --var has said, for starts without it, of the variables that there are.
func (l *loaded) keepVars(set *units.Set) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := map[string]string{}
	for _, v := range set.Variables {
		if text, ok := l.saved.Vars[v.Name]; ok {
			kept[v.Name] = text
		}
		if text, ok := l.vars[v.Name]; ok {
			kept[v.Name] = text
		}
	}
	if !maps.Equal(kept, l.saved.Vars) {
		l.saved.Vars, l.changed = kept, true
		poke(l.unsaved)
	}
}

// unitFiles are those of the last good load, relative to their directory.
func (l *loaded) unitFiles() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.files
}

func (l *loaded) readEnvFile(path string) ([]units.EnvVar, error) { return l.host.ReadEnvFile(path) }

func (l *loaded) readSecret(path string) ([]byte, error) { return l.host.ReadSecret(path) }

func (l *loaded) readPage(path string) ([]byte, error) { return l.host.ReadPage(path) }

// report takes events to the engine, which is made after the executor.
func (l *loaded) report(link *link) func(units.ID, lifecycle.Event) {
	return func(id units.ID, ev lifecycle.Event) { link.engine.Post(id, ev) }
}

// aboutManager enters what happens to the manager itself into the event log.
func aboutManager(events *journal.Events, what, why string) {
	events.Append(journal.Event{At: time.Now(), Event: what, Reason: why, PID: os.Getpid()})
}

// chance is a random number in [0,1).
func chance() float64 { return mathrand.Float64() }

// invocation is a fresh INVOCATION_ID: 128 random bits in hex, as systemd makes them.
func invocation() string {
	var id [16]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

// openOwnLog opens STATE/log/unitd.log.
func openOwnLog(d dirs.Dirs) (*journal.Own, error) {
	if err := state.Prepare("log directory", filepath.Dir(ownLog(d))); err != nil {
		return nil, err
	}
	return journal.OpenOwn(ownLog(d))
}
