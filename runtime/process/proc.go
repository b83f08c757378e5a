package process

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

// roots is where a process tree hangs: on its init, or, when that was killed, on children of the manager.
type roots struct {
	init    int
	orphans []int
}

// walk returns the living processes of a tree without its init. What forks meanwhile may be missing; who must
// not miss any walks again.
func (r roots) walk() (found []procfs.Process) {
	r.visit(func(p procfs.Process) { found = append(found, p) })
	return found
}

// visit calls f for each of them when it comes to it, with its children known already.
func (r roots) visit(f func(procfs.Process)) {
	queue := r.orphans
	if r.init != 0 {
		queue = append(queue, children(r.init, 1)...) // an init has one thread
	}
	seen := make(map[int]bool)
	for len(queue) > 0 {
		pid := queue[0]
		queue = queue[1:]
		if seen[pid] {
			continue
		}
		seen[pid] = true
		p, err := procfs.Stat(pid)
		if err != nil {
			if unix.Kill(pid, 0) == nil { // /proc hides it, and its children until it is gone
				f(procfs.Process{PID: pid})
			}
			continue
		}
		queue = append(queue, children(pid, p.Threads)...)
		if p.Alive() {
			f(p)
		}
	}
}

// children returns the children of a process, of all its threads. That there is one thread only saves a look.
func children(pid, threads int) []int {
	if !hasChildrenFile() {
		var found []int
		for _, p := range childrenByParent(pid) {
			found = append(found, p.PID)
		}
		return found
	}
	if threads == 1 {
		return childrenOf(pid, strconv.Itoa(pid))
	}
	list, err := os.ReadDir(procfs.Directory(pid) + "/task")
	if err != nil {
		return nil
	}
	var found []int
	for _, thread := range list {
		found = append(found, childrenOf(pid, thread.Name())...)
	}
	return found
}

// childrenOf returns the children of one thread.
func childrenOf(pid int, thread string) []int {
	var buffer [128]byte // enough for most
	list, err := procfs.Append(buffer[:0], procfs.Directory(pid)+"/task/"+thread+"/children")
	if err != nil {
		return nil
	}
	var found []int
	for word, rest := procfs.Word(list); len(word) > 0; word, rest = procfs.Word(rest) {
		if child, err := strconv.Atoi(string(word)); err == nil {
			found = append(found, child)
		}
	}
	return found
}

// hasChildrenFile: the file needs CONFIG_PROC_CHILDREN, which most kernels have.
var hasChildrenFile = sync.OnceValue(func() bool {
	_, err := os.Stat("/proc/thread-self/children")
	return !errors.Is(err, fs.ErrNotExist)
})

// childrenByParent reads every process of the host. Unlike the children file, which may leave out some while
// others end, it finds each child that was there all the time.
func childrenByParent(parent int) []procfs.Process {
	return slices.DeleteFunc(everyProcess(), func(p procfs.Process) bool { return p.Parent != parent })
}

func everyProcess() []procfs.Process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []procfs.Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if p, err := procfs.Stat(pid); err == nil {
			found = append(found, p)
		}
	}
	return found
}
