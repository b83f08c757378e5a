// Package meter reads how much memory, CPU time and how many tasks are used and may be used: of a process
// tree (Tree), of the account (Account, MemoryTotal, CPUs). It reads /proc and the cgroup files only when
// it is asked, and keeps nothing.
//
// Not here: which processes belong to a unit, and limits that are set. Start reading at tree.go and
// host.go; proc.go and cgroup.go hold the parsers.
package meter
