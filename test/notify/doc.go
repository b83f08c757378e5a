// Package notify runs clients of the notify protocol under unitd: systemd's own (reference_test.go), and such as say
// far too much (flood_test.go). main_test.go has the programs that units run.
package notify
