// Package process starts the programs of units and answers for every process that comes of them.
//
// It owns the fork: a [Spec] is compiled to a [script.Script], a list of raw system calls that the interpreter (a
// static ELF of about 1.8 KiB, see interpreter/) runs in the new process. The interpreter forks once more and
// stays as the unit's init: subreaper of all that the program ever forks, writer of a record for each
// process it reaps, gone when the tree is empty. It owns the wait: one [Table] per manager reaps all children
// and tells what became of them as [Event] values. And it owns the signals: [Table.Signal],
// [Table.SignalAll], [Table.Kill].
//
// It does not decide anything (whether to restart, how long to wait), and it knows no units: a process tree is
// named by the token that the caller gave with its Spec. Nothing else in a process with a Table may use
// os/exec or wait for children: the Table collects every status.
//
// Start reading at table.go; then compile.go for the way from fork to execve, interpreter/interpreter.c for
// its other half, and reaper.go for the way back. docs/adr/0002-spawn-script.md says why it is built so.
package process

//go:generate interpreter/build.sh amd64 interpreter/amd64.elf
//go:generate interpreter/build.sh arm64 interpreter/arm64.elf
