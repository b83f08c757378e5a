package rotation

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"unitd/policy/retention"
	"unitd/runtime/journal"
)

// File is a log to keep within bounds.
type File struct {
	Path  string
	Unit  string // that writes it; "": unitd itself, or a unit that is gone
	Rules retention.Rules
	// Foreign: the program opens it itself, so it may do other things than append.
	Foreign bool
	// Captured: unitd writes it, and opens it anew where it is gone.
	Captured bool
}

// Config is what a Keeper works with.
type Config struct {
	Logs      *journal.Logs
	Directory string // of logs that may belong to no unit any more
	Logger    *slog.Logger
}

// Keeper keeps logs within bounds. Its methods may be called from any goroutine.
type Keeper struct {
	config  Config
	changed chan struct{} // holds a value while something is to be looked at sooner

	mu          sync.Mutex
	logs        map[string]*kept // by path
	most        int64            // that all logs may take; 0: what they like
	wake        time.Time        // when Run looks at what is due; zero: it is told
	compressing bool

	watcher  *watcher // of Run's goroutine alone, as is the clock
	clock    retention.Clock
	begun    time.Time
	beside   sync.WaitGroup
	said     map[string]string // what was complained of last, by path
	holeless bool              // it was said that a file system has no holes
}

// kept is a log and what is known of it.
type kept struct {
	file    File
	orphan  bool          // of no unit, so nobody writes to it
	found   retention.Log // when it was looked at last
	due     time.Time     // when to look at it; zero: when it is written to
	watched bool          // the next write is told

	looked time.Time // since when growth is counted; of Run's goroutine alone
}

// New makes a Keeper. It knows no log yet.
func New(config Config) *Keeper {
	return &Keeper{config: config, changed: make(chan struct{}, 1), logs: map[string]*kept{}, said: map[string]string{}}
}

// Set says which logs there are, and how much all of them may take. Logs that were added for a unit of these follow its
// rules; the others that are in the directory have been left by units that are gone, and get the usual rules.
func (k *Keeper) Set(files []File, most int64) {
	left := leftBehind(k.config.Directory)
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.poke()
	k.most = most
	rules := map[string]retention.Rules{}
	listed := map[string]bool{}
	now := time.Now()
	for _, f := range files {
		rules[f.Unit] = f.Rules
		listed[f.Path] = true
		k.enter(f, now).orphan = false
	}
	for path, log := range k.logs {
		if listed[path] {
			continue
		}
		log.due = now
		if r, ok := rules[log.file.Unit]; ok {
			log.file.Rules = r
		}
	}
	for _, path := range left {
		if k.logs[path] == nil {
			k.enter(File{Path: path, Rules: retention.Defaults()}, now).orphan = true
		}
	}
}

// Add says that a program is about to write to a log.
func (k *Keeper) Add(f File) {
	k.mu.Lock()
	defer k.mu.Unlock()
	log := k.enter(f, time.Now())
	log.orphan = false
	if k.wake.IsZero() || log.due.Before(k.wake) {
		k.wake = log.due
		k.poke()
	}
}

// Remove removes a log that nobody writes to any more, with all that was rotated.
func (k *Keeper) Remove(path string) error {
	k.mu.Lock()
	delete(k.logs, path)
	k.mu.Unlock()
	return k.config.Logs.Remove(path)
}

// enter takes a log in, to be looked at soon: not at once, since many units start together, and their start is not to
// wait for it. It holds mu.
func (k *Keeper) enter(f File, now time.Time) *kept {
	log := k.logs[f.Path]
	if log == nil {
		log = &kept{}
		k.logs[f.Path] = log
	}
	soon := now.Add(retention.Soonest)
	if log.due.IsZero() || log.due.After(soon) {
		log.due = soon
	}
	log.file = f
	return log
}

func (k *Keeper) poke() {
	select {
	case k.changed <- struct{}{}:
	default:
	}
}

// leftBehind are the logs in a directory, those included of which only rotated files are left.
func leftBehind(directory string) []string {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil
	}
	logs := map[string]bool{}
	for _, entry := range entries {
		name := entry.Name()
		if log, ok := journal.SplitRotated(name); ok {
			name = log
		}
		if strings.HasSuffix(name, ".log") {
			logs[filepath.Join(directory, name)] = true
		}
	}
	return slices.Sorted(maps.Keys(logs))
}

// Run keeps the logs until ctx ends. It is an actor of the daemon.
func (k *Keeper) Run(ctx context.Context) error {
	k.begun = time.Now()
	k.watcher = newWatcher(k.config.Logger)
	defer k.watcher.close()
	defer k.beside.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case paths := <-k.watcher.written:
			k.written(paths, time.Now())
		case <-k.changed:
		case <-timer.C:
		}
		k.lookAtDue(ctx, time.Now())
		timer.Stop()
		if next := k.next(); !next.IsZero() {
			timer.Reset(max(time.Until(next), 0))
		}
	}
}

// written: these logs are written to, and looked at soon: not at once, since a second shows at what rate.
func (k *Keeper) written(paths []string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, path := range paths {
		if log := k.logs[path]; log != nil && log.watched {
			log.watched, log.looked = false, now
			log.due = now.Add(retention.Soonest)
		}
	}
}

// atOnce: logs that are due so soon after another one are looked at together with it, so that many that are written to
// wake the manager no more often than one.
const atOnce = retention.Soonest / 2

// lookAtDue looks at the logs whose time it is, and then at what all take together.
func (k *Keeper) lookAtDue(ctx context.Context, now time.Time) {
	k.clock.See(now, now.Sub(k.begun))
	due := k.due(now.Add(atOnce))
	if len(due) == 0 {
		return
	}
	for _, log := range due {
		if ctx.Err() != nil {
			return
		}
		k.look(log, now)
	}
	k.limitTotal()
	k.compress(ctx)
}

// due are the logs that are due before then, by path.
func (k *Keeper) due(then time.Time) []*kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	var due []*kept
	for _, log := range k.logs {
		if !log.due.IsZero() && log.due.Before(then) {
			due = append(due, log)
		}
	}
	slices.SortFunc(due, func(a, b *kept) int { return strings.Compare(a.file.Path, b.file.Path) })
	return due
}

// next is when a log is due next, and Run looks again.
func (k *Keeper) next() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	var next time.Time
	for _, log := range k.logs {
		if !log.due.IsZero() && (next.IsZero() || log.due.Before(next)) {
			next = log.due
		}
	}
	k.wake = next
	return next
}
