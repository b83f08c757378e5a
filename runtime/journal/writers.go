package journal

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// AllAppend tells whether all who have the file at path open for writing append to it, as far as /proc shows: only then
// may its begin vanish from under them (proc(5), /proc/PID/fdinfo). Others write at offsets of their own, which would be
// past the end. Processes that show their files to nobody, as the inits of units, write no logs.
func AllAppend(path string) bool {
	stat, err := os.Stat(path)
	if err != nil {
		return false
	}
	file := idOf(stat)
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return false
	}
	for _, process := range processes {
		own, err := os.Stat(process)
		if err != nil {
			continue
		}
		if sys, ok := own.Sys().(*syscall.Stat_t); !ok || int(sys.Uid) != os.Geteuid() {
			continue
		}
		if !appends(process, file) {
			return false
		}
	}
	return true
}

// appends looks at the files of one process. One that has ended or shows none has none.
func appends(process string, file fileID) bool {
	fds, err := os.ReadDir(process + "/fd")
	if err != nil {
		return true
	}
	for _, fd := range fds {
		stat, err := os.Stat(process + "/fd/" + fd.Name())
		if err != nil || idOf(stat) != file {
			continue
		}
		info, err := os.ReadFile(process + "/fdinfo/" + fd.Name())
		if err != nil {
			continue // closed meanwhile
		}
		if flags, ok := flagsOf(string(info)); !ok || flags&unix.O_ACCMODE != unix.O_RDONLY && flags&unix.O_APPEND == 0 {
			return false
		}
	}
	return true
}

// flagsOf reads the line `flags: 02102001`, octal.
func flagsOf(info string) (int64, bool) {
	_, rest, found := strings.Cut(info, "flags:")
	line, _, _ := strings.Cut(rest, "\n")
	flags, err := strconv.ParseInt(strings.TrimSpace(line), 8, 64)
	return flags, found && err == nil
}
