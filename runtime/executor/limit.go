package executor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"unitd/runtime/process"
	"unitd/units"
)

// limit sets what a process can have set for itself before its program runs: setrlimit(2), setpriority(2),
// ioprio_set(2), sched_setaffinity(2), oom_score_adj. All that it starts inherits it.
func limit(spec *process.Spec, l units.Limits) error {
	for _, r := range rlimitsOf(l) {
		if err := withinHard(r); err != nil {
			return err
		}
		spec.Rlimits = append(spec.Rlimits, process.Rlimit{Resource: r.resource, Soft: r.value, Hard: r.value})
	}
	if err := niceEnough(l.Nice); err != nil {
		return err
	}
	spec.Nice, spec.OOMScoreAdj, spec.CPUs = l.Nice, l.OOMScoreAdj, l.CPUs
	if l.IOClass != "" {
		priority := ioPriority(l.IOClass)
		spec.IOPriority = &priority
	}
	return nil
}

// rlimit is one resource limit by its name in unit files.
type rlimit struct {
	name     string
	resource int
	value    uint64
}

func rlimitsOf(l units.Limits) (list []rlimit) {
	for _, r := range []struct {
		name     string
		resource int
		value    *uint64
	}{
		{"open_files", unix.RLIMIT_NOFILE, l.OpenFiles}, {"processes", unix.RLIMIT_NPROC, l.Processes},
		{"core", unix.RLIMIT_CORE, l.Core}, {"file_size", unix.RLIMIT_FSIZE, l.FileSize},
		{"cpu_time", unix.RLIMIT_CPU, l.CPUTime}, {"stack", unix.RLIMIT_STACK, l.Stack},
		{"address_space", unix.RLIMIT_AS, l.AddressSpace},
	} {
		if r.value != nil {
			list = append(list, rlimit{r.name, r.resource, *r.value})
		}
	}
	return list
}

// withinHard refuses what the kernel would refuse with a bare EPERM: only root raises a hard limit.
func withinHard(r rlimit) error {
	var own unix.Rlimit
	if err := unix.Getrlimit(r.resource, &own); err != nil {
		return fmt.Errorf("get limit %s: %w", r.name, err)
	}
	if r.value <= own.Max {
		return nil
	}
	return fmt.Errorf("set limit %s: %s is more than the %d that this account may have; lower it, or ask whoever runs the host", r.name, limitText(r.value), own.Max)
}

// niceEnough refuses what the kernel would with a bare EACCES: below its own an account gets only what RLIMIT_NICE says
// (getrlimit(2)), which counts from 20 downwards, as getpriority(2) does at the kernel.
func niceEnough(nice *int) error {
	if nice == nil {
		return nil
	}
	const most = 20
	counted, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return fmt.Errorf("get limit nice: %w", err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NICE, &limit); err != nil {
		return fmt.Errorf("get limit nice: %w", err)
	}
	own, allowed := most-counted, most-int(min(limit.Cur, 2*most))
	if *nice >= min(own, allowed) {
		return nil
	}
	return fmt.Errorf("set limit nice: %d is less than the %d that this account may have; raise it, or ask whoever runs the host", *nice, min(own, allowed))
}

func limitText(value uint64) string {
	if value == unix.RLIM_INFINITY {
		return "unlimited"
	}
	return fmt.Sprint(value)
}

// ioPriority is a class as ioprio_set(2) takes it.
func ioPriority(class string) int {
	const bestEffort, idle, shift = 2, 3, 13
	_, text, leveled := strings.Cut(class, ":")
	level, err := strconv.Atoi(text)
	if !leveled || err != nil {
		return idle << shift
	}
	return bestEffort<<shift | level
}

// allowCores gives back to a program what the manager, of which no core is written, has taken from itself.
func (x *Executor) allowCores(spec *process.Spec) {
	core := x.config.Core
	if core != nil && !slices.ContainsFunc(spec.Rlimits, func(r process.Rlimit) bool { return r.Resource == core.Resource }) {
		spec.Rlimits = append(spec.Rlimits, *core)
	}
}
