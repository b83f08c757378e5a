// Package capture reads what programs print where the manager is to stand between a program and its log: each stream of
// a program is a FIFO, read line by line.
//
// A program has its FIFO open for reading and writing (fifo(7)), so it gets no SIGPIPE when the manager dies, and what it
// has written waits there for the next one. Nothing is taken out of a FIFO before it has been put where it belongs: lines
// are looked at with tee(2), put, and only then read. A manager that dies between these leaves a note of what it was
// about to put (notes.go), by which the next one can tell what was put already, so that no line is lost or put twice.
//
// One goroutine, one epoll instance and one pipe serve all programs; each stream costs one descriptor more, for as long
// as somebody has it open for writing. Memory is for one batch of lines, whatever is printed.
//
// Not here: what a captured line looks like in a log (runtime/journal), and where else it goes (runtime/forward). Start
// reading at capture.go, then stream.go.
package capture
