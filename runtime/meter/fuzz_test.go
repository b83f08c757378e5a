package meter

import (
	"strings"
	"testing"
)

// FuzzFiles reads any text as the files of /proc and of cgroups that tell of memory: no figure is negative, no directory
// leads out of where cgroups are.
func FuzzFiles(f *testing.F) {
	for _, seed := range []string{
		"Rss:      1024 kB\nPss:       512 kB\n", "MemTotal:       16384256 kB\n", "Pss: 9223372036854775807 kB\n", "15012 900 320 1 0 800 0\n",
		"low 0\noom 3\noom_kill 2\n", "oom_kill x\n", "max\n", "9223372036854771712\n", "0::/user.slice\n", "3:cpu,cpuacct:/../../etc\n7:memory:/\n", "1:a:b",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if n, ok := parsePSS(text); ok && n < 0 {
			t.Errorf("%q: PSS %d", text, n)
		}
		if n, ok := parseMemTotal(text); ok && n < 0 {
			t.Errorf("%q: memory %d", text, n)
		}
		parseResidentPages(text)
		parseOOMKills(text)
		if n := parseLimit(text); n <= 0 {
			t.Errorf("%q: a limit of %d", text, n)
		}
		if got := ratio(text, []byte("100000")); got <= 0 {
			t.Errorf("%q: %v CPUs", text, got)
		}
		for _, dir := range directories(parseMemberships(text), "memory") {
			if !strings.HasPrefix(dir, "sys/fs/cgroup") {
				t.Errorf("%q: %s", text, dir)
			}
		}
	})
}
