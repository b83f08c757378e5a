// Package doctor judges what was found of a host and an account: for each thing what it is, what unitd does because of it,
// and what to ask whoever runs the host for, in words for somebody who rents an account and has never heard of a
// namespace. It is pure: runtime/survey finds the facts.
//
// Start with Examine.
package doctor
