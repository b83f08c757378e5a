package socket

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"unitd/internal/procfs"
)

// Holder is who has an address, as far as this account may know.
type Holder struct {
	PID     int    // 0: not known
	Command string // the process's short name, "" if not known
	Unit    string // as which unitd, this one or another, has started it; "": none that is known
	UID     int    // of the socket's owner; -1: not known
}

// String completes "in use by …": "pid 4711 (gunicorn) of this account", "another account (uid 1234)".
func (h Holder) String() string {
	switch {
	case h.PID == os.Getpid():
		return "this manager itself, for another unit"
	case h.Unit != "":
		return fmt.Sprintf("pid %d (%s), which was started as %s", h.PID, h.Command, h.Unit)
	case h.Command == keeper:
		return fmt.Sprintf("pid %d (%s), which keeps sockets of units, of another unitd for one", h.PID, h.Command)
	case h.PID != 0:
		return fmt.Sprintf("pid %d (%s) of this account", h.PID, h.Command)
	case h.UID == os.Geteuid():
		return "a process of this account that /proc does not show"
	case h.UID >= 0:
		return fmt.Sprintf("another account (uid %d)", h.UID)
	}
	return "a process that /proc does not show"
}

// keeper is the name of the process that keeps a unitd's sockets open, should that die.
const keeper = "unitd-keep"

// HolderOf finds who holds a: a listener before the local end of a connection. Of several processes that share
// the socket it names the one whose parent is not among them: the master of the workers.
func HolderOf(a Address) Holder { return holderIn("/proc", a) }

func holderIn(proc string, a Address) Holder {
	var found entry
	if a.IsUnix() {
		found = findUnix(proc, a.path)
	} else {
		found = findTCP(proc, a)
	}
	h := Holder{UID: found.uid}
	if found.inode != "" {
		h.PID, h.Command = processWith(proc, "socket:["+found.inode+"]")
	}
	if h.PID != 0 {
		h.UID = os.Geteuid() // only an account's own processes show their descriptors
		h.Unit = startedAs(filepath.Join(proc, strconv.Itoa(h.PID)))
	}
	return h
}

// entry is what the kernel's socket tables tell of one socket.
type entry struct {
	uid   int // -1: nothing found
	inode string
}

// listenState is TCP_LISTEN as the tables spell it.
const listenState = "0A"

// findTCP looks a up in /proc/net/tcp and tcp6, see proc_pid_net(5).
func findTCP(proc string, a Address) entry {
	best := entry{uid: -1}
	for _, table := range []string{"tcp", "tcp6"} {
		listens := false
		eachLine(filepath.Join(proc, "net", table), func(fields []string) bool {
			if len(fields) < 10 {
				return true
			}
			local, ok := parseSocketAddr(fields[1])
			if !ok || !collides(local, a) {
				return true
			}
			uid, err := strconv.Atoi(fields[7])
			if err != nil || fields[9] == "0" { // in TIME_WAIT: nobody's any more
				return true
			}
			listens = fields[3] == listenState
			if listens || best.uid < 0 {
				best = entry{uid: uid, inode: fields[9]}
			}
			return !listens
		})
		if listens {
			break
		}
	}
	return best
}

// collides tells whether a socket bound to local is in the way of one at a: the same port, and the same
// address or a wildcard on either side.
func collides(local netip.AddrPort, a Address) bool {
	if local.Port() != a.tcp.Port() {
		return false
	}
	return local.Addr() == a.tcp.Addr() || local.Addr().IsUnspecified() || a.tcp.Addr().IsUnspecified()
}

// parseSocketAddr reads "0100007F:1F41": 32-bit words in the byte order of the host, then the port.
// An IPv4 address inside IPv6 comes back as IPv4.
func parseSocketAddr(text string) (netip.AddrPort, bool) {
	addressText, portText, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(addressText)
	port, portErr := strconv.ParseUint(portText, 16, 16)
	if err != nil || portErr != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word) // amd64 and arm64 are little-endian
	}
	ip, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(ip.Unmap(), uint16(port)), ok
}

// findUnix looks path up in /proc/net/unix, where the path is the eighth field and may hold spaces. That table
// has no owner: the owner of the socket file stands in.
func findUnix(proc, path string) entry {
	const acceptsConnections = "00010000"
	best := entry{uid: -1}
	if stat, err := os.Lstat(path); err == nil {
		best.uid = int(stat.Sys().(*syscall.Stat_t).Uid)
	}
	eachLine(filepath.Join(proc, "net", "unix"), func(fields []string) bool {
		if len(fields) < 8 || strings.Join(fields[7:], " ") != path {
			return true
		}
		listens := fields[3] == acceptsConnections
		if listens || best.inode == "" {
			best.inode = fields[6]
		}
		return !listens
	})
	return best
}

// eachLine calls visit with the fields of each line after the heading, until it returns false.
func eachLine(path string, visit func(fields []string) bool) {
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	// A kernel table changes under the reader and has no torn lines: what was read before an error counts.
	lines := bufio.NewScanner(io.LimitReader(file, 16<<20))
	lines.Scan()
	for lines.Scan() && visit(strings.Fields(lines.Text())) {
		continue
	}
}

// processWith finds the process that has a descriptor whose link reads target.
func processWith(proc, target string) (pid int, command string) {
	parents := map[int]int{}
	dirs, _ := filepath.Glob(filepath.Join(proc, "[0-9]*"))
	for _, dir := range dirs {
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && hasDescriptor(dir, target) {
			parents[pid] = parentOf(dir)
		}
	}
	for candidate, parent := range parents {
		_, inherited := parents[parent]
		if !inherited && (pid == 0 || candidate < pid) {
			pid = candidate
		}
	}
	if pid == 0 {
		return 0, ""
	}
	name, err := os.ReadFile(filepath.Join(proc, strconv.Itoa(pid), "comm"))
	if err != nil {
		return pid, "ended since"
	}
	return pid, strings.TrimSpace(string(name))
}

// startedAs is the unit that a process was started as, by its environment.
func startedAs(dir string) string {
	text, _ := os.ReadFile(filepath.Join(dir, "environ")) // it may have ended
	for variable := range strings.SplitSeq(string(text), "\x00") {
		if unit, ok := strings.CutPrefix(variable, "UNIT_NAME="); ok {
			return unit
		}
	}
	return ""
}

func hasDescriptor(dir, target string) bool {
	dir = filepath.Join(dir, "fd")
	handle, err := os.Open(dir)
	if err != nil {
		return false // another account's, or gone
	}
	defer handle.Close()
	names, _ := handle.Readdirnames(-1)
	return slices.ContainsFunc(names, func(name string) bool {
		link, err := os.Readlink(filepath.Join(dir, name))
		return err == nil && link == target
	})
}

// parentOf is 0 where a process has ended meanwhile.
func parentOf(dir string) int {
	text, err := procfs.Append(nil, filepath.Join(dir, "stat"))
	if err != nil {
		return 0
	}
	p, err := procfs.ParseStat(text)
	if err != nil {
		return 0
	}
	return p.Parent
}
