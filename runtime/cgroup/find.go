package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
)

// Own is the directory of the cgroup of this process in the v2 hierarchy.
func Own() (string, error) {
	memberships, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", fmt.Errorf("find own cgroup: %w", err)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", fmt.Errorf("find own cgroup: %w", err)
	}
	return own(string(memberships), string(mounts))
}

// own puts together the path in the hierarchy, as /proc/PID/cgroup has it, and where that is mounted
// (proc_pid_mountinfo(5)). A mount may show a part of the hierarchy only.
func own(memberships, mounts string) (string, error) {
	const unified = "0::"
	inHierarchy := ""
	for line := range strings.Lines(memberships) {
		if rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), unified); ok {
			inHierarchy = rest
		}
	}
	if !strings.HasPrefix(inHierarchy, "/") || strings.Contains(inHierarchy+"/", "/../") { // outside of what this cgroup namespace shows
		return "", errors.New("find own cgroup: there is no cgroup v2")
	}
	for line := range strings.Lines(mounts) {
		fields, kind, ok := strings.Cut(line, " - ")
		words := strings.Fields(fields)
		const rootField, pointField = 3, 4
		if !ok || !strings.HasPrefix(kind, "cgroup2 ") || len(words) <= pointField {
			continue
		}
		below, inside := strings.CutPrefix(inHierarchy, strings.TrimSuffix(words[rootField], "/"))
		if inside && (below == "" || below[0] == '/') {
			return path.Join(words[pointField], below), nil
		}
	}
	return "", errors.New("find own cgroup: its hierarchy is not mounted")
}
