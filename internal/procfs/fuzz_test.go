package procfs

import (
	"strings"
	"testing"
)

// FuzzParseStat reads any text as /proc/PID/stat: what it takes has a state.
func FuzzParseStat(f *testing.F) {
	f.Add([]byte("812 (uvicorn) S 4 3 2 0 -1 4194560 2300 90 0 0 150 25 7 3 20 0 1 0 5012 12345678 900 18446744073709551615\n"))
	f.Add([]byte("812 (a) R 1 (b) ) Z 4 3 2 0 -1 4194560 2300 90 0 0 150 25 7 3 20 0 5 0 5012 12345678 900 1\n"))
	f.Add([]byte("7 (sh) S 1 2"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParseStat(text)
		if err != nil {
			return
		}
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ", rune(p.State&^0x20)) {
			t.Errorf("%q: %+v", text, p)
		}
	})
}

// FuzzPoints reads any text as /proc/self/mountinfo: no more mounts than lines, none without a name.
func FuzzPoints(f *testing.F) {
	f.Add([]byte("22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n36 35 98:0 /a\\040b /mnt\\134x rw - ext3 /dev/root rw\n"))
	f.Add([]byte("1 2 3 4"))
	f.Fuzz(func(t *testing.T, text []byte) {
		points := pointsOf(text)
		if len(points) > strings.Count(string(text), "\n")+1 {
			t.Errorf("%q: %d mounts", text, len(points))
		}
		for _, point := range points {
			if point == "" {
				t.Errorf("%q: a mount without a name", text)
			}
		}
	})
}
