// Package script is the language of spawn scripts: what happens between fork and the program, as a value. A
// [Script] is raw system calls in order, with their arguments, laid out for the interpreter that runs them in
// the new process (runtime/process/interpreter). Packages that know what a program needs (its files and limits,
// its namespaces) each write their part of one; none needs to know the others.
//
// Not here: which calls are made. Start reading at script.go.
package script
