package meter

import (
	"io/fs"
	"math"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

// CPUs is how many whole CPUs this account may really use: those of its affinity mask, less where a CPU
// quota of its cgroup allows less. At least 1.
func CPUs() int {
	root := os.DirFS("/")
	return wholeCPUs(len(AllowedCPUs()), cgroupCPUs(root, memberships(root)))
}

// AllowedCPUs are the numbers of the CPUs in this account's affinity mask, in ascending order. Where a kernel has more
// than the mask has room for, the first ones.
func AllowedCPUs() []int {
	var set unix.CPUSet
	var cpus []int
	if err := unix.SchedGetaffinity(0, &set); err == nil && set.Count() > 0 {
		for cpu := 0; len(cpus) < set.Count(); cpu++ {
			if set.IsSet(cpu) {
				cpus = append(cpus, cpu)
			}
		}
		return cpus
	}
	for cpu := range runtime.NumCPU() {
		cpus = append(cpus, cpu)
	}
	return cpus
}

func wholeCPUs(allowed int, quota float64) int {
	if quota < float64(allowed) {
		allowed = int(math.Floor(quota))
	}
	return max(allowed, 1)
}

// MemoryTotal is how many bytes of memory this account may use: the lowest of the host's memory, the
// limits of its cgroup, and its address space limit. 0 if nothing is readable.
func MemoryTotal() int64 {
	addressSpace := int64(unlimited)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &limit); err == nil && limit.Cur < unlimited {
		addressSpace = int64(limit.Cur)
	}
	return memoryTotal(os.DirFS("/"), addressSpace)
}

func memoryTotal(root fs.FS, addressSpace int64) int64 {
	total := min(addressSpace, cgroupMemory(root, memberships(root)))
	if text, err := fs.ReadFile(root, "proc/meminfo"); err == nil {
		if installed, ok := parseMemTotal(text); ok {
			total = min(total, installed)
		}
	}
	if total > math.MaxInt64/2 {
		return 0 // v1 says "no limit" by a number a little below the largest
	}
	return total
}

func memberships(root fs.FS) []membership {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	return parseMemberships(text)
}

// Account returns how many tasks (processes and threads) this uid has, as far as /proc shows them, and how
// many it may have (RLIMIT_NPROC; 0: no limit). Of processes of its own that are known the threads need not be counted
// again: known has those, by pid.
func Account(known map[int]int) (tasks, limit int) {
	var most unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &most); err == nil && most.Cur < math.MaxInt32 {
		limit = int(most.Cur)
	}
	return accountTasks(os.Getuid(), known), limit
}

func accountTasks(uid int, known map[int]int) int {
	proc, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	tasks := 0
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if threads, is := known[pid]; is {
			tasks += threads
		} else {
			tasks += tasksOf(pid, uid)
		}
	}
	return tasks
}

// tasksOf counts the threads of a process that belongs to uid by the links of its directory of them, where it has two
// of its own: to read its status costs six times as much. Whether it is this account's is asked by a signal that is
// none, which kill(2) allows by the real uid: what a set-uid program runs counts for whom runs it. Root may signal all;
// there the directory tells, whose owner is the effective uid.
func tasksOf(pid, uid int) int {
	if uid != 0 && unix.Kill(pid, 0) != nil {
		return 0
	}
	var threads unix.Stat_t
	if err := unix.Stat(procfs.Directory(pid)+"/task", &threads); err != nil || uid == 0 && threads.Uid != 0 {
		return 0
	}
	const own = 2
	return max(int(threads.Nlink)-own, 0)
}
