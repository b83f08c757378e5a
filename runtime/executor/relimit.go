package executor

import (
	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/process"
	"unitd/units"
)

// setLimits gives a program that runs new limits, as far as that is possible: what units.Diff calls live.
func (x *Executor) setLimits(def *units.Unit, a lifecycle.Action) {
	limits := a.Launch.Process.Limits
	x.mu.Lock()
	r := x.runs[a.Run]
	if r == nil {
		x.mu.Unlock()
		return
	}
	r.limits = &limits
	x.mu.Unlock()
	if r.leaf != nil {
		if err := r.leaf.Set(cgroupLimits(limits)); err != nil {
			x.config.Logger.Warn("limits are set at the next start", "unit", def.ID, "error", err)
		}
	}
	if r.leaf == nil || !x.controls("memory") {
		x.limitMemory(a.Run, def.ID, a.Worker, limits.Memory)
	}
	var spec process.Spec
	if err := limit(&spec, limits); err != nil {
		x.config.Logger.Warn("limits are set at the next start", "unit", def.ID, "error", err)
		return
	}
	if limits.Tasks > 0 && r.contained && sharedTasks() == "" && !x.controls("pids") {
		limitTasks(&spec, limits)
	}
	// What is forked meanwhile has the limits of its parent, which may be the old ones.
	seen := map[int]bool{}
	const most = 16
	for range most {
		fresh := false
		for _, p := range x.Processes(a.Run) {
			if !seen[p.PID] {
				seen[p.PID], fresh = true, true
				lower(p.PID, spec.Rlimits)
			}
		}
		if !fresh {
			return
		}
	}
}

// lower sets limits of another process. It may have ended, or have given itself lower ones, which nobody can raise.
func lower(pid int, limits []process.Rlimit) {
	for _, l := range limits {
		var now unix.Rlimit
		if err := unix.Prlimit(pid, l.Resource, nil, &now); err != nil || now.Max <= l.Hard && now.Cur <= l.Soft {
			continue
		}
		_ = unix.Prlimit(pid, l.Resource, &unix.Rlimit{Cur: min(l.Soft, now.Max), Max: min(l.Hard, now.Max)}, nil)
	}
}
