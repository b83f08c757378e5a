// Package syscalls knows system calls by their names: the sets of them that SystemCallFilter= of systemd.exec(5) names, the
// numbers that they have on this architecture, and the address families of socket(2).
//
// sets.go and the numbers are generated, see generate; begin with syscalls.go.
package syscalls
