// Package httpidle tells when no client of an http.Server is being served, so that a server whose listeners are handed to
// another one can be ended without turning anybody away: http.Server.Shutdown closes connections whose first request
// has not been read yet.
package httpidle
