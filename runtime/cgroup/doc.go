// Package cgroup uses the part of the cgroup v2 hierarchy that has been delegated to the account, where there is one:
// a cgroup for each unit or worker, directly below the one that was delegated, with limits, and an end to all in it at
// once (cgroups(7); Documentation/admin-guide/cgroup-v2.rst of the kernel).
//
// A cgroup that has processes cannot give controllers to those below it, so the manager, with the inits of its units,
// moves into a cgroup of its own beside them. The program of a unit moves itself into that of the unit before it is
// executed, given the open cgroup.procs.
//
// Not here: which unit has which limits, when its cgroup is needed, and what to do where there is none
// (runtime/executor). What cgroups that are not ours allow the account is read by runtime/meter.
//
// Start reading at tree.go.
package cgroup
