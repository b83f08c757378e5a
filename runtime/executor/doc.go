// Package executor turns the actions that policy decided on into effects, and what comes of them into events.
//
// Do never blocks: each unit has a queue of its own, worked off in order by a goroutine that lives only while
// the queue is not empty. What takes long (killing a tree, draining a slot) goes on beside the queue. Nothing
// is decided here; the leaf packages of runtime are wired together here and nowhere else.
//
// Start with Executor.perform (executor.go), one switch over all actions.
package executor
