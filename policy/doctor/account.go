package doctor

import (
	"fmt"
	"slices"

	"unitd/units"
)

func size(bytes int64) string {
	for _, unit := range []struct {
		name string
		size int64
	}{{"T", 1 << 40}, {"G", 1 << 30}, {"M", 1 << 20}} {
		if bytes >= unit.size {
			return fmt.Sprintf("%.1f%s", float64(bytes)/float64(unit.size), unit.name)
		}
	}
	return units.FormatSize(bytes)
}

func processors(f Facts) Finding {
	name := "CPUs"
	if f.CPUs == 1 {
		name = "CPU"
	}
	return Finding{
		Name: "CPU and memory", Level: Fine, Found: fmt.Sprintf("%d %s, %s of memory", f.CPUs, name, size(f.Memory)),
		Effect: fmt.Sprintf("A pool that names no number has %d workers.", min(2*f.CPUs+1, 4)),
	}
}

// What a site of some units needs.
const (
	fewTasks = 30
	fewFiles = 64
	lowDisk  = 100 << 20
	fewNodes = 1000
)

func tasks(f Facts) Finding {
	t := f.Tasks
	out := Finding{Name: "processes", Level: Fine, Found: fmt.Sprintf("%d processes and threads, no limit", t.Used)}
	if t.Most == 0 {
		return out
	}
	free := max(t.Most-t.Used, 0)
	out.Found = fmt.Sprintf("%d of %d processes and threads are used", t.Used, t.Most)
	if free < fewTasks {
		out.Level = Problem
		out.Effect = fmt.Sprintf("unitd itself has up to 8 threads, and each unit at least 2 processes. With %d left a start may have to wait until there is room; what runs goes on.", free)
		out.Ask = "Ask for a higher limit of processes (nproc), or end what you do not need: ps -u $USER -L"
	}
	return out
}

func files(f Facts) Finding {
	out := Finding{Name: "open files", Level: Fine, Found: fmt.Sprintf("%d for each process, %d at most", f.Files.Soft, f.Files.Hard)}
	if f.Files.Soft == f.Files.Hard {
		out.Found = fmt.Sprintf("%d for each process", f.Files.Soft)
	}
	if f.Files.Soft < fewFiles {
		out.Level = Problem
		out.Effect = "unitd has up to 16 files open, and one for each listening socket of a unit; with so few it may have to wait."
		out.Ask = "Ask for a higher limit of open files (nofile), such as 1024."
	}
	return out
}

func hidden(f Facts) Finding {
	if f.HidePID == "" || f.HidePID == "0" || f.HidePID == "off" {
		return Finding{Name: "/proc", Level: Fine, Found: "shows the processes of all accounts"}
	}
	return Finding{
		Name: "/proc", Level: Fine, Found: "shows your own processes only (hidepid=" + f.HidePID + ")",
		Effect: "unitd hides its memory, so you do not see it in ps; `unitctl manager status` shows its process id.",
	}
}

// network are file systems on other hosts.
var network = []string{"nfs", "cifs", "smb2", "ceph", "lustre", "afs", "9p"}

func home(f Facts) Finding {
	d := f.Home
	out := Finding{Name: "home directory", Level: Fine, Found: fmt.Sprintf("%s, %s of %s free", d.Type, size(d.Free), size(d.Total))}
	if f.Quota.Known && f.Quota.Most > 0 {
		left := max(f.Quota.Most-f.Quota.Used, 0)
		out.Found += fmt.Sprintf("; quota: %s of %s used", size(f.Quota.Used), size(f.Quota.Most))
		d.Free = min(d.Free, left)
	}
	if slices.Contains(network, d.Type) {
		out.Effect = "It is on another host. That works; when that host does not answer, starts and logs wait for it."
	}
	const full = "When the disk is full units go on and unitd answers; what it cannot write down it says in its log."
	switch {
	case d.Problem != "":
		out.Level, out.Found = Problem, d.Problem
		out.Effect = "unitd cannot keep its state and does not start."
		out.Ask = "Make " + d.Path + " writable for this account, or name another directory with --state-dir."
	case d.Free < lowDisk:
		out.Level, out.Effect, out.Ask = Problem, full, "Make room, or ask for more."
	case d.Inodes >= 0 && d.Inodes < fewNodes:
		out.Level, out.Effect = Problem, full
		out.Found += fmt.Sprintf(", room for %d more files", d.Inodes)
		out.Ask = "Delete files that you do not need (caches, sessions), or ask for more."
	}
	return out
}

func tmp(f Facts) Finding {
	d := f.Tmp
	out := Finding{Name: "/tmp", Level: Fine, Found: fmt.Sprintf("%s, %s free", d.Type, size(d.Free)), Effect: "unitd keeps nothing there."}
	switch {
	case d.Problem != "":
		out.Level, out.Found = Note, d.Problem
		out.Effect += " Programs that need it can have their own: sandbox { private_tmp = true }, where there are namespaces."
	case d.Free < lowDisk:
		out.Level = Note
	}
	return out
}

func loopback(f Facts) Finding {
	if f.Loopback == "" {
		return Finding{Name: "loopback", Level: Fine, Found: "all of 127.0.0.0/8"}
	}
	return Finding{
		Name: "loopback", Level: Note, Found: "127.77.0.1 cannot be used: " + f.Loopback,
		Effect: "unitd checks the workers of a pool one by one from addresses such as this; without them it checks a pool as a whole, and does not see which worker hangs.",
		Ask:    "Ask for all of 127.0.0.0/8 on the loopback interface, or use dispatch = \"proxy\".",
	}
}
