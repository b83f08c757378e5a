package executor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"unitd/internal/testhost"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
)

// namespacesOf lists the namespaces that a process does not share with this one.
func namespacesOf(pid int) (own []string) {
	for _, kind := range []string{"user", "pid", "mnt", "ipc", "uts", "net"} {
		theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
		ours, _ := os.Readlink("/proc/self/ns/" + kind)
		if err == nil && theirs != ours {
			own = append(own, kind)
		}
	}
	return own
}

// outside is the host's pid of the process that a unit's processes know by this number.
func (m *manager) outside(unit string, pid int) int {
	m.t.Helper()
	if !contained {
		return pid
	}
	main := m.pid(id(unit))
	theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", main))
	if err != nil {
		m.t.Fatal(err)
	}
	links, _ := filepath.Glob("/proc/[0-9]*/ns/pid")
	for _, link := range links {
		process := strings.Split(link, "/")[2]
		status, err := os.ReadFile("/proc/" + process + "/status")
		if to, _ := os.Readlink(link); err != nil || to != theirs {
			continue
		}
		_, list, _ := strings.Cut(string(status), "\nNSpid:")
		list, _, _ = strings.Cut(list, "\n")
		if numbers := strings.Fields(list); len(numbers) > 0 && numbers[len(numbers)-1] == strconv.Itoa(pid) {
			host, _ := strconv.Atoi(process)
			return host
		}
	}
	m.t.Fatalf("%s has no process %d", unit, pid)
	return 0
}

// asItself is the pid by which a main process that has just been started knows itself.
func asItself(pid int) int {
	if contained {
		return 2 // its init is 1
	}
	return pid
}

// onlyContained skips a test of what namespaces give.
func onlyContained(t *testing.T) {
	t.Helper()
	if !contained {
		t.Skip("the tier process does not give this")
	}
}

func TestNamespacesOfUnits(t *testing.T) {
	onlyContained(t)
	h := newHome(t)
	m := live(t, h, h.load(t, `
locals {
  namespaces = { own = "auto", wanted = "required", none = "off" }
}
app "a" {
  for_each   = local.namespaces
  command    = ["sh", "-c", "kill -0 2 && exec sleep 1000"]
  post_start = [["sh", "-c", "test $MAINPID = 2 -o ${each.key} = none && kill -0 $MAINPID"]]
  reload {
    command = ["sh", "-c", "kill -0 $MAINPID && test -e /proc/$MAINPID/stat"]
  }
  health "command" {
    command  = ["sh", "-c", "test ${each.key} = none || test \"$(cat /proc/2/comm)\" = sleep"]
    interval = "10ms"
  }
  sandbox {
    namespace = each.value
  }
}
app "shared" {
  command = ["sleep", "1000"]
  sandbox {
    private_ipc    = false
    hide_processes = false
  }
}
delay "until" {
  duration = "10s"
  until {
    command = ["sh", "-c", "kill -0 2"]
  }
}
`))
	for name, want := range map[string]string{
		`a["own"]`: "user pid mnt ipc uts", `a["wanted"]`: "user pid mnt ipc uts", "shared": "user pid mnt uts",
	} {
		m.active(id(name))
		pid := m.pid(id(name))
		if got := strings.Join(namespacesOf(pid), " "); got != want {
			t.Errorf("%s has namespaces %q, want %q", name, got, want)
		}
		for file, own := range map[string]int{"uid_map": os.Getuid(), "gid_map": os.Getgid()} { // one id, its own (user_namespaces(7))
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if want := fmt.Sprintf("%d %d 1", own, own); err != nil || strings.Join(strings.Fields(string(text)), " ") != want {
				t.Errorf("%s: %s is %q, %v, want %s", name, file, text, err, want)
			}
		}
		var run uint64
		m.call(func(model *engine.Model) { run = model.Unit(id(name)).Process.Main })
		if tier := m.executor.Tier(run, "auto"); tier != executor.TierNamespace {
			t.Errorf("%s is told to be in the tier %s", name, tier)
		}
	}
	m.eventually("the condition was looked at inside", func(model *engine.Model) bool { return model.Unit("delay.until").Phase() == lifecycle.Active })
	for _, name := range []string{`a["own"]`, `a["wanted"]`} {
		m.result(m.reload(name), job.Done, "")
	}
	// On the host there is a process 2, which is none of this account's.
	m.eventually("the one without namespaces fails", func(model *engine.Model) bool { return model.Unit(id(`a["none"]`)).Process.Restarts > 0 })
}

