package exposure

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"unitd/policy/containment"
	"unitd/units"
)

func process(change func(*units.Process)) *units.Process {
	p := &units.Process{Umask: 0o022, Sandbox: units.Sandbox{
		Namespace: "auto", NoNewPrivileges: true, PrivateIPC: true, HideProcesses: true, ProtectHome: "no",
	}}
	if change != nil {
		change(p)
	}
	return p
}

func closed(p *units.Process) {
	p.Umask = 0o077
	s := &p.Sandbox
	s.PrivateTmp, s.PrivateDev, s.PrivateNetwork, s.LockPersonality, s.ProtectHome = true, true, true, true, "tmpfs"
	s.ReadOnly = []string{"/"}
	s.Seccomp = []string{"@system-service", "~@privileged", "~@resources", "~@debug", "~@mount", "~@cpu-emulation", "~@obsolete"}
	s.RestrictAddressFamily = []string{"none"}
}

var host = containment.Host{Landlock: 7}

func assess(p *units.Process, h containment.Host) Assessment {
	return Assess(p, containment.Decide(p, h))
}

func TestAssess(t *testing.T) {
	without := containment.Host{Landlock: 7, NoNamespaces: "none here"}
	for name, test := range map[string]struct {
		change   func(*units.Process)
		host     containment.Host
		exposure float64
		level    string
	}{
		"by default":                {nil, host, 7.8, "EXPOSED"},
		"by default, no namespaces": {nil, without, 9.3, "UNSAFE"},
		"a web application":         {func(p *units.Process) { p.Sandbox.PrivateTmp, p.Sandbox.ProtectHome = true, "tmpfs" }, host, 6.8, "MEDIUM"},
		"all is closed":             {closed, host, 0, "PERFECT"},
		"closed, no namespaces":     {closed, without, 4.3, "OK"},
		"nothing, and it may control": {func(p *units.Process) {
			p.Control, p.Umask = true, 0
			p.Sandbox = units.Sandbox{Namespace: "off"}
		}, host, 10, "DANGEROUS"},
	} {
		got := assess(process(test.change), test.host)
		if got.Exposure != test.exposure || got.Level != test.level {
			t.Errorf("%s: %.1f %s, want %.1f %s", name, got.Exposure, got.Level, test.exposure, test.level)
			for _, c := range got.Checks {
				t.Logf("%s %d: %s", c.Name, c.Badness, c.Description)
			}
		}
	}
}

func TestChecks(t *testing.T) {
	badness := func(a Assessment, name, description string) int {
		for _, c := range a.Checks {
			if c.Name == name && (c.Description == description || description == "") {
				return c.Badness
			}
		}
		t.Errorf("no check %s: %s", name, description)
		return -1
	}
	for _, test := range []struct {
		change      func(*units.Process)
		name, words string
		want        int
	}{
		{func(p *units.Process) { p.Sandbox.ProtectHome = "read-only" }, "protect_home", "", 5},
		{func(p *units.Process) { p.Sandbox.Landlock.ReadOnly = []string{"/usr"} }, "protect_home", "", 0},
		{func(p *units.Process) { p.Sandbox.Landlock.ReadOnly = []string{"/usr"} }, "read_only", "", 0},
		{func(p *units.Process) { p.Sandbox.Landlock.ConnectTCP = []int{} }, "landlock.connect_tcp", "", 0},
		{func(p *units.Process) { p.Sandbox.PrivateNetwork = true }, "landlock.connect_tcp", "", 0},
		{func(p *units.Process) { p.Sandbox.Seccomp = []string{"~@mount"} }, "seccomp", "no calls of @mount", 0},
		{func(p *units.Process) { p.Sandbox.Seccomp = []string{"~@mount"} }, "seccomp", "calls of @debug", 10},
		{func(p *units.Process) { p.Sandbox.Seccomp = []string{"@system-service"} }, "seccomp", "no calls of @mount", 0},
		{func(p *units.Process) { p.Sandbox.Seccomp = []string{"@system-service"} }, "seccomp", "calls of @resources", 10},
		{func(p *units.Process) { p.Sandbox.LockPersonality = true }, "foreign calls", "", 0},
		{func(p *units.Process) { p.Sandbox.RestrictAddressFamily = []string{"AF_UNIX"} }, "restrict_address_families", "no sockets of AF_PACKET", 0},
		{func(p *units.Process) { p.Sandbox.RestrictAddressFamily = []string{"AF_UNIX"} }, "restrict_address_families", "no sockets of exotic families", 0},
		{func(p *units.Process) { p.Sandbox.RestrictAddressFamily = []string{"~AF_PACKET"} }, "restrict_address_families", "sockets of exotic families", 10},
		{func(p *units.Process) { p.Sandbox.RestrictAddressFamily = []string{"~AF_PACKET"} }, "restrict_address_families", "no sockets of AF_PACKET", 0},
		{func(p *units.Process) { p.Umask = 0o027 }, "umask", "", 1},
	} {
		if got := badness(assess(process(test.change), host), test.name, test.words); got != test.want {
			t.Errorf("%s %s: %d, want %d", test.name, test.words, got, test.want)
		}
	}
	lacking := assess(process(closed), containment.Host{NoNamespaces: "none here", NoFilters: true})
	for _, c := range lacking.Checks {
		if c.Name == "private_tmp" && (c.Lacks != "none here" || c.OK()) {
			t.Errorf("what is not given counts: %+v", c)
		}
	}
}

// A further restriction never makes a unit worse, and shares add up.
func TestLaws(t *testing.T) {
	restrictions := []func(*units.Process){
		func(p *units.Process) { p.Sandbox.PrivateTmp = true }, func(p *units.Process) { p.Sandbox.PrivateDev = true },
		func(p *units.Process) { p.Sandbox.PrivateNetwork = true }, func(p *units.Process) { p.Sandbox.ProtectHome = "tmpfs" },
		func(p *units.Process) { p.Sandbox.LockPersonality = true }, func(p *units.Process) { p.Sandbox.ReadOnly = []string{"/"} },
		func(p *units.Process) { p.Sandbox.Seccomp = []string{"@system-service"} },
		func(p *units.Process) { p.Sandbox.RestrictAddressFamily = []string{"AF_INET", "AF_UNIX"} },
		func(p *units.Process) { p.Sandbox.Landlock.ConnectTCP = []int{443} }, func(p *units.Process) { p.Umask = 0o077 },
		func(p *units.Process) { p.Sandbox.Landlock.Scopes = []string{"signal"} },
		func(p *units.Process) { p.Sandbox.Landlock.Execute = []string{"/usr"} },
	}
	rapid.Check(t, func(t *rapid.T) {
		p := process(nil)
		p.Sandbox.Namespace = rapid.SampledFrom([]string{"auto", "off"}).Draw(t, "namespace")
		before := assess(p, host)
		for _, i := range rapid.SliceOf(rapid.IntRange(0, len(restrictions)-1)).Draw(t, "restrictions") {
			restrictions[i](p)
			after := assess(p, host)
			if after.Exposure > before.Exposure {
				t.Fatalf("restriction %d makes it worse: %v to %v", i, before.Exposure, after.Exposure)
			}
			sum := 0.0
			for _, c := range after.Checks {
				sum += c.Exposure
			}
			if math.Abs(sum-after.Exposure) > 0.051 || after.Level == "" {
				t.Fatalf("shares are %v, all is %v %s", sum, after.Exposure, after.Level)
			}
			before = after
		}
	})
}
