package executor_test

import (
	"os"
	"path/filepath"
	"sync"
	"time"

	"unitd/units"
)

// app is an app with the defaults of the language that runs a test program.
func app(name string, change func(*units.Process, *units.Program), words ...string) *units.Unit {
	p := process(change, words...)
	return &units.Unit{ID: units.NewID(units.KindApp, name, ""), Enabled: true, App: &units.App{Process: p}}
}

func process(change func(*units.Process, *units.Program), words ...string) units.Process {
	p := units.Process{
		Type: units.TypeSimple, Directory: "/", Umask: 0o022, ReadyFD: -1, KillMode: units.KillMixed, StopSignal: "SIGTERM",
		StartTimeout: 10 * time.Second, StopTimeout: 5 * time.Second,
		Sandbox: units.Sandbox{Namespace: "auto", PrivateIPC: true, HideProcesses: true},
		Restart: units.Restart{
			Policy: units.RestartAlways, Delay: time.Second, MaxDelay: time.Minute, Factor: 2, Jitter: 0.1,
			Immediate: []units.Reason{
				units.ReasonKilled, units.ReasonSignal, units.ReasonCore, units.ReasonOOM,
				units.ReasonWatchdog, units.ReasonHang, units.ReasonHealth,
			},
			ResetAfter: time.Minute, Interval: time.Minute,
		},
	}
	program := units.Program{
		Command: append([]string{testBinary(), "program:" + words[0]}, words[1:]...),
	}
	if change != nil {
		change(&p, &program)
	}
	p.Program = units.Fixed(program)
	return p
}

var binary struct {
	once sync.Once
	path string
}

// testBinary is a copy of this program at a path that the ordinary user may execute.
func testBinary() string {
	binary.once.Do(func() {
		content, err := os.ReadFile("/proc/self/exe")
		if err != nil {
			panic(err)
		}
		dir, err := os.MkdirTemp(os.Getenv("HOME"), "bin-")
		if err != nil {
			panic(err)
		}
		binary.path = filepath.Join(dir, "program")
		if err := os.WriteFile(binary.path, content, 0o755); err != nil {
			panic(err)
		}
	})
	return binary.path
}

// sleeper is any program that runs until it is told to stop.
func sleeper(name string, change func(*units.Process, *units.Program)) *units.Unit {
	return app(name, func(p *units.Process, program *units.Program) {
		program.Command = []string{"sleep", "1000"}
		if change != nil {
			change(p, program)
		}
	}, "none")
}
