// Package cgroup runs unitd in a cgroup that is delegated to its account, as systemd's Delegate=yes does it.
package cgroup
