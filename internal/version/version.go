// Package version holds the version of the two programs, which are built and shipped together.
package version

// Version is set by the linker when a release is built (see the Makefile).
var Version = "0.1.0-dev"
