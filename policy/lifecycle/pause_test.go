package lifecycle

import (
	"slices"
	"strings"
	"testing"

	"unitd/units"
)

// Recycling pauses from when git begins until the units have the new code, or the old is back.
func TestPausing(t *testing.T) {
	for name, c := range map[string]struct {
		layout string
		says   func(string) deed
		want   []string
	}{
		"releases":       {units.LayoutReleases, fails(), []string{" "}},
		"in place":       {units.LayoutInPlace, fails(), []string{" ", "fetch pool.api", "healthy "}},
		"a test fails":   {units.LayoutInPlace, fails("test"), []string{" ", "fetch pool.api", " "}},
		"it is not well": {units.LayoutInPlace, ill(1), []string{" ", "fetch pool.api", "healthy ", "fetch pool.api", " "}},
	} {
		def := usual(c.layout)
		w := newSite(t, def)
		w.commit, w.up["pool.api"], w.checked, w.says = "2222222", true, strings.Repeat("1", 40), c.says
		var seen []string
		w.watch = func(Action) {
			p := w.unit.Pipeline
			var pausing []string
			for _, id := range p.Pausing() {
				pausing = append(pausing, string(id))
			}
			at := ""
			if st := p.present(); st != nil {
				at = st.Name
			}
			if line := at + " " + strings.Join(pausing, ","); len(seen) == 0 || strings.SplitN(seen[len(seen)-1], " ", 2)[1] != strings.SplitN(line, " ", 2)[1] {
				seen = append(seen, line)
			}
		}
		w.deploys(PipelineRequest{By: ByDeploy})
		if !slices.Equal(seen, c.want) {
			t.Errorf("%s: %q, not %q", name, seen, c.want)
		}
	}
}
