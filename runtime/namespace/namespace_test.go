package namespace

import (
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/golden"
	"unitd/internal/script"
)

// What is done, in which order, and with which words it is explained when it fails.
func TestGolden(t *testing.T) {
	plan := Plan{
		UID: 1000, GID: 1001,
		Shown: []Shown{{
			Source: "/home/u/.local/state/unitd/run/workers/pool.web.0",
			Target: "/home/u/.local/state/unitd/run/front/run/workers/pool.web.0",
		}},
		Covers: []Cover{{
			Source: Path{"/home/u/.local/state/unitd/run/front", unix.MS_NOSUID | unix.MS_NODEV},
			Target: "/home/u/.local/state/unitd",
		}},
		Rights: []Right{
			{Path: Path{"/home/u/.config/unitd/units", unix.MS_NOSUID | unix.MS_NODEV}},
			{Path: Path{Name: "/home/u/.config/unitd/units/app"}, Writable: true},
		},
	}
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
	} {
		var s script.Script
		part.write(&s)
		got += part.name + ":\n" + s.String()
	}
	golden.Compare(t, "testdata/plan.txt", got)
}
