// Package journal keeps what units print and what happened to them.
//
// Output: a unit's stdout and stderr are its log file itself, opened for appending, so that no manager stands between a
// program and its log. Path names the file, Open opens it for the program. Logs knows the files of a log: Rotate takes bytes
// from its begin while the program writes on (rotate.go), Compress and Remove see to the rotated ones (keep.go), and Read and
// LastLines read all of them as one, without holding them open or in memory (read.go, reader.go). Readers pass the bytes on
// as they are: Sanitize makes a line safe for a terminal. Own is the log of the manager itself (own.go).
//
// Events: what unitd decided and why, one JSON object a line, in a file of bounded size (events.go); Events.Read
// looks back and follows (readevents.go).
//
// Not here: when to rotate and what to keep (runtime/rotation), and which files a unit has. Start reading at file.go, then
// logs.go.
package journal
