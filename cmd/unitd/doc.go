// Command unitd is the manager: it starts the units that the files of a directory describe, in their order,
// and keeps them as they should be.
//
// main.go reads the command line; load.go reads the unit files, before anything else is made, so that their
// errors stay diagnostics; wiring.go lets fx construct the parts, bracket.go acquire what they hold; group.go runs
// the parts in one oklog/run group until the first ends. What the control socket asks for is answered in
// package control.
package main
