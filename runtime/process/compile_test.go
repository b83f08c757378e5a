package process

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/golden"
	"unitd/internal/script"
)

func goldenSpecs() map[string]Spec {
	nice, adj, ioprio := 10, -500, 2<<13|7
	one := func(call string, number int) func(*script.Script) {
		return func(s *script.Script) { s.Do(call, call, number) }
	}
	own := &Namespaces{
		Make: one("unshare", unix.SYS_UNSHARE), Furnish: one("mount", unix.SYS_MOUNT),
		Join: func(s *script.Script, process int) { s.Do("join", "setns", unix.SYS_SETNS, script.Number(process)) },
	}
	return map[string]Spec{
		"smallest": {Path: "/bin/true", Args: []string{"true"}, Umask: 0o022},
		"contained": {
			Path: "/bin/true", Args: []string{"true"}, Umask: 0o022, PIDVars: []string{"LISTEN_PID"}, Files: make([]*os.File, 1),
			OOMScoreAdj: &adj, Namespaces: own, visibleInit: true, ignored: everySignal,
		},
		"joined": {Path: "/bin/true", Args: []string{"true"}, Umask: 0o022, Join: 1, join: own, Cgroup: os.Stdin},
		"everything": {
			ignored: 1<<0 | 1<<12, // SIGHUP and SIGPIPE
			Token:   7, Name: "app.api", Path: "/srv/app", Args: []string{"app", "--fd", "3"},
			Env: []string{"HOME=/home/u", "PASSWORD=hidden"}, PIDVars: []string{"LISTEN_PID", "WATCHDOG_PID"},
			Dir: "/srv/x", Umask: 0o077, Files: make([]*os.File, 2),
			Rlimits: []Rlimit{{unix.RLIMIT_NOFILE, 1024, 4096}, {unix.RLIMIT_MEMLOCK, 0, 0}},
			Nice:    &nice, IOPriority: &ioprio, OOMScoreAdj: &adj, CPUs: []int{0, 65}, NoNewPrivs: true, ExitFile: "/run/exit",
			Confine: func(s *script.Script, fd int) {
				s.Do("confine", "landlock_restrict_self", unix.SYS_LANDLOCK_RESTRICT_SELF, script.Number(fd))
			},
			Filter: func(s *script.Script) {
				s.Do("filter", "seccomp", unix.SYS_SECCOMP, script.Counted("filter", 1, make([]byte, 8)))
			},
		},
	}
}

func TestScriptGolden(t *testing.T) {
	for name, spec := range goldenSpecs() {
		got := Compile(spec).String()
		golden.Compare(t, filepath.Join("testdata", "script", name+".txt"), got)
		if strings.Contains(got, "hidden") {
			t.Errorf("%s shows a value of the environment", name)
		}
	}
}

// What the interpreter will find at an address must be what the script says.
func TestScriptLayout(t *testing.T) {
	for name, spec := range goldenSpecs() {
		spec.Args = append(spec.Args, strings.Repeat("long", 10_000)) // so that the layout grows while it is built
		compiled := Compile(spec)
		bytes := compiled.Bytes()
		word := func(at uint64) uint64 { return binary.LittleEndian.Uint64(bytes[at:]) }
		cString := func(address uint64) string {
			text, _, _ := strings.Cut(string(bytes[address-script.Base:]), "\x00")
			return text
		}
		if word(0) != spec.Token || word(8) != uint64(len(compiled.Ops)) || word(16)>>32 != uint64(len(bytes)) {
			t.Errorf("%s: header % x", name, bytes[:script.HeaderSize])
		}
		last := uint64(script.HeaderSize + script.OpSize*(len(compiled.Ops)-1))
		if nr := word(last) & 0xffffffff; nr != unix.SYS_EXECVE {
			t.Fatalf("%s: last call %d", name, nr)
		}
		if path := cString(word(last + 8)); path != spec.Path {
			t.Errorf("%s: path %q", name, path)
		}
		for i, list := range [][]string{spec.Args, append(spec.Env, pidVariables(spec)...)} {
			at := word(last+16+8*uint64(i)) - script.Base
			for n, entry := range list {
				if got := cString(word(at + 8*uint64(n))); got != entry {
					t.Errorf("%s: entry %d is %.40q, want %.40q", name, n, got, entry)
				}
			}
			if word(at+8*uint64(len(list))) != 0 {
				t.Errorf("%s: vector %d does not end", name, i)
			}
		}
	}
}

func pidVariables(spec Spec) []string {
	var entries []string
	for _, name := range spec.PIDVars {
		entries = append(entries, name+"=")
	}
	return entries
}
