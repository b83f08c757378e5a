package cgroup

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// FuzzOwn reads any texts as /proc/self/cgroup and /proc/self/mountinfo: what is found is a path below a mount.
func FuzzOwn(f *testing.F) {
	const mount = "31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
	f.Add("0::/user.slice/user-1000.slice\n", mount)
	f.Add("1:name=systemd:/\n0::/../x\n", "31 24 0:27 /user.slice /sys/fs/cgroup/unified rw - cgroup2 none rw\n")
	f.Add("0::/a/../../..\n", mount)
	f.Fuzz(func(t *testing.T, memberships, mounts string) {
		dir, err := own(memberships, mounts)
		if err != nil {
			return
		}
		below := func(point string) bool {
			point = path.Clean(point)
			return dir == point || strings.HasPrefix(dir, strings.TrimSuffix(point, "/")+"/")
		}
		if !slices.ContainsFunc(strings.Fields(mounts), below) {
			t.Errorf("%q in %q: %q", memberships, mounts, dir)
		}
	})
}
