package sandbox

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
)

// Rules say which files a program may use, where it may connect to, and whom it may signal (landlock(7)). What the
// version of the kernel's Landlock does not know is not handled.
type Rules struct {
	Version int
	// Files: only Paths can be used, each as its Rights say. Not so: all files can.
	Files bool
	Paths []Beneath
	// TCP: only Ports can be connected to. It holds for plain TCP; see Filter.PlainTCP.
	TCP   bool
	Ports []int
	// AbstractSockets and Signals confine to the program and what it starts.
	AbstractSockets, Signals bool
}

// Beneath is a file, or a directory with all that is below it.
type Beneath struct {
	Path   string
	File   bool
	Rights Rights
	Words  string // for an error: "landlock read_only /etc"
}

// Rights to files.
type Rights int

// The rights; each of the others holds reading.
const (
	Read Rights = iota
	Write
	Execute
)

// The versions of Landlock that brought something.
const (
	VersionFiles    = 1
	versionRefer    = 2
	VersionTruncate = 3 // before, files that can only be read can be truncated
	VersionTCP      = 4
	versionIoctl    = 5
	VersionScopes   = 6
)

// ruleNetPort is LANDLOCK_RULE_NET_PORT.
const ruleNetPort = 2

const (
	read    = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	creates = unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	write = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV | creates |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_REFER
	all = read | write | unix.LANDLOCK_ACCESS_FS_EXECUTE
	// ofFiles are the rights that make sense for what is no directory.
	ofFiles = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// known are the rights that a version knows.
func (r Rules) known() uint64 {
	rights := uint64(all)
	for _, since := range []struct {
		version int
		right   uint64
	}{
		{versionRefer, unix.LANDLOCK_ACCESS_FS_REFER}, {VersionTruncate, unix.LANDLOCK_ACCESS_FS_TRUNCATE}, {versionIoctl, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
	} {
		if r.Version < since.version {
			rights &^= since.right
		}
	}
	return rights
}

// attr is a struct landlock_ruleset_attr, as long as the version has it.
func (r Rules) attr() []byte {
	var files, net, scoped uint64
	size := 8
	if r.Files {
		files = r.known()
	}
	if r.Version >= VersionTCP {
		size = 16
		if r.TCP {
			net = unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		}
	}
	if r.Version >= VersionScopes {
		size = 24
		if r.AbstractSockets {
			scoped |= unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
		}
		if r.Signals {
			scoped |= unix.LANDLOCK_SCOPE_SIGNAL
		}
	}
	if files|net|scoped == 0 {
		return nil
	}
	bytes := binary.LittleEndian.AppendUint64(nil, files)
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(bytes, net), scoped)[:size]
}

// Apply restricts the calling process for good. It needs a number of a file that is not open, above all that are.
func (r Rules) Apply(s *script.Script, fd int) {
	attr := r.attr()
	if attr == nil {
		return
	}
	const words = "create the rules of landlock"
	rules := s.Do(words, "landlock_create_ruleset", unix.SYS_LANDLOCK_CREATE_RULESET, script.Data(fmt.Sprintf("handled %x", attr), attr, 0), script.Number(len(attr)), script.Number(0))
	if r.Files {
		for _, b := range r.Paths {
			r.beneath(s, rules, fd, b)
		}
		for _, output := range []int{1, 2} { // which programs open anew as /dev/stdout and /dev/stderr
			const rights = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
			add(s, "landlock output", rules, script.Named("PATH_BENEATH", unix.LANDLOCK_RULE_PATH_BENEATH), beneath(rights&r.known(), output))
			s.Last().Flags = script.IgnoreError // it may be nothing that has a path
		}
	}
	if r.TCP && r.Version >= VersionTCP {
		for _, port := range r.Ports {
			rule := binary.LittleEndian.AppendUint64(nil, unix.LANDLOCK_ACCESS_NET_CONNECT_TCP)
			rule = binary.LittleEndian.AppendUint64(rule, uint64(port)) // a struct landlock_net_port_attr
			add(s, fmt.Sprintf("landlock connect_tcp %d", port), rules, script.Named("NET_PORT", ruleNetPort), script.Data(fmt.Sprintf("connect to %d", port), rule, 0))
		}
	}
	s.Do("restrict itself by landlock", "landlock_restrict_self", unix.SYS_LANDLOCK_RESTRICT_SELF, script.Result(rules), script.Number(0))
	s.Do("close a file", "close", unix.SYS_CLOSE, script.Result(rules))
}

func (r Rules) beneath(s *script.Script, rules, fd int, b Beneath) {
	rights := map[Rights]uint64{Read: read, Write: read | write, Execute: read | unix.LANDLOCK_ACCESS_FS_EXECUTE}[b.Rights] & r.known()
	if b.File {
		rights &= ofFiles
	}
	// The rule holds the number of a file, which has to be known beforehand.
	opened := s.Do(b.Words, "openat", unix.SYS_OPENAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text(b.Path), script.Named("O_PATH|O_CLOEXEC", unix.O_PATH|unix.O_CLOEXEC))
	s.Do(b.Words, "dup3", unix.SYS_DUP3, script.Result(opened), script.Number(fd), script.Named("O_CLOEXEC", unix.O_CLOEXEC))
	s.Do(b.Words, "close", unix.SYS_CLOSE, script.Result(opened))
	add(s, b.Words, rules, script.Named("PATH_BENEATH", unix.LANDLOCK_RULE_PATH_BENEATH), beneath(rights, fd))
	s.Do(b.Words, "close", unix.SYS_CLOSE, script.Number(fd))
}

// beneath is a struct landlock_path_beneath_attr.
func beneath(rights uint64, fd int) script.Arg {
	rule := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(nil, rights), uint32(fd))
	return script.Data(fmt.Sprintf("%#x beneath %d", rights, fd), rule, 0)
}

func add(s *script.Script, words string, rules int, kind, rule script.Arg) {
	s.Do(words, "landlock_add_rule", unix.SYS_LANDLOCK_ADD_RULE, script.Result(rules), kind, rule, script.Number(0))
}
