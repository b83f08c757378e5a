package executor

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"

	"unitd/runtime/process"
	"unitd/units"
)

// limitTasks limits how many tasks there are in the namespaces of a unit, where RLIMIT_NPROC counts them: those of other
// units, and the rest of the account, are not among them (user_namespaces(7); Linux 5.14). The init is.
func limitTasks(spec *process.Spec, l units.Limits) {
	const init = 1
	most := uint64(l.Tasks) + init
	if l.Processes != nil {
		most = min(most, *l.Processes)
	}
	var own unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NPROC, &own) == nil {
		most = min(most, own.Max) // the account may have no more anyway
	}
	spec.Rlimits = append(spec.Rlimits, process.Rlimit{Resource: unix.RLIMIT_NPROC, Soft: most, Hard: most})
}

// sharedTasks says why this kernel does not count the tasks of namespaces by themselves; "": it does.
var sharedTasks = sync.OnceValue(func() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return "the version of the kernel is not known"
	}
	release := unix.ByteSliceToString(name.Release[:])
	if countsTasksOfNamespaces(release) {
		return ""
	}
	return "Linux " + release + " counts the tasks of the whole account together, and not by namespaces"
})

func countsTasksOfNamespaces(release string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil {
		return false
	}
	const since, sinceMinor = 5, 14
	return major > since || major == since && minor >= sinceMinor
}
