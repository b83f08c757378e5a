package meter

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// OOMKills is how many processes the kernel has killed for want of memory. It counts before it sends the
// signal, so whoever sees a process dead of it finds it counted.
type OOMKills struct {
	Count int64
	// Own says that Count is about the cgroup of this process and, in v2, those below it, whatever memory was wanting
	// (memory.events of cgroup v2, memory.oom_control of v1); else it is about the whole host, other accounts included
	// (/proc/vmstat).
	Own bool
	// Uptime is for how long the host has counted.
	Uptime time.Duration
}

// CountOOMKills reads the count that is closest to this process; ok is false where the kernel shows none.
func CountOOMKills() (kills OOMKills, ok bool) {
	var up unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return OOMKills{}, false
	}
	kills, ok = countOOMKills(os.DirFS("/"))
	kills.Uptime = time.Duration(up.Nano())
	return kills, ok
}

// countOOMKills finds the first memory.events on the way up: where a cgroup of v2 has no memory controller, its
// processes are counted in the next that has. The root of that hierarchy has none. In v1 each cgroup has its own count,
// which is about its own processes: the first file found is that of this process. That of the root is about whoever
// is in no cgroup, other accounts too.
func countOOMKills(root fs.FS) (OOMKills, bool) {
	own := slices.DeleteFunc(memberships(root), func(m membership) bool { return m.controllers != nil && m.path == "/" })
	for _, directory := range directories(own, "memory") {
		for _, name := range []string{"memory.events", "memory.oom_control"} {
			text, err := fs.ReadFile(root, path.Join(directory, name))
			if err != nil {
				continue
			}
			if count, ok := parseOOMKills(text); ok {
				return OOMKills{Count: count, Own: true}, true
			}
		}
	}
	text, err := fs.ReadFile(root, "proc/vmstat")
	if err != nil {
		return OOMKills{}, false
	}
	count, ok := parseOOMKills(text)
	return OOMKills{Count: count}, ok
}

// parseOOMKills reads the line that memory.events, memory.oom_control and vmstat have in common.
func parseOOMKills(text []byte) (int64, bool) {
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte("oom_kill ")); ok {
			count, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
			return count, err == nil
		}
	}
	return 0, false
}
