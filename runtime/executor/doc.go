// Package executor turns the actions that policy decided on into effects, and what comes of them into events.
//
// Do never blocks: each unit has a queue of its own, worked off in order by a few goroutines that live only
// while there is something to do. What takes long (killing a tree, draining a slot) goes on beside the queues.
// Nothing is decided here; the leaf packages of runtime are wired together here and nowhere else.
//
// Start with Executor.perform (executor.go), one switch over all actions.
package executor
