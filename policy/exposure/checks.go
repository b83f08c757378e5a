package exposure

import (
	"slices"
	"strings"

	"unitd/internal/syscalls"
	"unitd/policy/containment"
	"unitd/units"
)

// subject is what is asked about.
type subject struct {
	process *units.Process
	sandbox *units.Sandbox
	verdict containment.Verdict
}

// has reports an attribute that is asked for and given.
func (s subject) has(name string, asked bool) bool { return asked && s.verdict.Lacks(name) == "" }

// ask answers all checks. Weights are those of systemd where it has the same check. What no process of an ordinary
// account can do anyway (capabilities, other users) is not asked.
func ask(s subject) []Check {
	box := s.sandbox
	var checks []Check
	add := func(name string, weight, badness int, ok, open string) {
		c := Check{Name: name, Weight: weight, Badness: badness, Description: ok, Lacks: s.verdict.Lacks(name)}
		if badness > 0 {
			c.Description = open
		}
		checks = append(checks, c)
	}
	flag := func(name string, weight int, asked bool, ok, open string) {
		badness := worst
		if s.has(name, asked) {
			badness = 0
		}
		add(name, weight, badness, ok, open)
	}
	only := func(yes bool) int {
		if yes {
			return 0
		}
		return worst
	}
	add("namespace", 2000, only(s.verdict.Namespaces), "it is in namespaces of its own", "it shares processes and files with all of the account")
	flag("no_new_privileges", 1000, box.NoNewPrivileges, "it gains no rights from files", "set-uid programs give it the rights of others")
	add("control", 1000, only(!s.process.Control), "the control socket refuses it", "it may tell unitd what to do")
	flag("hide_processes", 1000, box.HideProcesses, "it sees its own processes only", "it sees all processes of the host that the account does")
	flag("private_ipc", 500, box.PrivateIPC, "its ipc objects are its own", "it shares ipc objects with the account")
	flag("private_tmp", 1000, box.PrivateTmp, "its temporary files are its own", "it reads what others leave in /tmp")
	flag("private_dev", 1000, box.PrivateDev, "it sees no hardware", "it sees the devices of the host")
	add("protect_home", 2000, s.home(), "it sees of the home directory what it needs", s.homeWords())
	add("read_only", 500, only(s.closed() || s.has("read_only", slices.Contains(box.ReadOnly, "/"))),
		"it can change what it is granted only", "it can change all files that the account can")
	flag("private_network", 2500, box.PrivateNetwork, "its network is its own", "it reaches the network of the host")
	add("landlock.connect_tcp", 1000, only(s.has("private_network", box.PrivateNetwork) || s.has("landlock.connect_tcp", box.Landlock.ConnectTCP != nil)),
		"it connects to ports it is granted only", "it connects to any port, those of neighbours included")
	flag("landlock.scopes", 500, s.signals(), "it signals no process outside", "it signals processes of the account that it sees")
	checks = append(checks, s.families()...)
	checks = append(checks, s.calls()...)
	add("foreign calls", 1000, only(s.filters()), "it calls the kernel by its own architecture only", "it calls the kernel by any architecture")
	flag("lock_personality", 100, box.LockPersonality, "its execution domain stays", "it may change its execution domain")
	add("umask", 100, umaskBadness(s.process.Umask), "files that it makes are its own", "files that it makes can be read by others, by default")
	return checks
}

// closed reports a unit of which Landlock says what files it may use.
func (s subject) closed() bool {
	return s.sandbox.Landlock.Files() && !slices.ContainsFunc(s.sandbox.ByLandlock(), func(name string) bool { return s.verdict.Lacks(name) != "" })
}

// home is how open the home directory is.
func (s subject) home() int {
	const readable = 5
	mode := s.sandbox.ProtectHome
	switch {
	case s.closed(), s.has("protect_home", mode == "tmpfs"):
		return 0
	case s.has("protect_home", mode == "read-only"), s.has("read_only", slices.Contains(s.sandbox.ReadOnly, "/")):
		return readable
	}
	return worst
}

