package meter

import (
	"math"
	"testing"
	"testing/fstest"
)

// files makes a root directory of a host.
func files(contents map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for path, text := range contents {
		root[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

const meminfo = "MemTotal:        4000 kB\n"

func TestMemoryTotal(t *testing.T) {
	for name, c := range map[string]struct {
		root         map[string]string
		addressSpace int64
		want         int64
	}{
		"no limits":     {map[string]string{"proc/meminfo": meminfo}, unlimited, 4000 << 10},
		"address space": {map[string]string{"proc/meminfo": meminfo}, 1 << 20, 1 << 20},
		"v2": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/user.slice/u.scope\n",
			"sys/fs/cgroup/user.slice/u.scope/memory.max": "2097152\n"}, unlimited, 2 << 20},
		"v2, a limit of the parent": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/user.slice/u.scope\n",
			"sys/fs/cgroup/user.slice/u.scope/memory.max": "max\n",
			"sys/fs/cgroup/user.slice/memory.max":         "1048576\n"}, unlimited, 1 << 20},
		"v2 in a container that sees the host's path": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/docker/abc\n",
			"sys/fs/cgroup/memory.max": "1048576\n"}, unlimited, 1 << 20},
		"v2, more than the host has": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "99999999999\n"}, unlimited, 4000 << 10},
		"v1": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/a/b\n",
			"sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes":   "1048576\n"}, unlimited, 1 << 20},
		"nothing readable": {nil, unlimited, 0},
		"only v1's number for none": {map[string]string{"proc/self/cgroup": "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, unlimited, 0},
	} {
		if got := memoryTotal(files(c.root), c.addressSpace); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}

func TestQuota(t *testing.T) {
	for name, c := range map[string]struct {
		root map[string]string
		want float64
	}{
		"none": {nil, math.Inf(1)},
		"v2, none": {map[string]string{"proc/self/cgroup": "0::/u\n",
			"sys/fs/cgroup/u/cpu.max": "max 100000\n"}, math.Inf(1)},
		"v2": {map[string]string{"proc/self/cgroup": "0::/u\n",
			"sys/fs/cgroup/u/cpu.max": "250000 100000\n"}, 2.5},
		"v2, the parent's": {map[string]string{"proc/self/cgroup": "0::/u/v\n",
			"sys/fs/cgroup/u/v/cpu.max": "250000 100000\n", "sys/fs/cgroup/u/cpu.max": "100000 100000"}, 1},
		"v1": {map[string]string{"proc/self/cgroup": "5:cpu,cpuacct:/x\n",
			"sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": "300000\n", "sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000\n"}, 3},
		"v1, none": {map[string]string{"proc/self/cgroup": "5:cpu:/\n",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, math.Inf(1)},
		"nonsense": {map[string]string{"proc/self/cgroup": "x\n0:relative\n0::/u\n",
			"sys/fs/cgroup/u/cpu.max": "1 0\n"}, math.Inf(1)},
	} {
		root := files(c.root)
		if got := cgroupCPUs(root, memberships(root)); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestWholeCPUs(t *testing.T) {
	for _, c := range []struct {
		allowed int
		quota   float64
		want    int
	}{{4, math.Inf(1), 4}, {4, 2.5, 2}, {4, 0.5, 1}, {2, 8, 2}, {0, math.Inf(1), 1}} {
		if got := wholeCPUs(c.allowed, c.quota); got != c.want {
			t.Errorf("%d allowed, quota %v: got %d, want %d", c.allowed, c.quota, got, c.want)
		}
	}
}
