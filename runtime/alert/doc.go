// Package alert brings alerts to those who are to be told: an [Outbox] of letters that are tried again for a while, and
// [Post], which is one try by HTTP.
//
// It answers for nothing of the manager ever waiting for somebody outside: what is put into the outbox is bounded, a place
// that does not answer holds up letters to itself only, and while there is nothing to send there is no goroutine, timer or
// connection. It does not know what a letter says, nor what is worth one: that is policy/alert.
//
// Begin with outbox.go.
package alert
