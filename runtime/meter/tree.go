package meter

import (
	"os"

	"unitd/internal/procfs"
)

// Usage is what some processes use together.
type Usage struct {
	// MemoryBytes is their proportional share (PSS): pages used by several count in parts, so that the
	// usages of workers forked from one another add up. Where the kernel does not tell, resident memory; of
	// processes under 4 MiB, what they do not share.
	MemoryBytes int64
	CPUms       int64 // user and system time since their start, children that they waited for included
	Tasks       int   // threads
}

// Tree adds up the usage of the given processes. One that has ended meanwhile has no memory.
func Tree(processes []procfs.Process) Usage {
	var total Usage
	for _, p := range processes {
		total.CPUms += p.CPU.Milliseconds()
		total.Tasks += p.Threads
		total.MemoryBytes += memory(p)
	}
	return total
}

// small is the resident memory below which a process's share of shared pages is not asked for: it could only be
// a few MiB off, and smaps_rollup makes the kernel walk all its page tables.
const small = 4 << 20

// memory is PSS, which may be denied for a process in a user namespace, else RSS. That of a small process is what
// it does not share.
func memory(p procfs.Process) int64 {
	directory := procfs.Directory(p.PID)
	var buffer [1024]byte
	if p.Resident >= small {
		if text, err := procfs.Append(buffer[:0], directory+"/smaps_rollup"); err == nil {
			if pss, ok := parsePSS(text); ok {
				return pss
			}
		}
	}
	text, err := procfs.Append(buffer[:0], directory+"/statm")
	if err != nil {
		return 0
	}
	resident, shared, _ := parseResidentPages(text)
	page := int64(os.Getpagesize())
	if p.Resident < small {
		return (resident - shared) * page
	}
	return resident * page
}
