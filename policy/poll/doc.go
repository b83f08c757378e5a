// Package poll answers for when a pipeline's remote is asked for its newest commit, and whether a run follows from what it
// says. runtime/poll asks.
package poll
