package main

import (
	"os"

	"golang.org/x/sys/unix"

	"unitd/runtime/process"
)

// conceal keeps the memory of the manager, in which secrets of all units are, from other processes of the account: they
// can neither trace it nor read its files in /proc that show it, and no core is written of it (PR_SET_DUMPABLE(2const)).
// It returns the limit of cores as it was, for the programs of units: execve makes each of them dumpable again.
func conceal() (core process.Rlimit, err error) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return core, os.NewSyscallError("prctl", err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return core, os.NewSyscallError("getrlimit", err)
	}
	core = process.Rlimit{Resource: unix.RLIMIT_CORE, Soft: limit.Cur, Hard: limit.Max}
	limit.Cur = 0 // the hard limit stays, or units could not have theirs
	return core, os.NewSyscallError("setrlimit", unix.Setrlimit(unix.RLIMIT_CORE, &limit))
}
