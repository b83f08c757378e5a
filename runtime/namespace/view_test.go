package namespace

import "testing"

func TestSees(t *testing.T) {
	views := Arrange([]View{
		{By: "read_write", Target: "/home/u/app", Source: Path{Name: "/home/u/app"}},
		{By: "protect_home", Target: "/home/u"},
		{By: "the manager", Target: "/home/u/app/state", Source: Path{Name: "/home/u/app/state/run/front"}},
		{By: "read_only", Target: "/", Source: Path{Name: "/"}},
	})
	for name, by := range map[string]string{
		"/": "", "/usr/bin/env": "", "/home": "", "/home/u": "protect_home", "/home/u/other": "protect_home", "/home/user": "",
		"/home/u/app": "", "/home/u/app/x": "", "/home/u/app/state": "the manager", "/home/u/app/state/run/front": "the manager",
	} {
		got, seen := Sees(views, name)
		if seen != (by == "") || !seen && got.By != by {
			t.Errorf("%s: seen %t, hidden by %q, want %q", name, seen, got.By, by)
		}
	}
}
