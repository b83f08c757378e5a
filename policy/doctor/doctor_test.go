package doctor

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/policy/containment"
)

// well is a host on which nothing is missing.
func well() Facts {
	return Facts{
		Kernel:     "6.8.0-45-generic",
		Namespaces: Namespaces{Most: 15000, Unprivileged: -1, AppArmor: 0},
		Landlock:   4, Filters: true,
		Cgroup: Cgroup{Path: "/user.slice", Delegated: true, Controllers: []string{"cpu", "io", "memory", "pids"}},
		CPUs:   1, Memory: 1 << 30,
		Tasks: Tasks{20, 100}, Files: Files{1024, 4096},
		Home:  Disk{Path: "/home/shop", Type: "ext4", Free: 5 << 30, Total: 10 << 30, Inodes: 100000},
		Tmp:   Disk{Path: "/tmp", Type: "tmpfs", Free: 1 << 30, Total: 1 << 30, Inodes: -1},
		Cron:  Cron{State: "runs", Words: "@reboot + every minute"},
		Clock: Clock{Known: true, Synchronised: true},
		Units: Units{Where: "in ~/units", Units: []Unit{{ID: "app.a"}, {ID: "pool.b", Required: true}}},
	}
}

func TestNothingIsMissing(t *testing.T) {
	found := Examine(well())
	for _, f := range found {
		if f.Level != Fine || f.Ask != "" || f.Found == "" || len(f.Units) > 0 {
			t.Errorf("%+v", f)
		}
	}
	if Sick(found) {
		t.Error("sick")
	}
}

