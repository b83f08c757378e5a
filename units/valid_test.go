package units

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unitd/internal/golden"
)

// TestValid loads each directory of testdata/valid and compares all attributes of all units with want.txt.
func TestValid(t *testing.T) {
	entries, err := os.ReadDir("testdata/valid")
	if err != nil {
		t.Fatal(err)
	}
	defaults := map[Kind]*properties{}
	for _, u := range load(t, testHost(), read(t, "testdata/valid/plain/main.hcl")).Units {
		if u.TemplateOf == "" {
			defaults[u.ID.Kind()] = describe(u)
		}
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			name := filepath.Join("testdata/valid", entry.Name())
			host := testHost()
			host.environ["PRESENT"] = "here"
			set, diags := Load(os.DirFS(name), host, Inputs{Version: "0.1.0"})
			for _, d := range diags {
				if d.Severity == 1 {
					t.Errorf("%s: %s; %s", position(subject(d)), d.Summary, d.Detail)
				}
			}
			usual := defaults
			if entry.Name() == "plain" {
				usual = nil
			}
			golden.Compare(t, filepath.Join(name, "want.txt"), dump(set, usual))
			if changes := Diff(set, set); len(changes) > 0 {
				t.Errorf("a set differs from itself: %v", changes)
			}
		})
	}
}

// dump writes a set as text. Of a unit it shows what differs from the plain one of its kind in defaults.
func dump(s *Set, defaults map[Kind]*properties) string {
	var b strings.Builder
	for _, v := range s.Variables {
		fmt.Fprintf(&b, "var.%s = %s (%s)\n", v.Name, v.Value, v.Source)
	}
	fmt.Fprintf(&b, "order %v\n", s.Graph().Order())
	for _, id := range slices.Sorted(maps.Keys(s.Units)) {
		u := s.Units[id]
		fmt.Fprintf(&b, "\n%s\n", id)
		if u.TemplateOf != "" {
			fmt.Fprintf(&b, "  run by %s\n", u.TemplateOf)
			continue
		}
		usual := defaults[id.Kind()]
		for _, p := range describe(u).all {
			if usual == nil || usual.find(p.name).value != p.value {
				fmt.Fprintf(&b, "  %s = %s\n", p.name, p.shown)
			}
		}
		if process := u.Process(); process != nil {
			for _, file := range process.EnvFiles {
				fmt.Fprintf(&b, "  %d values of %s\n", len(file.Digests), file.Path)
			}
		}
	}
	return b.String()
}
