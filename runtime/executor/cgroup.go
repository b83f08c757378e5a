package executor

import (
	"fmt"
	"slices"

	policy "unitd/policy/containment"
	"unitd/policy/lifecycle"
	"unitd/runtime/cgroup"
	"unitd/runtime/process"
	"unitd/units"
)

// openCgroups finds out whether a cgroup is delegated to this account, which units then have parts of.
func (x *Executor) openCgroups() {
	if x.config.Cgroups == nil {
		return
	}
	tree, err := x.config.Cgroups()
	if err != nil {
		x.config.Logger.Info("units get no cgroups", "reason", err)
		x.noCgroups = err
		return
	}
	x.cgroups = tree
	// A unit could move itself into another cgroup, or raise its own limits.
	x.containment.programs = append(x.containment.programs, tree.Dir())
}

// NoCgroups says why units get no cgroups; nil: they do.
func (x *Executor) NoCgroups() error { return x.noCgroups }

// gives is what this host gives, as far as it is known.
func (x *Executor) gives(noNamespaces string) policy.Host {
	kernel := x.containment.kernel
	return policy.Host{
		NoNamespaces: noNamespaces, NoFilters: !kernel.filters, Landlock: kernel.landlock,
		SharedTasks: sharedTasks(), NoTasks: x.noController("pids"), NoCPU: x.noController("cpu"),
	}
}

// noController says why no cgroup does what this controller does; "": those of units do.
func (x *Executor) noController(name string) string {
	switch {
	case x.cgroups == nil:
		return "no cgroup is delegated to this account"
	case !x.cgroups.Has(name):
		return "the cgroup of this account has no " + name + " controller"
	}
	return ""
}

// controls reports a controller that the cgroups of units have.
func (x *Executor) controls(name string) bool { return x.cgroups != nil && x.cgroups.Has(name) }

// enterCgroup has a program started in the cgroup of its unit or worker. What is opened for it must be closed once it
// is.
func (x *Executor) enterCgroup(spec *process.Spec, r *run) (err error) {
	if x.cgroups == nil || r.limits == nil {
		return nil
	}
	if r.leaf, err = x.cgroups.Enter(programName(r.unit, r.worker), cgroupLimits(*r.limits)); err != nil {
		return err
	}
	if spec.Cgroup, err = r.leaf.Procs(); err != nil {
		x.leaveCgroup(r)
		return fmt.Errorf("open cgroup of %s: %w", r.unit, err)
	}
	return nil
}

// rejoinCgroup notes that a tree that was taken over is in the cgroup of its unit or worker.
func (x *Executor) rejoinCgroup(r *run, tree lifecycle.Tree, now process.Tree) {
	name := programName(r.unit, r.worker)
	if x.cgroups == nil || tree.Launch == nil || !slices.ContainsFunc(now.PIDs(), func(pid int) bool { return x.cgroups.Holds(name, pid) }) {
		return
	}
	r.limits = &tree.Launch.Process.Limits
	leaf, err := x.cgroups.Rejoin(name, cgroupLimits(*r.limits))
	if err != nil {
		x.config.Logger.Warn("take a cgroup over", "unit", r.unit, "error", err)
		return
	}
	r.leaf = leaf
}

func (x *Executor) leaveCgroup(r *run) {
	if r.leaf != nil {
		r.leaf.Leave()
	}
}

func cgroupLimits(l units.Limits) cgroup.Limits {
	return cgroup.Limits{Memory: l.Memory, Tasks: l.Tasks, CPU: l.CPU}
}
