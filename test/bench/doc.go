// Command bench prints the figures of speed and memory that unitd is held to. It starts the two programs
// as a user does and reads their JSON and /proc, nothing else.
//
// The machine is never quiet and never the same, so what a figure is to be compared with (bare fork and
// exec, Go's os/exec) is measured beside it, round by round: read ratios. Where other things keep the machine busy,
// root may give all that is measured a real-time priority: chrt -r 5 bin/bench. With -pool it compares a pool
// with gunicorn. Begin with figures.go, or with pool.go.
package main
