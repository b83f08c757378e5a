package meter

import (
	"os"
	"strconv"
	"time"
)

// clockTick is the unit of CPU times in /proc/PID/stat: USER_HZ is 100 on every Linux that Go runs on.
const clockTick = time.Second / 100

// Usage is what some processes use together.
type Usage struct {
	// MemoryBytes is their proportional share (PSS): pages used by several count in parts, so that the
	// usages of workers forked from one another add up. Where the kernel does not tell, resident memory; of
	// processes under 4 MiB, what they do not share.
	MemoryBytes int64
	CPUms       int64 // user and system time since their start, children that they waited for included
	Tasks       int   // threads
}

// Tree adds up the usage of the given processes. One that has ended meanwhile counts nothing.
func Tree(pids []int) Usage {
	var total Usage
	for _, pid := range pids {
		directory := "/proc/" + strconv.Itoa(pid)
		text, err := os.ReadFile(directory + "/stat")
		if err != nil {
			continue
		}
		stat, ok := parseStat(text)
		if !ok {
			continue
		}
		total.CPUms += (time.Duration(stat.ticks) * clockTick).Milliseconds()
		total.Tasks += stat.threads
		total.MemoryBytes += memory(directory)
	}
	return total
}

// small is the resident memory below which a process's share of shared pages is not asked for: it could only be
// a few MiB off, and smaps_rollup makes the kernel walk all its page tables.
const small = 4 << 20

// memory is PSS, which may be denied for a process in a user namespace, else RSS. That of a small process is what
// it does not share.
func memory(directory string) int64 {
	text, err := os.ReadFile(directory + "/statm")
	if err != nil {
		return 0
	}
	resident, shared, _ := parseResidentPages(text)
	page := int64(os.Getpagesize())
	if resident*page < small {
		return (resident - shared) * page
	}
	if text, err := os.ReadFile(directory + "/smaps_rollup"); err == nil {
		if pss, ok := parsePSS(text); ok {
			return pss
		}
	}
	return resident * page
}
