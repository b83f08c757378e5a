// Package chaos runs unitd with real programs under real load and kills at random what runs: the manager, its guard, the
// process that keeps its sockets, inits and programs, while people reload, scale, restart and stop. Afterwards no connection
// may have been refused, no line of a log may be missing, nothing may run that no state names, and nothing twice.
//
// It kills by pid, and only what names the home directory of the test. A run can be begun again with the same seed, which
// gives the same deeds in the same order; what they meet differs.
//
//	make chaos DURATION=10m
//
// Begin with chaos_test.go.
package chaos
