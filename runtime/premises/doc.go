// Package premises tells a manager that files by which others find it have been removed: its sockets, its lock, or the
// directories that these are in. It answers for noticing that, at no cost while nothing happens, and for nothing else: what is
// missing, and how it is made again, its caller knows.
//
// Begin with watch.go.
package premises
