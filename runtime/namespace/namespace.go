package namespace

import (
	"fmt"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
)

// Plan says which namespaces a unit gets and what is different in them.
type Plan struct {
	UID, GID int // of the account; they are the only ones that exist inside
	// SharedIPC leaves the unit in the ipc namespace of the host, SharedProc leaves it the /proc of the host.
	SharedIPC, SharedProc bool
	// Shown are visible where a cover has room for them, and can be changed there.
	Shown []Shown
	// Covers are shown in place of directories, in this order; nothing can be changed there.
	Covers []Cover
	// Rights are of directories and files, in this order: of two that apply the later one counts.
	Rights []Right
}

// Shown shows the directory Source at Target, which is below the Source of a cover.
type Shown struct{ Source, Target string }

// Cover shows the directory Source in place of Target, read-only.
type Cover struct {
	Source Path
	Target string
}

// Right says whether a directory with what is in it, or a file, can be changed from inside.
type Right struct {
	Path     Path
	Writable bool
}

// Path is an absolute path and what restricts the file system that it is on: MS_NOSUID, MS_NODEV and MS_NOEXEC of
// mount(2). Whoever mounts it again in a user namespace must keep these.
type Path struct {
	Name  string
	Flags uintptr
}

// Make creates the namespaces, around whatever the calling process starts next, and maps the ids. The user namespace
// comes first, and by itself: where a host lets an account make one and then denies its capabilities, the error shows it.
func (p Plan) Make(s *script.Script) {
	s.Do("create a user namespace", "unshare", unix.SYS_UNSHARE, script.Named("NEWUSER", unix.CLONE_NEWUSER))
	others, flags := "NEWPID|NEWNS|NEWUTS", unix.CLONE_NEWPID|unix.CLONE_NEWNS|unix.CLONE_NEWUTS
	if !p.SharedIPC {
		others, flags = others+"|NEWIPC", flags|unix.CLONE_NEWIPC
	}
	s.Do("create pid, mount, ipc and uts namespaces", "unshare", unix.SYS_UNSHARE, script.Named(others, flags))
	// A group may be mapped only by who can no longer drop groups (user_namespaces(7)).
	write(s, "give up changing groups", "/proc/self/setgroups", "deny")
	write(s, "map the user id", "/proc/self/uid_map", fmt.Sprintf("%d %d 1", p.UID, p.UID))
	write(s, "map the group id", "/proc/self/gid_map", fmt.Sprintf("%d %d 1", p.GID, p.GID))
}

func write(s *script.Script, words, path, text string) {
	opened := s.Do(words, "openat", unix.SYS_OPENAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(path), script.Named("O_WRONLY", unix.O_WRONLY))
	s.Do(words, "write", unix.SYS_WRITE, script.Result(opened), script.Text(text), script.Number(len(text)))
	s.Do(words, "close", unix.SYS_CLOSE, script.Result(opened))
}

// Furnish is done inside, by pid 1: only a process of the pid namespace can mount its /proc.
func (p Plan) Furnish(s *script.Script) {
	if !p.SharedProc {
		mount(s, "mount /proc", "proc", "/proc", "proc", named{"NOSUID|NODEV|NOEXEC", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC})
	}
	for _, shown := range p.Shown { // a cover brings along what is mounted in it, and hides where that is from
		mount(s, "show "+shown.Source, shown.Source, shown.Target, "", named{"BIND|REC", unix.MS_BIND | unix.MS_REC})
	}
	for _, cover := range p.Covers {
		bind(s, "hide "+cover.Target, cover.Source, cover.Target, readOnly)
	}
	for _, right := range p.Rights {
		words, flags := "make "+right.Path.Name+" read-only", readOnly
		if right.Writable {
			words, flags = "make "+right.Path.Name+" writable", named{}
		}
		bind(s, words, right.Path, right.Path.Name, flags)
	}
}

// named are flags of mount(2), with their names.
type named struct {
	names string
	flags uintptr
}

var readOnly = named{"|RDONLY", unix.MS_RDONLY}

// bind shows a directory or file at another place with other rights. What is mounted below it comes along, since the
// kernel refuses to show what that covers.
func bind(s *script.Script, words string, from Path, to string, rights named) {
	mount(s, words, from.Name, to, "", named{"BIND|REC", unix.MS_BIND | unix.MS_REC})
	mount(s, words, "", to, "", named{"BIND|REMOUNT" + rights.names, unix.MS_BIND | unix.MS_REMOUNT | from.Flags | rights.flags})
}

func mount(s *script.Script, words, source, target, kind string, flags named) {
	optional := func(text string) script.Arg {
		if text == "" {
			return script.Number(0)
		}
		return script.Text(text)
	}
	s.Do(words, "mount", unix.SYS_MOUNT, optional(source), script.Text(target), optional(kind), script.Named(flags.names, uint64(flags.flags)), script.Number(0))
}

// Join enters the namespaces of a process, given a file that is its directory in /proc: first that of users, which
// gives the right to the others. What the calling process starts next is in all of them.
func (p Plan) Join(s *script.Script, process int) {
	kinds := []string{"user", "mnt", "uts", "pid"}
	if !p.SharedIPC {
		kinds = append(kinds, "ipc")
	}
	for _, kind := range kinds {
		words := "join the unit's " + kind + " namespace"
		opened := s.Do(words, "openat", unix.SYS_OPENAT, script.Number(process), script.Text("ns/"+kind), script.Named("O_RDONLY", unix.O_RDONLY))
		s.Do(words, "setns", unix.SYS_SETNS, script.Result(opened), script.Number(0))
		s.Do(words, "close", unix.SYS_CLOSE, script.Result(opened))
	}
}