func TestExamine(t *testing.T) {
	denied := func(failure string, change func(*Namespaces)) func(*Facts) {
		return func(f *Facts) {
			f.Namespaces.Failure = failure
			if change != nil {
				change(&f.Namespaces)
			}
		}
	}
	const creating, later = "create a user namespace: operation not permitted", "map the user id: operation not permitted"
	tests := []struct {
		name   string
		change func(*Facts)
		of     string // name of the finding
		level  Level
		found  string
		effect string
		ask    string
	}{
		{"old kernel", func(f *Facts) { f.Kernel = "6.4.99" }, "kernel", Fine, "Linux 6.4.99", "Older than 6.5", ""},
		{"older kernel", func(f *Facts) { f.Kernel = "5.15.0-1" }, "kernel", Fine, "5.15", "Older than 6.5", ""},
		{"new kernel", func(f *Facts) { f.Kernel = "6.5.0" }, "kernel", Fine, "Linux 6.5.0", "", ""},
		{"no release", func(f *Facts) { f.Kernel = "" }, "kernel", Fine, "Linux", "", ""},
		{"root", func(f *Facts) { f.Root, f.Namespaces.Failure = true, "the manager runs as root" }, "namespaces", Note, "not for root", "tier", "ordinary account"},
		{"none allowed", denied("create a user namespace: no space left on device", func(n *Namespaces) { n.Most = 0 }), "namespaces", Note,
			"user.max_user_namespaces is 0", `tier "process"`, "sysctl user.max_user_namespaces"},
		{"all used", denied("create a user namespace: no space left on device", func(n *Namespaces) { n.Most = 3 }), "namespaces", Note, "used up", "tier", "higher"},
		{"Debian's sysctl", denied(creating, func(n *Namespaces) { n.Unprivileged = 0 }), "namespaces", Note, "unprivileged_userns_clone is 0", "tier", "sysctl"},
		{"AppArmor", denied(later, func(n *Namespaces) { n.AppArmor = 1 }), "namespaces", Note, "taken back by AppArmor", "tier", "apparmor_restrict_unprivileged_userns=0"},
		{"no capabilities", denied(later, nil), "namespaces", Note, "can be made, and may then do nothing: map the user id", "tier", "capabilities"},
		{"a container", denied(creating, func(n *Namespaces) { n.Filtered = true }), "namespaces", Note, "filter of system calls", "tier", "container"},
		{"refused", denied(creating, nil), "namespaces", Note, "refused: " + creating, "tier", "unprivileged"},
		{"no Landlock", func(f *Facts) { f.Landlock = 0 }, "Landlock", Note, "none", "does nothing", "kernel with Landlock"},
		{"no filters", func(f *Facts) { f.Filters = false }, "seccomp", Note, "no filters", "do nothing", "CONFIG_SECCOMP_FILTER"},
		{"cgroup v1", func(f *Facts) { f.Cgroup = Cgroup{} }, "cgroup", Note, "no cgroup v2", "measures the memory", "delegated"},
		{"not delegated", func(f *Facts) { f.Cgroup.Delegated = false }, "cgroup", Note, "not delegated to this account: /user.slice", "measures", "Delegate=yes"},
		{"no controller", func(f *Facts) { f.Cgroup.Controllers = []string{"memory"} }, "cgroup", Note, "delegated, without cpu, pids: /user.slice", "cpu", "controllers"},
		{"one CPU", func(*Facts) {}, "CPU and memory", Fine, "1 CPU, 1.0G of memory", "3 workers", ""},
		{"many CPUs", func(f *Facts) { f.CPUs = 8 }, "CPU and memory", Fine, "8 CPUs", "4 workers", ""},
		{"no limit of processes", func(f *Facts) { f.Tasks = Tasks{500, 0} }, "processes", Fine, "no limit", "", ""},
		{"few processes", func(f *Facts) { f.Tasks = Tasks{80, 100} }, "processes", Problem, "80 of 100", "With 20 left", "nproc"},
		{"no process left", func(f *Facts) { f.Tasks = Tasks{101, 100} }, "processes", Problem, "101 of 100", "With 0 left", "nproc"},
		{"few files", func(f *Facts) { f.Files = Files{32, 32} }, "open files", Problem, "32 for each process", "16 files", "nofile"},
		{"hidepid", func(f *Facts) { f.HidePID = "2" }, "/proc", Fine, "hidepid=2", "manager status", ""},
		{"hidepid off", func(f *Facts) { f.HidePID = "0" }, "/proc", Fine, "all accounts", "", ""},
		{"NFS", func(f *Facts) { f.Home.Type = "nfs" }, "home directory", Fine, "nfs, 5.0G of 10.0G free", "another host", ""},
		{"full", func(f *Facts) { f.Home.Free = 10 << 20 }, "home directory", Problem, "10.0M of 10.0G free", "disk is full", "Make room"},
		{"quota", func(f *Facts) { f.Quota = Quota{true, 990 << 20, 1000 << 20} }, "home directory", Problem, "quota: 990.0M of 1000.0M used", "disk is full", "Make room"},
		{"quota without limit", func(f *Facts) { f.Quota = Quota{true, 990 << 20, 0} }, "home directory", Fine, "free", "", ""},
		{"no inodes", func(f *Facts) { f.Home.Inodes = 7 }, "home directory", Problem, "room for 7 more files", "disk is full", "Delete"},
		{"read-only home", func(f *Facts) { f.Home.Problem = "/home/shop cannot be written: read-only" }, "home directory", Problem, "read-only", "does not start", "--state-dir"},
		{"full /tmp", func(f *Facts) { f.Tmp.Free = 0 }, "/tmp", Note, "0 free", "keeps nothing there", ""},
		{"no /tmp", func(f *Facts) { f.Tmp.Problem = "/tmp cannot be written" }, "/tmp", Note, "cannot be written", "private_tmp", ""},
		{"one address", func(f *Facts) { f.Loopback = "cannot assign requested address" }, "loopback", Note, "127.77.0.1 cannot be used: cannot assign", "as a whole", "127.0.0.0/8"},
		{"no crontab", func(f *Facts) { f.Cron = Cron{NoProgram: true} }, "cron", Problem, "no program crontab", "Nothing starts unitd", "boot enable --print"},
		{"cron.deny", func(f *Facts) { f.Cron = Cron{Refused: "you may not"} }, "cron", Problem, "not for this account: you may not", "Nothing", "cron.allow"},
		{"no cron", func(f *Facts) { f.Cron.State = "absent" }, "cron", Problem, "none runs", "Nothing", "Ask for cron"},
		{"not enabled", func(f *Facts) { f.Cron.Words = "" }, "cron", Note, "does not", "Nothing", "unitctl boot enable"},
		{"gone", func(f *Facts) { f.Cron.Gone = "/old/unitd" }, "cron", Problem, "/old/unitd, and there is no such program", "Nothing", "unitctl boot enable"},
		{"not synchronised", func(f *Facts) { f.Clock.Synchronised = false }, "clock", Note, "not synchronised", "Times in logs", "NTP"},
		{"nobody knows", func(f *Facts) { f.Clock.Known = false }, "clock", Fine, "cannot be told", "", ""},
		{"set back", func(f *Facts) { f.Clock.Ahead = 3 * time.Hour }, "clock", Problem, "set back: a file of unitd was written 3h0m0s from now", "not to be relied on", "NTP"},
		{"a little ahead", func(f *Facts) { f.Clock.Ahead = time.Second }, "clock", Fine, "synchronised", "", ""},
		{"no units", func(f *Facts) { f.Units = Units{NoneSaid: true} }, "units", Fine, "none yet", "", ""},
		{"bad units", func(f *Facts) { f.Units = Units{Problem: "the files have mistakes"} }, "units", Problem, "mistakes", "not known", "unitctl verify"},
		{"set-uid", func(f *Facts) { f.Units.SetUID = []string{"a.hcl:3: sudo gets no rights"} }, "set-uid program", Note, "a.hcl:3: sudo", "or fails", `namespace = "off"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			facts := well()
			test.change(&facts)
			all := Examine(facts)
			i := slices.IndexFunc(all, func(f Finding) bool { return f.Name == test.of })
			if i < 0 {
				t.Fatalf("no finding %s in %+v", test.of, all)
			}
			f := all[i]
			if f.Level != test.level || !strings.Contains(f.Found, test.found) || !strings.Contains(f.Effect, test.effect) || !strings.Contains(f.Ask, test.ask) {
				t.Errorf("got %+v", f)
			}
			if test.effect == "" && f.Effect != "" || test.ask == "" && f.Ask != "" {
				t.Errorf("says too much: %+v", f)
			}
			if Sick(all) {
				t.Error("no unit needs it")
			}
		})
	}
}

// What units go without is told once for all that do for the same reason; who requires it makes the account sick.
func TestUnits(t *testing.T) {
	missing := []containment.Missing{{Names: []string{"private_tmp", "hidden"}, Why: "this host has no user namespaces"}}
	facts := well()
	facts.Units.Units = []Unit{{ID: "app.a", Missing: missing}, {ID: "app.b", Missing: missing}}
	all := Examine(facts)
	last := all[len(all)-1]
	if last.Level != Note || last.Found != "hidden, private_tmp: this host has no user namespaces" || strings.Join(last.Units, " ") != "app.a app.b" || Sick(all) {
		t.Errorf("%+v", last)
	}
	facts.Units.Units[1].Required = true
	all = Examine(facts)
	last = all[len(all)-1]
	if last.Level != Missing || strings.Join(last.Units, " ") != "app.b" || !strings.Contains(last.Ask, `namespace = "auto"`) || !Sick(all) {
		t.Errorf("%+v", last)
	}
}
