// Package journal keeps what units print and what happened to them.
//
// Output: a unit's stdout and stderr are its log file itself, opened for appending, so that no manager
// stands between a program and its log. Path names the file, Open opens it for the program, Mark writes a
// line of the manager into it; Tail, Follow and LastLines read files without holding them open or in
// memory. Readers pass the bytes on as they are: Sanitize makes a line safe for a terminal.
//
// Events: what unitd decided and why, one JSON object a line, in a file of bounded size (events.go); Events.Read
// looks back and follows (readevents.go).
//
// Not here: rotation of output files, timestamps of single lines, and which files a unit has. Start
// reading at file.go, then lines.go.
package journal
