package namespace

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
)

// View is one place that looks different from inside. Of views of one place the later in a list counts, and what is
// deeper counts more than what is above it.
type View struct {
	By     string // the attribute that asks for it: "private_tmp"
	Words  string // what is done, for an error: "mount private_tmp"
	Target string // absolute, without symlinks
	// Source is what is shown there, from outside; its flags are kept. Without one it is a new file system of this Type
	// with these Options (mount(2)), which is empty.
	Source  Path
	Type    string
	Options string
	// Link makes the target a symbolic link that says this.
	Link     string
	Writable bool
	File     bool // the target is no directory
	// Below are file systems that are mounted below the source and come along: they get the same right.
	Below []Path
}

// Path is an absolute path and what restricts the file system that it is on: MS_NOSUID, MS_NODEV and MS_NOEXEC of
// mount(2). Whoever mounts it again in a user namespace must keep these.
type Path struct {
	Name  string
	Flags uintptr
}

// Arrange puts views into the order in which they are mounted.
func Arrange(views []View) []View {
	depth := func(v View) int {
		if v.Target == "/" {
			return 0
		}
		return strings.Count(v.Target, "/")
	}
	views = slices.Clone(views)
	slices.SortStableFunc(views, func(a, b View) int { return depth(a) - depth(b) })
	return views
}

// Sees reports whether what is at an absolute path without symlinks outside is there inside, too, and says which view
// hides it.
func Sees(arranged []View, name string) (by View, seen bool) {
	seen = true
	for _, v := range arranged {
		if !Within(name, v.Target) {
			continue
		}
		below := strings.TrimPrefix(name, strings.TrimSuffix(v.Target, "/"))
		if seen = v.Source.Name != "" && path.Join(v.Source.Name, below) == name; !seen {
			by = v
		}
	}
	return by, seen
}

// Within reports a path that is dir or in it.
func Within(name, dir string) bool {
	return name == dir || dir == "/" || strings.HasPrefix(name, dir+"/")
}

// show mounts views in their order. Sources that a view hides which is mounted before are opened first.
func show(s *script.Script, views []View) {
	opened := map[int]source{}
	for i, v := range views {
		if v.Source.Name == "" || !hides(views[:i], v.Source.Name) {
			continue
		}
		fd := s.Do(v.Words, "openat", unix.SYS_OPENAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(v.Source.Name), script.Named("O_PATH|O_CLOEXEC", unix.O_PATH|unix.O_CLOEXEC))
		const prefix = "/proc/self/fd/"
		link := append([]byte(prefix), make([]byte, len("4294967295")+1)...)
		shown := v.Source.Name + " as it was"
		s.Do(v.Words, "decimal", 0, script.Result(fd), script.Data(shown, link, len(prefix)))
		s.Last().Flags = script.Decimal
		opened[i] = source{fd, script.Data(shown, link, 0)}
	}
	for i, v := range views {
		makePlace(s, views[:i], v)
		switch {
		case v.Link != "":
			s.Do(v.Words, "symlinkat", unix.SYS_SYMLINKAT, script.Text(v.Link), script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(v.Target))
		case v.Source.Name == "":
			mount(s, v.Words, text(v.Type), v.Target, text(v.Type), v.fresh(), text(v.Options))
		default:
			from := text(v.Source.Name)
			if o, ok := opened[i]; ok {
				from = o.path
			}
			bind(s, v, from)
		}
	}
	for i := range views {
		if o, ok := opened[i]; ok {
			s.Do("close a file", "close", unix.SYS_CLOSE, script.Result(o.fd))
		}
	}
	for _, v := range views { // when all that is shown in them has its place
		if v.Source.Name == "" && v.Link == "" && !v.Writable {
			flags := v.fresh()
			mount(s, v.Words, none, v.Target, none, named{"BIND|REMOUNT|" + flags.names + "|RDONLY", unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY | flags.flags}, none)
		}
	}
}

// source is an open file and the path by which mount(2) finds it.
type source struct {
	fd   int
	path script.Arg
}

// hides reports a path at which a view shows something else.
func hides(views []View, name string) bool {
	_, seen := Sees(views, name)
	return !seen
}

// fresh are the flags of a new file system. Nothing in it has rights or is a device; terminals are.
func (v View) fresh() named {
	if v.Type == "devpts" {
		return named{"NOSUID|NOEXEC", unix.MS_NOSUID | unix.MS_NOEXEC}
	}
	return named{"NOSUID|NODEV", unix.MS_NOSUID | unix.MS_NODEV}
}

// makePlace makes the target where the view around it is empty.
func makePlace(s *script.Script, before []View, v View) {
	var around *View
	for i := range before {
		if v.Target != before[i].Target && Within(v.Target, before[i].Target) {
			around = &before[i]
		}
	}
	if around == nil || around.Source.Name != "" {
		return
	}
	made := func(dir string) bool { // by a view that came before
		return slices.ContainsFunc(before, func(b View) bool { return Within(b.Target, dir) && Within(dir, around.Target) })
	}
	parts := strings.Split(strings.TrimPrefix(v.Target, around.Target+"/"), "/")
	at := around.Target
	for i, part := range parts {
		at = path.Join(at, part)
		switch last := i == len(parts)-1; {
		case last && v.Link != "" || made(at):
		case last && v.File:
			s.Do(v.Words, "mknodat", unix.SYS_MKNODAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(at), script.Named("S_IFREG|0600", unix.S_IFREG|0o600), script.Number(0))
		default:
			s.Do(v.Words, "mkdirat", unix.SYS_MKDIRAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(at), script.Named("0755", 0o755))
		}
	}
}

// bind shows a directory or file with other rights. What is mounted below it comes along, since the kernel refuses to
// show what that covers. The root of a process cannot be covered; its own mount is changed.
func bind(s *script.Script, v View, from script.Arg) {
	if v.Target != "/" {
		mount(s, v.Words, from, v.Target, none, named{"BIND|REC", unix.MS_BIND | unix.MS_REC}, none)
	}
	rights := named{"BIND|REMOUNT|RDONLY", unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY}
	if v.Writable {
		rights = named{"BIND|REMOUNT", unix.MS_BIND | unix.MS_REMOUNT}
	}
	for _, at := range append([]Path{{v.Target, v.Source.Flags}}, v.Below...) {
		mount(s, v.Words, none, at.Name, none, named{rights.names, rights.flags | at.Flags}, none)
	}
}

// named are flags of mount(2), with their names.
type named struct {
	names string
	flags uintptr
}

var none = script.Number(0)

func text(s string) script.Arg {
	if s == "" {
		return none
	}
	return script.Text(s)
}

func mount(s *script.Script, words string, source script.Arg, target string, kind script.Arg, flags named, options script.Arg) {
	s.Do(words, "mount", unix.SYS_MOUNT, source, script.Text(target), kind, script.Named(flags.names, uint64(flags.flags)), options)
}

// Tmpfs are the options of a tmpfs (tmpfs(5)) that holds at most so many bytes, and one file for each 4 KiB of them.
func Tmpfs(mode uint32, size int64) string {
	const page = 4096
	return fmt.Sprintf("mode=%04o,size=%d,nr_inodes=%d", mode, size, max(size/page, 2))
}
