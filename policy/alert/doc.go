// Package alert decides who is told what of what happens to units: which change of a unit is worth an alert, which alert
// is held back because there was one of its kind a short while ago, and what a message says in words.
//
// It answers for a unit's [Memory], a serialisable value that outlives managers and hosts, so that a new manager tells
// nothing twice and leaves nothing out. It knows no address and sends nothing: that is runtime/alert, and cmd/unitd brings
// the two together.
//
// Begin with [Memory.Observe].
package alert
