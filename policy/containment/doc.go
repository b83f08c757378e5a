// Package containment decides what a program gets of what its sandbox block and its limits say: whether it is started in
// namespaces, what it goes without on this host, and whether it is started at all then. It is pure; runtime/executor finds out what
// the host gives, and does what is decided.
//
// Start with Decide.
package containment
