// Package deptest proves the house rules of docs/architecture.md: which room may import which, what pure
// code may not touch, and what a package has to look like.
//
// It reads the import lines and calls of the source files and nothing else, so it needs no build and
// takes milliseconds. The rules and their reasons stand in rules.go; a rule that no longer fits is
// changed there and in docs/architecture.md in one commit.
package deptest
