package executor

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

// findMain looks for the main process of a forking program until there is one or the tree is gone, as it is once
// the start has timed out.
func (x *Executor) findMain(h *holding, def *units.Unit, a lifecycle.Action) {
	pidFile := a.Launch.Process.PIDFile
	if pidFile != "" && !filepath.IsAbs(pidFile) {
		pidFile = filepath.Join(h.directory(a.Generation), pidFile)
	}
	guessed := 0
	for {
		heads, err := x.trees.Heads(a.Run)
		if errors.Is(err, process.ErrGone) {
			return
		}
		pid := 0
		if pidFile != "" {
			pid = x.readPIDFile(pidFile, a.Run, heads)
		} else if len(heads) == 1 {
			// One that is seen once may be on its way out: many daemons fork twice.
			if heads[0] == guessed {
				pid = guessed
			}
			guessed = heads[0]
		}
		if pid != 0 && x.trees.SetMain(a.Run, pid) == nil {
			x.report(def.ID, lifecycle.Event{Kind: lifecycle.MainFound, Worker: a.Worker, Run: a.Run, PID: pid})
			return
		}
		select {
		case <-x.ctx.Done():
			return
		case <-time.After(findPause):
		}
	}
}

// readPIDFile gives the host's pid of the process that a pid file names, 0 while it names none. One of an earlier run
// may be there: what it names is not of this tree.
func (x *Executor) readPIDFile(path string, token uint64, heads []int) int {
	number, err := pidIn(path)
	if err != nil || len(heads) == 0 {
		return 0
	}
	pid, err := x.trees.Translate(token, heads[0], number)
	if err != nil {
		return 0
	}
	return pid
}

// pidIn reads a pid file, which must be a regular file: to open a FIFO would wait.
func pidIn(path string) (int, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("read %s: no regular file", path)
	}
	if err != nil {
		return 0, err
	}
	const longest = 64
	text, err := io.ReadAll(io.LimitReader(file, longest))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	number, err := strconv.ParseInt(first, 10, 32)
	if err != nil || number <= 1 {
		return 0, fmt.Errorf("read %s: it holds no pid", path)
	}
	return int(number), nil
}
