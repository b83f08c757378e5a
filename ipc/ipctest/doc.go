// Package ipctest serves tests of what talks over the control socket: a Manager with scripted answers that
// records what it was asked, and a server for it on a real Unix socket.
package ipctest