// What a unit sees of the manager.
func TestManagerIsHidden(t *testing.T) {
	onlyContained(t)
	h := newHome(t)
	h.write(t, "units/units.hcl", "# a unit file\n", 0o644)
	h.write(t, "units/deep/more.hcl", "# another\n", 0o644)
	look := "(ls -A ${path.runtime}; cat ${path.units}/units.hcl; " +
		"touch ${path.runtime}/x || echo runtime is read-only; chmod 700 ${path.runtime} || echo really; " +
		"echo >>${path.units}/units.hcl || echo unit file is read-only; touch ${path.units}/new.hcl || echo unit directory is read-only; " +
		"echo >>${var.program} || echo program is read-only; mv ${var.program} ${var.program}.old || echo and stays; " +
		"touch mine && echo its directory is not) 2>/dev/null >$HOME/$UNIT_NAME.seen"
	m := live(t, h, h.load(t, fmt.Sprintf(`
locals {
  look = ["sh", "-c", %q]
}
app "elsewhere" {
  type    = "oneshot"
  command = local.look
}
app "among" {
  type      = "oneshot"
  command   = local.look
  directory = path.units
}
app "below" {
  type      = "oneshot"
  command   = local.look
  directory = "${path.units}/deep"
}
app "inside" {
  command   = ["sleep", "1000"]
  directory = path.runtime
  enabled   = false
  restart {
    policy = "no"
  }
}
app "notifies" {
  type    = "notify"
  command = [var.program, "program:notify", "READY=1"]
}
`, look)))
	m.active("app.notifies")
	m.result(m.start("inside"), job.Failed, "units do not see "+filepath.Join(h.dir, "run")+", which is the manager's")
	const all = "credentials\nnotify.sock\n# a unit file\nruntime is read-only\nreally\nunit file is read-only\nunit directory is read-only\nprogram is read-only\nand stays\nits directory is not\n"
	for name, want := range map[string]string{
		"elsewhere": all, "below": all, "among": strings.Replace(all, "unit directory is read-only\n", "", 1),
	} {
		m.eventually(name+" has looked", func(model *engine.Model) bool { return model.Unit(id(name)).Process.LastExit != nil })
		if got := m.file("app." + name + ".seen"); got != want {
			t.Errorf("%s saw:\n%s\nwant:\n%s", name, got, want)
		}
	}
}

// On the kind of host that this product is for: 40 daemons that have left their session, their parents and their
// environment are gone when the stop returns, and the neighbour's are not.
func TestStopSparesTheNeighbour(t *testing.T) {
	h := newHome(t)
	h.daemon(t)
	m := live(t, h, h.load(t, `
locals {
  # $HOME/bin/daemon is sleep under a name of its own.
  flee = "for i in $(seq 40); do (setsid env -i sh -c \"$HOME/bin/daemon $1 & exit 0\" &); done; touch $1; exec sleep 1000"
}
app "flees" {
  command = ["sh", "-c", local.flee, "sh", "1001"]
}
app "neighbour" {
  command = ["sh", "-c", local.flee, "sh", "1002"]
}
`))
	daemons := func(which string) int {
		return len(processesNaming(filepath.Join(h.dir, "bin/daemon") + "\x00" + which))
	}
	m.eventually("all daemons run", func(*engine.Model) bool { return daemons("1001") == 40 && daemons("1002") == 40 })
	m.result(m.stop("flees"), job.Done, "")
	if left := daemons("1001"); left != 0 {
		t.Errorf("%d daemons are left", left)
	}
	if left := daemons("1002"); left != 40 {
		t.Errorf("%d daemons of the neighbour are left", left)
	}
	for _, name := range []string{"flees", "neighbour"} {
		m.restart(name)
		m.active(id(name))
	}
	m.eventually("all daemons run again", func(*engine.Model) bool { return daemons("1001") == 40 && daemons("1002") == 40 })
}

// On hosts that give no namespaces units run in the tier process, and say so; where a unit requires them it does not
// start, and says why.
func TestHostsWithoutNamespaces(t *testing.T) {
	reasons := map[testhost.Host]string{
		testhost.NoUserNamespaces: "create a user namespace: no space left on device",
		testhost.NoCapabilities:   "create pid, mount, ipc and uts namespaces: operation not permitted",
	}
	if simulated != "" {
		m := boot(t, `
app "a" {
  command = ["sleep", "1000"]
}
app "required" {
  command = ["sleep", "1000"]
  enabled = false
  sandbox {
    namespace = "required"
  }
  restart {
    policy = "no"
  }
}
`)
		m.active("app.a")
		if tier := m.executor.Tier(0, "auto"); tier != executor.TierProcess {
			t.Errorf("the tier is %q", tier)
		}
		m.start("required")
		m.stands("required", "start", "namespace = \"required\": "+reasons[simulated])
		return
	}
	onlyContained(t)
	for host := range reasons {
		host.Pass(t, "TestHostsWithoutNamespaces", "TestStopSparesTheNeighbour", "TestHooks", "TestForking", "TestNothingOutlivesItsUnit")
	}
}

// A host may stop to give namespaces while the manager runs.
func TestNamespacesRunOut(t *testing.T) {
	if simulated == "" {
		onlyContained(t)
		testhost.FewNamespaces.Pass(t, "TestNamespacesRunOut")
		return
	}
	m := boot(t, `
app "first" {
  command = ["sleep", "1000"]
}
app "more" {
  for_each = toset(["1", "2", "3"])
  command  = ["sleep", "1000"]
  enabled  = false
}
`)
	m.active("app.first")
	if own := namespacesOf(m.pid("app.first")); len(own) == 0 {
		t.Fatal("the first unit got no namespaces")
	}
	for _, name := range []string{`more["1"]`, `more["2"]`, `more["3"]`} {
		m.result(m.start(name), job.Done, "")
	}
	if own := namespacesOf(m.pid(`app.more["3"]`)); len(own) > 0 {
		t.Errorf("the last unit has namespaces %v", own)
	}
}
