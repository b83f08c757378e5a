package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// leftProcesses finds the processes that belong to this demo: those that run in its home directory, run
// a program from there, were started with it as HOME, or name it in their command line.
func (d *demo) leftProcesses() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var left []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err == nil && pid != os.Getpid() && pid != os.Getppid() && d.owns(filepath.Join("/proc", entry.Name())) {
			left = append(left, pid)
		}
	}
	return left
}

func (d *demo) owns(process string) bool {
	for _, link := range []string{"exe", "cwd"} {
		if target, err := os.Readlink(filepath.Join(process, link)); err == nil && strings.HasPrefix(target, d.home+"/") {
			return true
		}
	}
	for _, name := range []string{"cmdline", "environ"} {
		if content, err := os.ReadFile(filepath.Join(process, name)); err == nil && bytes.Contains(content, []byte(d.home)) {
			return true
		}
	}
	return false
}

// checkNothingLeft proves that the shutdown was complete: no process, no listener, no control socket.
func (d *demo) checkNothingLeft(address string) error {
	if left := d.leftProcesses(); len(left) > 0 {
		var names []string
		for _, pid := range left {
			command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			names = append(names, fmt.Sprintf("%d (%s)", pid, bytes.ReplaceAll(bytes.TrimRight(command, "\x00"), []byte{0}, []byte{' '})))
		}
		return fmt.Errorf("no process is left after the shutdown; left: %s", strings.Join(names, ", "))
	}
	if connection, err := net.DialTimeout("tcp", address, time.Second); err == nil {
		connection.Close()
		return fmt.Errorf("nothing listens on %s after the shutdown; something does", address)
	}
	control := filepath.Join(d.home, ".local/state/unitd/run/control.sock")
	if connection, err := net.DialTimeout("unix", control, time.Second); err == nil {
		connection.Close()
		return fmt.Errorf("nothing listens on %s after the shutdown; something does", control)
	}
	return nil
}
