package stage

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A Process is one that was seen in /proc. Its start tells it from a later one with the same pid.
type Process struct {
	PID, Parent int
	Command     string
	Started     time.Time // to 10 ms
	start       string
}

// Alive reports that it is still there, and not only waiting to be reaped.
func (p Process) Alive() bool {
	now, state, ok := look(p.PID)
	return ok && now.start == p.start && state != "Z" && state != "X"
}

// Find looks at one process; ok is false when there is none.
func Find(pid int) (p Process, ok bool) {
	p, state, ok := look(pid)
	return p, ok && state != "Z" && state != "X"
}

// Tree finds the living descendants of a process, without that itself.
func Tree(root int) []Process {
	var all []Process
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			if p, ok := Find(pid); ok {
				all = append(all, p)
			}
		}
	}
	within := []int{root}
	var found []Process
	for i := 0; i < len(within); i++ {
		for _, p := range all {
			if p.Parent == within[i] && !slices.Contains(within, p.PID) {
				within = append(within, p.PID)
				found = append(found, p)
			}
		}
	}
	return found
}

// look reads /proc/PID/stat, whose fields stand in proc_pid_stat(5).
func look(pid int) (p Process, state string, ok bool) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return p, "", false
	}
	rest := string(stat[strings.LastIndexByte(string(stat), ')')+1:])
	fields := strings.Fields(rest)
	const parent, start = 1, 19 // counted from the state
	p.PID, p.start = pid, fields[start]
	if p.Parent, err = strconv.Atoi(fields[parent]); err != nil {
		return p, "", false
	}
	if p.Started, err = started(p.start); err != nil {
		return p, "", false
	}
	command, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	if err != nil {
		return p, "", false
	}
	p.Command = strings.TrimSpace(strings.ReplaceAll(string(command), "\x00", " "))
	return p, fields[0], true
}

// started is the time of a start that is given in ticks since boot.
func started(ticks string) (time.Time, error) {
	n, err := strconv.ParseInt(ticks, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		return time.Time{}, err
	}
	const tick = 10 * time.Millisecond // of USER_HZ, the same everywhere
	return time.Now().Add(time.Duration(n)*tick - time.Duration(now.Nano())), nil
}
