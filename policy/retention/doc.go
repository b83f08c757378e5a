// Package retention decides how much of the logs is kept: when a log is cut, which rotated files are compressed and
// removed, which go first when all logs together are too large, and when to look again.
//
// It sees sizes and times only; runtime/rotation looks at the files and does what is decided. Start reading at
// retention.go, then total.go, next.go and clock.go.
package retention
