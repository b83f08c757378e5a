package executor

import (
	"unitd/runtime/cgroup"
	"unitd/runtime/notify"
	"unitd/runtime/process"
	"unitd/runtime/socket"
	"unitd/units"
)

// run is one process tree: the program of a unit or worker, a hook, or the command of a check.
type run struct {
	unit      units.ID
	worker    int
	slot      int // that it serves in its unit's groups, or noSlot
	exit      int // number of its exit file
	hook      bool
	contained bool // it was to get namespaces of its own
	speaks    bool // what it says decides something
	// secrets are yet to be placed; credentials is the directory that they got, in the runtime directory, "": none.
	secrets     *secrets
	credentials string
	// read are the contents of files that it is started with.
	read units.Contents
	// limits are of its cgroup, which is leaf where there are cgroups; nil: it stays in that of the manager.
	limits *units.Limits
	leaf   *cgroup.Leaf
	// done, token and empty, which is closed in the end, are those of a check's command, which policy does not know.
	done  func(process.Event)
	token uint64
	empty chan struct{}
	// killed is set once SIGKILL was sent to processes of it.
	killed bool
	// overran is set once it has used more memory than its unit may.
	overran bool
	// mayStore is how many files it may have stored; storing guards it.
	mayStore int
	mail     mailbox
	pidFile  string          // of a forking program, from when its main process is known
	told     map[string]bool // what has been logged about it
	// command is set for one of a pipeline, value where what it prints is asked for.
	command, value bool
	// counted is where the count of the connections to its slot stood when it began; nil: they are not counted.
	counted map[*socket.Group]uint32
}

// owner is for whom the store keeps what the program of a run sends.
func (r *run) owner() notify.Owner { return notify.Owner{Unit: string(r.unit), Worker: r.worker} }

// once logs something that a program may do again and again, once for a run.
func (x *Executor) once(r *run, what, message string, args ...any) {
	x.mu.Lock()
	known := r.told[what]
	if r.told == nil {
		r.told = map[string]bool{}
	}
	r.told[what] = true
	x.mu.Unlock()
	if !known {
		x.config.Logger.Warn(message, append([]any{"unit", r.unit}, args...)...)
	}
}
