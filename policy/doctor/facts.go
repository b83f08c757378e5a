package doctor

import (
	"time"

	"unitd/policy/containment"
)

// Facts are what was found of this host and account.
type Facts struct {
	Kernel     string // its release: "6.8.0-45-generic"
	Root       bool   // who asks is root
	Namespaces Namespaces
	Landlock   int  // version; 0: none
	Filters    bool // of system calls, seccomp(2)
	Cgroup     Cgroup
	CPUs       int   // whole ones that the account may use
	Memory     int64 // bytes that it may use
	Tasks      Tasks
	Files      Files
	HidePID    string // the option hidepid of /proc; "": it hides nobody
	Home, Tmp  Disk
	Quota      Quota
	Cron       Cron
	Clock      Clock
	// Loopback says why 127.77.0.1 cannot be bound; "": it can.
	Loopback string
	Units    Units
}

// Namespaces are what came of making them as a unit's are made.
type Namespaces struct {
	// Failure is the first step that was refused and why, "create a user namespace: operation not permitted"; "": none.
	Failure string
	// Most is user.max_user_namespaces, Unprivileged kernel.unprivileged_userns_clone, AppArmor
	// kernel.apparmor_restrict_unprivileged_userns; -1: this kernel does not have it.
	Most, Unprivileged, AppArmor int
	// Filtered is set where a filter of system calls holds for who asks already, as in a container.
	Filtered bool
}

// Cgroup is that of who asks.
type Cgroup struct {
	Path        string   // its directory; "": there is no cgroup v2
	Delegated   bool     // the account can make more below it, and move its processes there
	Controllers []string // that it could give to these
}

// Tasks are processes and threads of the account.
type Tasks struct {
	Used, Most int // Most 0: no limit
}

// Files are descriptors that one process may have.
type Files struct {
	Soft, Hard uint64
}

// Disk is the file system of a directory.
type Disk struct {
	Path        string
	Type        string // "ext4", "nfs"; a number where its name is not known
	Free, Total int64  // bytes; Free for this account
	Inodes      int64  // free ones; -1: they are not counted
	Problem     string // why nothing can be written there; ""
}

// Quota is what the account may have on the file system of its home directory.
type Quota struct {
	Known      bool
	Used, Most int64 // bytes; Most 0: no limit
}

// Cron is what may start unitd at boot.
type Cron struct {
	NoProgram bool   // there is no crontab(1)
	Refused   string // why crontab(1) does nothing for this account; ""
	State     string // "runs", "absent", "unknown"
	Words     string // what starts unitd: "@reboot + every minute"; "": nothing
	Gone      string // the program that this would start, where there is none; ""
}

// Clock is that of the host.
type Clock struct {
	Known, Synchronised bool
	// Ahead is how far in the future the newest file of unitd was written: the clock has been set back since.
	Ahead time.Duration
}

// Units are what the account has unitd for.
type Units struct {
	Where    string // the directory, or the manager that was asked
	Problem  string // why they are not known; ""
	Units    []Unit
	SetUID   []string // warnings of verify about programs that gain no rights
	NoneSaid bool     // there is neither a manager nor a directory of unit files
}

// Unit is one that runs a program.
type Unit struct {
	ID       string
	Required bool // namespace = "required": it does not start without what it asks for
	Missing  []containment.Missing
}
