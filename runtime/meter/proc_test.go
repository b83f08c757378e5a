package meter

import "testing"

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
