package chaos

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// keptLogs is how many rotated logs of count there are at most, by chaos.hcl.
const keptLogs = 1000

// everyLine holds what the program says that it has written against what the log shows: of each run the lines 1, 2, 3 and
// so on without a gap, once each, as far as it has noted, or the one after that, since it was killed between the two. After an
// hour or so the first ones have gone, as the unit file says.
func (h *house) everyLine() {
	h.t.Helper()
	if twice, err := os.ReadFile(filepath.Join(h.home, "twice")); err == nil {
		h.t.Errorf("two at once: %s", twice)
	}
	if output, err := h.run("unitctl", "stop", "count"); err != nil {
		h.t.Fatalf("stop count: %v\n%s", err, output)
	}
	shortened := h.rotations("count") >= keptLogs
	output, err := h.run("unitctl", "logs", "--since", "7d", "count")
	if err != nil {
		h.t.Fatalf("unitctl logs: %v\n%s", err, output)
	}
	last, lines := map[string]int{}, 0
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		if len(fields) < 2 || len(fields[0]) != 32 {
			h.t.Errorf("in the log: %q", line)
			continue
		}
		n, err := strconv.Atoi(fields[1])
		if lines == 0 && shortened {
			last[fields[0]] = n - 1
		}
		if err != nil || n != last[fields[0]]+1 || strings.TrimSuffix(line, "\n") != fields[0]+" "+fields[1]+" "+strings.Repeat(".", n%40) {
			h.t.Errorf("%q follows line %d of that run", line, last[fields[0]])
		}
		last[fields[0]] = n
		lines++
	}
	notes, err := os.ReadDir(filepath.Join(h.home, "notes"))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, note := range notes {
		text, err := os.ReadFile(filepath.Join(h.home, "notes", note.Name()))
		if err != nil {
			h.t.Fatal(err)
		}
		noted, _ := strconv.Atoi(strings.TrimSpace(string(text))) // none was noted yet: 0
		if got := last[note.Name()]; got != noted && got != noted+1 {
			h.t.Errorf("run %s has noted line %d, the log shows %d", note.Name(), noted, got)
		}
	}
	h.t.Logf("%d lines of %d runs", lines, len(notes))
	if lines == 0 || len(notes) == 0 {
		h.t.Error("nothing was written")
	}
}
