// Package rotation keeps the logs of all units within the bounds that their unit files set: it looks at a log when it has
// been written to, has policy/retention decide what is too much, and runtime/journal do it.
//
// One goroutine does this for all logs, and one inotify instance wakes it. A log that nobody writes to costs nothing: its
// watch fires once, and is set again only when the log has become quiet. What is written to meanwhile is looked at by
// time. Another goroutine compresses while there is something to compress.
//
// Start reading at keeper.go, then look.go.
package rotation
