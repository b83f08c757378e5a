package main

import (
	"os"
	"os/exec"
	"path/filepath"
)

// programPath is where the program of this process is found again after another version has been put in its place: the
// path by which it was started, through symlinks that may be changed. Told is set where who has executed it was a manager
// too, and has given that path as its name; else the path has to lead to this program now.
func programPath(told bool) string {
	if told && filepath.IsAbs(os.Args[0]) {
		return os.Args[0]
	}
	self, err := os.Stat("/proc/self/exe")
	if err != nil {
		return ""
	}
	if named, err := exec.LookPath(os.Args[0]); err == nil {
		if path, err := filepath.Abs(named); err == nil {
			if found, err := os.Stat(path); err == nil && os.SameFile(found, self) {
				return path
			}
		}
	}
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}
