package meter

import "testing"

func TestParseStat(t *testing.T) {
	const rest = " S 1 812 812 0 -1 4194560 2300 90 0 0 150 25 7 3 20 0 9 0 5012 12345678 900 18446744073709551615"
	for name, c := range map[string]struct {
		text string
		want stat
		ok   bool
	}{
		"plain":              {"812 (uvicorn)" + rest, stat{ticks: 185, threads: 9}, true},
		"a command to fool":  {"812 (a) R 1 (b) )" + rest, stat{ticks: 185, threads: 9}, true},
		"cut":                {"812 (uvicorn) S 1 812", stat{}, false},
		"no command":         {"812 uvicorn", stat{}, false},
		"a time that is not": {"812 (x) S 1 812 812 0 -1 4194560 2300 90 0 0 x 25 7 3 20 0 9 0 5012", stat{}, false},
		"empty":              {"", stat{}, false},
	} {
		if got, ok := parseStat([]byte(c.text)); ok != c.ok || ok && got != c.want {
			t.Errorf("%s: got %+v, %v", name, got, ok)
		}
	}
}

func TestParseMemory(t *testing.T) {
	const rollup = "556fd373d000-7ffc31bd8000 ---p 00000000 00:00 0                          [rollup]\n" +
		"Rss:                1596 kB\nPss:                 309 kB\nPss_Dirty:           112 kB\nPss_Anon:            112 kB\n"
	if got, ok := parsePSS([]byte(rollup)); !ok || got != 309<<10 {
		t.Errorf("PSS: %d, %v", got, ok)
	}
	if got, ok := parseMemTotal([]byte("MemTotal:       16307148 kB\nMemFree:  1 kB\n")); !ok || got != 16307148<<10 {
		t.Errorf("MemTotal: %d, %v", got, ok)
	}
	for _, text := range []string{"", "Pss:", "Pss: 12", "Pss: x kB\n", "Pss_Dirty: 1 kB", "Pss: -1 kB"} {
		if got, ok := parsePSS([]byte(text)); ok {
			t.Errorf("%q: %d", text, got)
		}
	}
	if resident, shared, ok := parseResidentPages([]byte("765 439 412 5 0 123 0\n")); !ok || resident != 439 || shared != 412 {
		t.Errorf("resident: %d, %d, %v", resident, shared, ok)
	}
	if _, _, ok := parseResidentPages([]byte("765 439")); ok {
		t.Error("a cut statm was read")
	}
}

func TestParseOwner(t *testing.T) {
	const status = "Name:\tuvicorn\nUmask:\t0022\nTgid:\t12\nUid:\t1000\t1001\t1002\t1003\nGid:\t7\t7\t7\t7\nThreads:\t14\n"
	if uid, threads, ok := parseOwner([]byte(status)); !ok || uid != 1000 || threads != 14 {
		t.Errorf("got %d, %d, %v", uid, threads, ok)
	}
	if _, _, ok := parseOwner([]byte("Name:\tx\nUid:\t1000\t1\n")); ok {
		t.Error("a status without threads was read")
	}
}
