// Package systemd runs unitd as a service of a real `systemd --user`, by the unit files that docs/behaviour.md gives:
// systemd_test.go is what is tested, user_test.go starts systemd.
package systemd
