package meter

import (
	"bytes"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// unlimited is the value of a limit that is not set.
const unlimited = math.MaxInt64

// membership is the cgroup of this process in one hierarchy (cgroups(7), /proc/PID/cgroup).
type membership struct {
	controllers []string // none: the unified hierarchy (v2)
	path        string
}

func parseMemberships(text []byte) []membership {
	var found []membership
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) != 3 || !strings.HasPrefix(fields[2], "/") {
			continue
		}
		m := membership{path: path.Clean(fields[2])}
		if fields[1] != "" {
			m.controllers = strings.Split(fields[1], ",")
		}
		found = append(found, m)
	}
	return found
}

// directories yields where files of the controller may be, from the own cgroup up to the root of the
// hierarchy: the limit of each ancestor holds too. Inside a container the path may be that of the host,
// which is not there; its root then is the container's own cgroup.
func directories(memberships []membership, controller string) (found []string) {
	for _, m := range memberships {
		var mounts []string
		switch {
		case m.controllers == nil:
			mounts = []string{"sys/fs/cgroup", "sys/fs/cgroup/unified"}
		case slices.Contains(m.controllers, controller):
			mounts = []string{"sys/fs/cgroup/" + controller, "sys/fs/cgroup/" + strings.Join(m.controllers, ",")}
		}
		for _, mount := range mounts {
			for at := m.path; ; at = path.Dir(at) {
				found = append(found, path.Join(mount, at))
				if at == "/" {
					break
				}
			}
		}
	}
	return found
}

// cgroupMemory is the lowest memory limit in bytes.
func cgroupMemory(root fs.FS, memberships []membership) int64 {
	limit := int64(unlimited)
	for _, directory := range directories(memberships, "memory") {
		for _, name := range []string{"memory.max", "memory.limit_in_bytes"} {
			if text, err := fs.ReadFile(root, path.Join(directory, name)); err == nil {
				limit = min(limit, parseLimit(text))
			}
		}
	}
	return limit
}

// cgroupCPUs is the lowest quota in CPUs; +Inf if there is none.
func cgroupCPUs(root fs.FS, memberships []membership) float64 {
	cpus := math.Inf(1)
	for _, directory := range directories(memberships, "cpu") {
		if text, err := fs.ReadFile(root, path.Join(directory, "cpu.max")); err == nil {
			quota, period, _ := bytes.Cut(bytes.TrimSpace(text), []byte(" "))
			cpus = min(cpus, ratio(quota, period))
		}
		quota, err := fs.ReadFile(root, path.Join(directory, "cpu.cfs_quota_us"))
		if err != nil {
			continue
		}
		if period, err := fs.ReadFile(root, path.Join(directory, "cpu.cfs_period_us")); err == nil {
			cpus = min(cpus, ratio(quota, period))
		}
	}
	return cpus
}

// parseLimit reads a limit in bytes: "max" (v2), and v1's largest number, are far above any memory.
func parseLimit(text []byte) int64 {
	limit, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil || limit <= 0 {
		return unlimited
	}
	return limit
}

// ratio is quota/period; "max" (v2) and -1 (v1) are no quota.
func ratio(quota, period []byte) float64 {
	q, errQ := strconv.ParseInt(string(bytes.TrimSpace(quota)), 10, 64)
	p, errP := strconv.ParseInt(string(bytes.TrimSpace(period)), 10, 64)
	if errQ != nil || errP != nil || q <= 0 || p <= 0 {
		return math.Inf(1)
	}
	return float64(q) / float64(p)
}
