package containment

import "unitd/units"

// limits notes what a program goes without of its limits block; without says why it has no namespaces. Only those are
// looked at that take more than a process can do to itself. Memory is not among them, since unitd looks itself where
// nothing else does.
func (v *Verdict) limits(l *units.Limits, h Host, without string) {
	if l.Tasks > 0 && h.NoTasks != "" { // else a cgroup counts them
		switch {
		case !v.Namespaces:
			v.miss(without, "limits.tasks")
		case h.SharedTasks != "":
			v.miss(h.SharedTasks, "limits.tasks")
		}
	}
	if l.CPU > 0 && h.NoCPU != "" {
		v.miss(h.NoCPU, "limits.cpu")
	}
}
