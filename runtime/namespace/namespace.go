package namespace

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
)

// Plan says which namespaces a unit gets and what is different in them.
type Plan struct {
	UID, GID int // of the account; they are the only ones that exist inside
	// SharedIPC leaves the unit in the ipc namespace of the host, SharedProc leaves it the /proc of the host.
	SharedIPC, SharedProc bool
	// PrivateNetwork gives it a network that holds the loopback interface only.
	PrivateNetwork bool
	// Views are what is different in the file system, as Arrange has put them.
	Views []View
}

// Make creates the namespaces, around whatever the calling process starts next, and maps the ids. The user namespace
// comes first, and by itself: where a host lets an account make one and then denies its capabilities, the error shows it.
func (p Plan) Make(s *script.Script) {
	s.Do("create a user namespace", "unshare", unix.SYS_UNSHARE, script.Named("NEWUSER", unix.CLONE_NEWUSER))
	others, flags := "NEWPID|NEWNS|NEWUTS", unix.CLONE_NEWPID|unix.CLONE_NEWNS|unix.CLONE_NEWUTS
	if !p.SharedIPC {
		others, flags = others+"|NEWIPC", flags|unix.CLONE_NEWIPC
	}
	words := "create pid, mount, ipc and uts namespaces"
	if p.PrivateNetwork {
		words, others, flags = "create pid, mount, ipc, uts and network namespaces", others+"|NEWNET", flags|unix.CLONE_NEWNET
	}
	s.Do(words, "unshare", unix.SYS_UNSHARE, script.Named(others, flags))
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
		mount(s, "mount /proc", text("proc"), "/proc", text("proc"), named{"NOSUID|NODEV|NOEXEC", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC}, none)
	}
	if p.PrivateNetwork {
		raiseLoopback(s)
	}
	show(s, p.Views)
}

// raiseLoopback brings lo up, see netdevice(7).
func raiseLoopback(s *script.Script) {
	const words = "bring up the loopback interface"
	var request [40]byte // struct ifreq: the name, then flags
	copy(request[:unix.IFNAMSIZ], "lo")
	binary.NativeEndian.PutUint16(request[unix.IFNAMSIZ:], unix.IFF_UP)
	socket := s.Do(words, "socket", unix.SYS_SOCKET, script.Named("AF_INET", unix.AF_INET), script.Named("SOCK_DGRAM", unix.SOCK_DGRAM), script.Number(0))
	s.Do(words, "ioctl", unix.SYS_IOCTL, script.Result(socket), script.Named("SIOCSIFFLAGS", unix.SIOCSIFFLAGS), script.Data("lo up", request[:], 0))
	s.Do(words, "close", unix.SYS_CLOSE, script.Result(socket))
}

// Join enters the namespaces of a process, given a file that is its directory in /proc: first that of users, which
// gives the right to the others. What the calling process starts next is in all of them.
func (p Plan) Join(s *script.Script, process int) {
	kinds := []string{"user", "mnt", "uts", "pid"}
	if !p.SharedIPC {
		kinds = append(kinds, "ipc")
	}
	if p.PrivateNetwork {
		kinds = append(kinds, "net")
	}
	for _, kind := range kinds {
		words := "join the unit's " + kind + " namespace"
		opened := s.Do(words, "openat", unix.SYS_OPENAT, script.Number(process), script.Text("ns/"+kind), script.Named("O_RDONLY", unix.O_RDONLY))
		s.Do(words, "setns", unix.SYS_SETNS, script.Result(opened), script.Number(0))
		s.Do(words, "close", unix.SYS_CLOSE, script.Result(opened))
	}
}
