// Package sandbox says with which system calls a program gives up rights that no namespace takes from it, as parts of a
// spawn script (internal/script): a filter of system calls (seccomp(2)) and rules for files, connections and signals
// (landlock(7)). Both need no privilege but no_new_privs, hold for all that the program starts, and cannot be undone.
//
// It knows nothing of units and makes no system call itself, but to find out what the kernel has (Support).
//
// Start reading at filter.go.
package sandbox
