// Command driver boots the demo in a home directory of its own and tells what happens, step by step.
//
// It is what `make demo` and `make run` start. Every step checks what it says; the first thing that is
// not so ends the demo with a message and status 1. It uses unitd and unitctl as anybody does: by their
// command lines and their JSON. Begin with story.go.
package main
