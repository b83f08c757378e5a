package meter

import "testing"

func TestOOMKills(t *testing.T) {
	const events = "low 0\nhigh 7\nmax 9\noom 4\noom_kill 3\noom_group_kill 1\n"
	const control = "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"
	const vmstat = "nr_free_pages 1\noom_kill 12\ndrop_pagecache 0\n"
	for name, c := range map[string]struct {
		root map[string]string
		want OOMKills
		ok   bool
	}{
		"its own cgroup": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "0::/user.slice/u.scope\n",
			"sys/fs/cgroup/user.slice/u.scope/memory.events": events,
			"sys/fs/cgroup/user.slice/memory.events":         "oom_kill 8\n"}, OOMKills{Count: 3, Own: true}, true},
		"a cgroup without the controller": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "0::/user.slice/u.scope\n",
			"sys/fs/cgroup/user.slice/memory.events": events}, OOMKills{Count: 3, Own: true}, true},
		"a container that sees the host's path": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "0::/docker/abc\n",
			"sys/fs/cgroup/memory.events": events}, OOMKills{Count: 3, Own: true}, true},
		"the root cgroup": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "0::/\n"}, OOMKills{Count: 12}, true},
		"cgroup v1": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "4:memory:/a\n",
			"sys/fs/cgroup/memory/a/memory.oom_control": control, "sys/fs/cgroup/memory/memory.oom_control": "oom_kill 8\n"},
			OOMKills{Count: 5, Own: true}, true},
		"cgroup v1 in a container that sees the host's path": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "4:memory:/docker/a\n",
			"sys/fs/cgroup/memory/memory.oom_control": control}, OOMKills{Count: 5, Own: true}, true},
		"the root cgroup of v1": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.oom_control": control}, OOMKills{Count: 12}, true},
		"cgroup v1 before 4.13": {map[string]string{"proc/vmstat": vmstat, "proc/self/cgroup": "4:memory:/a\n",
			"sys/fs/cgroup/memory/a/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"}, OOMKills{Count: 12}, true},
		"a kernel before 4.13": {map[string]string{"proc/vmstat": "nr_free_pages 1\n", "proc/self/cgroup": "0::/\n"}, OOMKills{}, false},
		"no number":            {map[string]string{"proc/vmstat": "oom_kill many\n"}, OOMKills{}, false},
		"nothing readable":     {nil, OOMKills{}, false},
	} {
		if got, ok := countOOMKills(files(c.root)); got != c.want || ok != c.ok {
			t.Errorf("%s: got %+v %v, want %+v %v", name, got, ok, c.want, c.ok)
		}
	}
	if kills, ok := CountOOMKills(); ok && kills.Uptime <= 0 {
		t.Errorf("this host: %+v", kills)
	}
}
