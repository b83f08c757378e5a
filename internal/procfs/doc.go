// Package procfs reads what the kernel tells of processes in /proc. A status looks at hundreds of its files, so each
// costs three system calls here; os.ReadFile makes ten, since it offers every file to the poller of the runtime.
//
// Not here: which processes belong together (runtime/process), and what they use (runtime/meter).
//
// Start reading at stat.go.
package procfs
