package namespace

import (
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/golden"
	"unitd/internal/script"
)

// What is done, in which order, and with which words it is explained when it fails.
func TestGolden(t *testing.T) {
	cover := View{
		Words: "hide /home/u/.local/state/unitd", Target: "/home/u/.local/state/unitd",
		Source: Path{"/home/u/.local/state/unitd/run/front", unix.MS_NOSUID | unix.MS_NODEV},
	}
	plan := Plan{
		UID: 1000, GID: 1001,
		Views: Arrange([]View{
			{Words: "make /home/u/.config/unitd/units/app writable", Target: "/home/u/.config/unitd/units/app", Source: Path{Name: "/home/u/.config/unitd/units/app"}, Writable: true},
			{Words: "make /home/u/.config/unitd/units read-only", Target: "/home/u/.config/unitd/units", Source: Path{"/home/u/.config/unitd/units", unix.MS_NOSUID | unix.MS_NODEV}},
			cover,
			{Words: "show /home/u/.local/state/unitd/run/workers/pool.web.0", Target: "/home/u/.local/state/unitd/run/workers/pool.web.0", Source: Path{Name: "/home/u/.local/state/unitd/run/workers/pool.web.0"}, Writable: true},
		}),
	}
	again := func(name string, writable, file bool) View {
		return View{Words: "show " + name, Target: name, Source: Path{Name: name}, Writable: writable, File: file}
	}
	empty := func(words, target, options string, writable bool) View {
		return View{Words: words, Target: target, Type: "tmpfs", Options: options, Writable: writable}
	}
	root := again("/", false, false)
	root.Below = []Path{{"/boot", unix.MS_NOSUID}}
	closed := Plan{UID: 1000, GID: 1000, PrivateNetwork: true, Views: Arrange([]View{
		empty("mount protect_home", "/home/u", Tmpfs(0o700, 1<<20), false), cover,
		again("/home/u/app/data", true, false), again("/home/u/app/config.ini", false, true), root,
		empty("mount private_tmp", "/tmp", Tmpfs(0o1777, 256<<20), true),
		empty("mount private_dev", "/dev", Tmpfs(0o755, 1<<20), false), again("/dev/null", true, true),
		{Words: "mount private_dev", Target: "/dev/pts", Type: "devpts", Options: "newinstance", Writable: true},
		{Words: "mount private_dev", Target: "/dev/fd", Link: "/proc/self/fd"},
		empty("hide /srv/x", "/srv/x", Tmpfs(0, 256<<10), false),
	})}
	credentials := Credentials{
		Mount: "/home/u/.local/state/unitd/run/credentials", Name: "app.api",
		Files: []Credential{{"db", []byte("hunter2")}, {"empty", nil}},
	}
	shared := Plan{UID: 1000, GID: 1000, SharedIPC: true, SharedProc: true}
	got := ""
	for _, part := range []struct {
		name  string
		write func(*script.Script)
	}{
		{"make", plan.Make}, {"furnish", plan.Furnish},
		{"join", func(s *script.Script) { plan.Join(s, 7) }},
		{"make, much shared", shared.Make}, {"furnish, much shared", shared.Furnish},
		{"place credentials", credentials.Place},
		{"join, much shared", func(s *script.Script) { shared.Join(s, 7) }},
		{"make, closed", closed.Make}, {"furnish, closed", closed.Furnish},
		{"join, closed", func(s *script.Script) { closed.Join(s, 7) }},
	} {
		var s script.Script
		part.write(&s)
		got += part.name + ":\n" + s.String()
	}
	golden.Compare(t, "testdata/plan.txt", got)
}
