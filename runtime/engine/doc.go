// Package engine is the loop that owns all unit state.
//
// One goroutine (Run) takes events from the executor, calls from the control socket and the passing of
// deadlines, one at a time; it lets policy decide and hands the actions to the Executor, which never blocks
// it. Nobody else touches the state, so there is no lock in this package: others ask by Call, whose function
// runs in the loop, and are told of changes by Watch.
//
// It imports policy and units only; what touches the kernel is behind Executor and the functions of Config.
//
// Start with Engine.Run (loop.go), then step.go: one unit, one event.
package engine
