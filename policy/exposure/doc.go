// Package exposure says how much of an account a unit could harm if it were broken into, as `systemd-analyze security`
// does for services: checks with weights, and one number from 0 (nothing) to 10. It is pure, and looks at what the unit gets
// on this host, not at what its file asks for.
//
// Start with Assess; the checks are in checks.go.
package exposure
