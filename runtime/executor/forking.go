package executor

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/process"
	"unitd/units"
)

// findPause is the pause between two looks for a main process.
const findPause = 20 * time.Millisecond

// unclear is how long several processes stay side by side until none of them is taken for the main one any more, and how
// long a pid file may name none until it is said that it does not.
const unclear = 500 * time.Millisecond

// findMain looks for the main process of a forking program until there is one or the tree is gone, as it is once
// the start has timed out.
func (x *Executor) findMain(h *holding, def *units.Unit, a lifecycle.Action) {
	x.mu.Lock()
	r := x.runs[a.Run]
	x.mu.Unlock()
	if r == nil {
		return
	}
	pidFile := a.Launch.Process.PIDFile
	if pidFile != "" && !filepath.IsAbs(pidFile) {
		pidFile = filepath.Join(h.directory(a.Generation), pidFile)
	}
	look := x.guess(a.Run)
	if pidFile != "" {
		look = func(heads []int) (pid int, certain bool) {
			pid, err := x.named(a.Run, pidFile, heads)
			if err != nil {
				x.once(r, "pid_file", "ignore pid_file", "file", pidFile, "error", err)
			}
			return pid, pid != 0 && err == nil
		}
	}
	silentAt := time.Now().Add(unclear)
	for said := pidFile == ""; ; {
		heads, err := x.trees.Heads(a.Run)
		if errors.Is(err, process.ErrGone) {
			return
		}
		if pid, certain := look(heads); certain {
			x.mu.Lock()
			r.pidFile = pidFile
			x.mu.Unlock()
			x.report(def.ID, lifecycle.Event{Kind: lifecycle.MainFound, Worker: a.Worker, Run: a.Run, PID: pid})
			return
		}
		if !said && time.Now().After(silentAt) {
			said = true
			x.report(def.ID, lifecycle.Event{Kind: lifecycle.MainUnnamed, Worker: a.Worker, Run: a.Run})
		}
		select {
		case <-x.ctx.Done():
			return
		case <-time.After(findPause):
		}
	}
}

// guess looks for a main process as systemd does where there is no pid file.
func (x *Executor) guess(token uint64) func(heads []int) (pid int, certain bool) {
	var g guess
	return func(heads []int) (int, bool) {
		pid, certain := g.of(heads, time.Now())
		return pid, certain && (pid == 0 || x.trees.SetMain(token, pid) == nil)
	}
}

// guess is what speaks for one of the processes that a daemon leaves to its init: it is the only one. Where there are
// several there is no main process.
type guess struct {
	heads []int
	since time.Time
}

// of takes a look; the pid is 0 where it is certain that none is the main process.
func (g *guess) of(heads []int, now time.Time) (pid int, certain bool) {
	slices.Sort(heads)
	if !slices.Equal(heads, g.heads) {
		g.heads, g.since = heads, now
		return 0, false
	}
	switch len(heads) {
	case 0:
		return 0, false
	case 1: // seen twice; what is seen once may be on its way out, since many daemons fork twice
		return heads[0], true
	}
	return 0, now.Sub(g.since) >= unclear
}

// named makes the process that a pid file names the main one; 0: it names none. One of an earlier run may be there:
// what it names is not of this tree, which is an error.
func (x *Executor) named(token uint64, path string, heads []int) (pid int, err error) {
	number, ok := pidIn(path)
	if !ok || len(heads) == 0 {
		return 0, nil
	}
	if pid, err = x.trees.Translate(token, heads[0], number); err != nil {
		return 0, err
	}
	return pid, x.trees.SetMain(token, pid)
}

// findSuccessors looks whether the pid file of a daemon whose main process has ended names another process of it by
// now: some replace themselves that way.
func (x *Executor) findSuccessors(ended []uint64) {
	for _, token := range ended {
		x.mu.Lock()
		r := x.runs[token]
		path := ""
		if r != nil {
			path = r.pidFile
		}
		x.mu.Unlock()
		if path == "" {
			continue
		}
		heads, err := x.trees.Heads(token)
		if err != nil {
			continue
		}
		// As a rule it names the one that has ended.
		if pid, err := x.named(token, path, heads); pid != 0 && err == nil {
			notice := &lifecycle.Notice{MainPID: pid}
			x.say(r, lifecycle.Event{Kind: lifecycle.Notified, Worker: r.worker, Run: token, Notice: notice})
		}
	}
}

// pidIn reads a pid file, which must be a regular file: to open a FIFO would wait. There may be none yet, or half of one.
func pidIn(path string) (pid int, ok bool) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	const longest = 64
	text, err := io.ReadAll(io.LimitReader(file, longest))
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	number, err := strconv.ParseInt(first, 10, 32)
	return int(number), err == nil && number > 0
}
