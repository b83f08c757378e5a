package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
)

// member is one process as /proc shows it, see proc_pid_stat(5).
type member struct {
	pid, parent, group, session int
	threads                     int
	alive                       bool // not merely waiting to be reaped
}

func readStat(pid int) (member, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return member{}, err
	}
	return parseStat(pid, stat)
}

// parseStat reads the fields behind the name of the program, which may hold anything but ends with the last
// parenthesis.
func parseStat(pid int, stat []byte) (member, error) {
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 18 {
		return member{}, fmt.Errorf("read /proc/%d/stat: %d fields", pid, len(fields))
	}
	var numbers [18]int
	for _, i := range []int{1, 2, 3, 17} {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return member{}, fmt.Errorf("read /proc/%d/stat: %w", pid, err)
		}
		numbers[i] = n
	}
	dead := fields[0] == "Z" || fields[0] == "X"
	threads := numbers[17] // of a program whose first thread has ended: Z, but others run on
	return member{
		pid: pid, parent: numbers[1], group: numbers[2], session: numbers[3], threads: threads,
		alive: !dead || threads > 1,
	}, nil
}

// roots is where a process tree hangs: on its init, or, when that was killed, on children of the manager.
type roots struct {
	init    int
	orphans []int
}

// walk returns the living processes of a tree without its init. What forks meanwhile may be missing; who must
// not miss any walks again.
func (r roots) walk() []member {
	queue := r.orphans
	if r.init != 0 {
		queue = append(queue, children(r.init, 1)...) // an init has one thread
	}
	seen := make(map[int]bool)
	var found []member
	for len(queue) > 0 {
		pid := queue[0]
		queue = queue[1:]
		if seen[pid] {
			continue
		}
		seen[pid] = true
		m, err := readStat(pid)
		if err != nil {
			continue
		}
		if m.alive {
			found = append(found, m)
		}
		queue = append(queue, children(pid, m.threads)...)
	}
	return found
}

// children returns the children of a process, of all its threads. That there is one thread only saves a look.
func children(pid, threads int) []int {
	if !hasChildrenFile() {
		var found []int
		for _, m := range childrenByParent(pid) {
			found = append(found, m.pid)
		}
		return found
	}
	if threads == 1 {
		return childrenOf(pid, strconv.Itoa(pid))
	}
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
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
	list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, thread))
	if err != nil {
		return nil
	}
	var found []int
	for word := range strings.FieldsSeq(string(list)) {
		if child, err := strconv.Atoi(word); err == nil {
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
func childrenByParent(parent int) []member {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []member
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if m, err := readStat(pid); err == nil && m.parent == parent {
			found = append(found, m)
		}
	}
	return found
}
