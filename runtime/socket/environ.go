package socket

import (
	"fmt"
	"strconv"
	"strings"
)

// maxName is the longest name of a descriptor, see sd_listen_fds_with_names(3).
const maxName = 255

// unnamed is the name that sd_listen_fds_with_names(3) gives to a descriptor without one.
const unnamed = "unknown"

// Environ is the environment that tells a program of the descriptors it is given from 3 on, in the order of
// names: LISTEN_FDS and LISTEN_FDNAMES. LISTEN_PID is not in it: only the child knows its pid. An empty name
// becomes "unknown". Without names there is nothing to tell and the result is nil.
//
// A name is printable ASCII without a colon, at most 255 bytes.
func Environ(names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	told := make([]string, len(names))
	for i, name := range names {
		if name == "" {
			name = unnamed
		}
		if !ValidName(name) {
			return nil, fmt.Errorf("name descriptor %d: %q must be printable ASCII without a colon, at most %d bytes", i, name, maxName)
		}
		told[i] = name
	}
	return []string{"LISTEN_FDS=" + strconv.Itoa(len(names)), "LISTEN_FDNAMES=" + strings.Join(told, ":")}, nil
}

// ValidName tells whether a descriptor may be given this name, see sd_listen_fds_with_names(3) and
// sd_pid_notify_with_fds(3).
func ValidName(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for _, b := range []byte(name) {
		if b < ' ' || b > '~' || b == ':' {
			return false
		}
	}
	return true
}
