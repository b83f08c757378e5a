// Package probe asks one question about something outside unitd, again and again: does it answer?
//
// A Check is one such question (HTTP, TCP, Path, or a Func for commands that somebody else runs in a
// unit); Runner repeats checks on their schedules and reports every result. Both health checks of units
// and the `until` conditions of delays are made of these.
//
// Not here: counting failures and successes, and what follows from them. That is decided in policy; a
// Runner only says what it saw. Start reading at check.go, then runner.go.
package probe
