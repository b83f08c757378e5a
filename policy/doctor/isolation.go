package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// since is the first kernel that tells for certain which process is at the other end of a socket.
var since = [2]int{6, 5}

func kernel(f Facts) Finding {
	out := Finding{Name: "kernel", Level: Fine, Found: "Linux " + f.Kernel}
	var major, minor int
	if n, err := fmt.Sscanf(f.Kernel, "%d.%d", &major, &minor); err == nil && n == 2 && (major < since[0] || major == since[0] && minor < since[1]) {
		out.Effect = "Older than 6.5: of who uses the control socket only the process id is known, which another process may get later."
	}
	return out
}

// tierProcess is what units get without namespaces.
const tierProcess = `Units run in the tier "process": all that they start is still found and ended at a stop, but they see each other's processes and unitd's files, and sandbox settings that need namespaces do nothing.`

func namespaces(f Facts) Finding {
	n := f.Namespaces
	out := Finding{Name: "namespaces", Level: Fine, Found: "each unit gets its own"}
	if n.Failure == "" {
		return out
	}
	out.Level, out.Effect = Note, tierProcess
	creating := strings.HasPrefix(n.Failure, "create a user namespace")
	switch {
	case f.Root:
		out.Found = "not for root"
		out.Ask = "Run unitd as an ordinary account."
	case n.Most == 0:
		out.Found = "switched off: user.max_user_namespaces is 0"
		out.Ask = "Ask for: sysctl user.max_user_namespaces=15000"
	case n.Unprivileged == 0:
		out.Found = "switched off: kernel.unprivileged_userns_clone is 0"
		out.Ask = "Ask for: sysctl kernel.unprivileged_userns_clone=1"
	case strings.Contains(n.Failure, "no space left on device"):
		out.Found = fmt.Sprintf("used up: this account has as many as it may (user.max_user_namespaces is %d)", n.Most)
		out.Ask = "Ask for a higher user.max_user_namespaces."
	case n.AppArmor == 1:
		out.Found = "taken back by AppArmor: they can be made and may then do nothing (kernel.apparmor_restrict_unprivileged_userns is 1)"
		out.Ask = "Ask for an AppArmor profile that lets unitd use user namespaces (\"userns,\"), or for: sysctl kernel.apparmor_restrict_unprivileged_userns=0"
	case creating && n.Filtered:
		out.Found = "forbidden by a filter of system calls, as containers have one (" + n.Failure + ")"
		out.Ask = "Ask for a container that allows user namespaces."
	case creating:
		out.Found = "refused: " + n.Failure
		out.Ask = "Ask for unprivileged user namespaces."
	default:
		out.Found = "can be made, and may then do nothing: " + n.Failure
		out.Ask = "Ask for user namespaces with their capabilities; a security module (AppArmor, SELinux) takes them."
	}
	return out
}

func landlock(f Facts) Finding {
	out := Finding{Name: "Landlock", Level: Fine, Found: fmt.Sprintf("version %d", f.Landlock)}
	if f.Landlock == 0 {
		out.Level, out.Found = Note, "this kernel has none, or it is switched off"
		out.Effect = "`landlock` of units does nothing; with namespace = \"required\" they do not start."
		out.Ask = "Ask for a kernel with Landlock (Linux 5.13, lsm=landlock)."
	}
	return out
}

func filters(f Facts) Finding {
	out := Finding{Name: "seccomp", Level: Fine, Found: "filters of system calls work"}
	if !f.Filters {
		out.Level, out.Found = Note, "this kernel has no filters of system calls"
		out.Effect = "`seccomp` and `restrict_address_families` of units do nothing."
		out.Ask = "Ask for a kernel with CONFIG_SECCOMP_FILTER."
	}
	return out
}

// limiting are the controllers that `limits` of units use.
var limiting = []string{"cpu", "memory", "pids"}

func cgroup(f Facts) Finding {
	const without = "unitd measures the memory of units itself; `limits { tasks }` holds where there are namespaces, `limits { cpu }` does nothing."
	c := f.Cgroup
	out := Finding{Name: "cgroup", Level: Note, Effect: without, Ask: "Ask for a delegated cgroup, if you need it (systemd: Delegate=yes)."}
	var missing []string
	for _, name := range limiting {
		if !slices.Contains(c.Controllers, name) {
			missing = append(missing, name)
		}
	}
	switch {
	case c.Path == "":
		out.Found = "no cgroup v2 on this host"
	case !c.Delegated:
		out.Found = "not delegated to this account: " + c.Path
	case len(missing) > 0:
		out.Found = "delegated, without " + strings.Join(missing, ", ") + ": " + c.Path
		out.Effect = "What these would limit is limited as without a cgroup: " + without
		out.Ask = "Ask for the controllers, if you need them."
	default:
		out.Level, out.Ask, out.Found = Fine, "", "delegated: "+c.Path
		out.Effect = "The kernel holds the limits of units, where unitd is started from here; cron may start it in another cgroup."
	}
	return out
}
