package notify

import "golang.org/x/sys/unix"

// file is one open file. Several owners may have it: a worker begins with those of the one it replaces.
type file struct {
	fd     int
	name   string
	polled bool
	device uint64
	inode  uint64
	users  int // owners, and programs that are about to be started with it
}

func newFile(fd int, name string, polled bool) *file {
	f := &file{fd: fd, name: name, polled: polled}
	var stat unix.Stat_t
	if unix.Fstat(fd, &stat) == nil {
		f.device, f.inode = stat.Dev, stat.Ino // which tells most files apart
	}
	return f
}

// same reports two descriptors of one open file, as kcmp(2) tells; since Linux 6.10 there is an easier way. Where
// neither works they count as different.
func (f *file) same(other *file) bool {
	if f.device != other.device || f.inode != other.inode {
		return false
	}
	if same, err := unix.FcntlInt(uintptr(f.fd), unix.F_DUPFD_QUERY, other.fd); err == nil {
		return same == 1
	}
	const kcmpFile = 0
	pid := uintptr(unix.Getpid())
	order, _, errno := unix.Syscall6(unix.SYS_KCMP, pid, pid, kcmpFile, uintptr(f.fd), uintptr(other.fd), 0)
	return errno == 0 && order == 0
}

// openFiles is how many files this process may open.
func openFiles() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	const most = 1 << 30
	return int(min(limit.Cur, most))
}
