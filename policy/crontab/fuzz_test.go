package crontab

import (
	"strings"
	"testing"
)

// FuzzCrontab takes any text as a crontab: enabled and disabled again it is what it was, but for a last newline.
func FuzzCrontab(f *testing.F) {
	f.Add("")
	f.Add("MAILTO=me\n@reboot /home/u/bin/unitd --ensure --detach\n*/5 * * * * unitd --ensure\n0 */6 * * * unitd --ensure")
	f.Add(begin + "/s\n@reboot x\n" + end + "/s\n@daily true\n")
	f.Add(end + "/s\n" + begin + "/s")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := Find(text, "/s")
		if err != nil {
			return
		}
		_ = found.Words()
		lines := []string{"@reboot unitd --ensure"}
		on, err := Enable(text, "/s", lines)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if again, err := Enable(on, "/s", lines); err != nil || again != on {
			t.Errorf("%q: twice is %q, %v", text, again, err)
		}
		if now, err := Find(on, "/s"); err != nil || !now.Kept || !now.Reboot || len(now.Others) != len(found.Others)+kept(found) {
			t.Errorf("%q: %+v, %v", on, now, err)
		}
		off, err := Disable(on, "/s")
		if err != nil {
			t.Fatalf("%q: %v", on, err)
		}
		if want, err := Disable(text, "/s"); err != nil || strings.TrimSuffix(off, "\n") != strings.TrimSuffix(want, "\n") {
			t.Errorf("%q: enabled and disabled it is %q, %v", text, off, err)
		}
	})
}

// kept is how many lines outside the marker lines started unitd while there were none.
func kept(f Found) int {
	if f.Kept {
		return 0
	}
	return len(f.Lines)
}