func (s subject) homeWords() string {
	if s.home() < worst {
		return "it reads all of the home directory, ~/.ssh included"
	}
	return "it changes all of the home directory, ~/.ssh and ~/.bashrc included"
}

// signals: in namespaces there is nobody outside to be signalled.
func (s subject) signals() bool {
	return s.verdict.Namespaces || slices.Contains(s.sandbox.Landlock.Scopes, "signal")
}

// filters reports a filter of system calls, which refuses other architectures.
func (s subject) filters() bool {
	return slices.ContainsFunc(s.sandbox.ByFilter(), func(name string) bool { return s.verdict.Lacks(name) == "" })
}

// families asks for sockets of some families, each with the weight that systemd gives it.
func (s subject) families() []Check {
	const name = "restrict_address_families"
	list := s.sandbox.RestrictAddressFamily
	given := s.has(name, len(list) > 0)
	open := func(family string) bool {
		switch {
		case !given:
			return true
		case strings.HasPrefix(list[0], "~"):
			return !slices.Contains(list, "~"+family)
		}
		return slices.Contains(list, family)
	}
	var checks []Check
	add := func(weight int, which string, open bool) {
		c := Check{Name: name, Weight: weight, Description: "no sockets of " + which, Lacks: s.verdict.Lacks(name)}
		if open {
			c.Badness, c.Description = worst, "sockets of "+which
		}
		checks = append(checks, c)
	}
	add(1500, "AF_INET and AF_INET6", open("AF_INET") || open("AF_INET6"))
	add(25, "AF_UNIX", open("AF_UNIX"))
	add(200, "AF_NETLINK", open("AF_NETLINK"))
	add(1000, "AF_PACKET", open("AF_PACKET"))
	asked := []string{"AF_INET", "AF_INET6", "AF_UNIX", "AF_LOCAL", "AF_NETLINK", "AF_PACKET", "none"}
	exotic := !given || strings.HasPrefix(list[0], "~") || slices.ContainsFunc(list, func(family string) bool { return !slices.Contains(asked, family) })
	add(1250, "exotic families", exotic)
	return checks
}

// dangerous are the sets that are asked for, each with the weight that systemd gives it.
var dangerous = []struct {
	name   string
	weight int
}{
	{"@clock", 1000}, {"@cpu-emulation", 250}, {"@debug", 1000}, {"@module", 1000}, {"@mount", 1000}, {"@obsolete", 250},
	{"@privileged", 700}, {"@raw-io", 1000}, {"@reboot", 1000}, {"@resources", 700}, {"@swap", 1000},
}

// calls asks for sets of system calls. One that can be made and is what every program needs does not open a set.
func (s subject) calls() []Check {
	const name = "seccomp"
	selected, others := syscalls.Select(s.sandbox.Seccomp)
	given := s.has(name, len(s.sandbox.Seccomp) > 0)
	always := syscalls.Numbers(syscalls.Default)
	var checks []Check
	for _, set := range dangerous {
		c := Check{Name: name, Weight: set.weight, Description: "no calls of " + set.name, Lacks: s.verdict.Lacks(name)}
		open := !given
		for _, n := range syscalls.Numbers(set.name) {
			can, named := selected[n]
			open = open || !slices.Contains(always, n) && (named && can || !named && others)
		}
		if open {
			c.Badness, c.Description = worst, "calls of "+set.name
		}
		checks = append(checks, c)
	}
	return checks
}

// umaskBadness is how open new files are: to be changed by all, read by all, changed by the group, read by the group.
func umaskBadness(mask uint32) int {
	for _, m := range []struct {
		bit     uint32
		badness int
	}{{0o002, worst}, {0o004, 5}, {0o020, 2}, {0o040, 1}} {
		if mask&m.bit == 0 {
			return m.badness
		}
	}
	return 0
}
