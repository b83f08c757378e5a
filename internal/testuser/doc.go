// Package testuser lets a test binary that was started by root run its tests as an ordinary user.
//
// The product refuses root, so a test of real processes that ran as root would prove nothing.
// Call Main from TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }
//
// Started by root it has another account at hand as well, to show what neighbours can do: see AsStranger.
//
// MainInCgroup is the same in a delegated cgroup, and MainAsBooted also where a `systemd --user` starts. Not here: hosts
// that this one is not (internal/testhost). Start reading at testuser.go.
package testuser
