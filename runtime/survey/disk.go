package survey

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"unitd/policy/doctor"
)

// types are names of file systems by their magic numbers (statfs(2)).
var types = map[int64]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs", unix.TMPFS_MAGIC: "tmpfs",
	unix.OVERLAYFS_SUPER_MAGIC: "overlay", unix.NFS_SUPER_MAGIC: "nfs", unix.SMB2_SUPER_MAGIC: "smb2", unix.CIFS_SUPER_MAGIC: "cifs",
	unix.FUSE_SUPER_MAGIC: "fuse", unix.CEPH_SUPER_MAGIC: "ceph", unix.AFS_SUPER_MAGIC: "afs", unix.V9FS_MAGIC: "9p",
	unix.F2FS_SUPER_MAGIC: "f2fs", unix.RAMFS_MAGIC: "ramfs", 0x2fc12fc1: "zfs", 0x0bd00bd0: "lustre", 0x4c6f6f70: "simfs",
}

// disk looks at the file system of a directory.
func disk(path string) doctor.Disk {
	d := doctor.Disk{Path: path, Inodes: -1}
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		d.Problem = fmt.Sprintf("%s cannot be looked at: %v", path, err)
		return d
	}
	d.Type = typeName(int64(stat.Type)) //nolint:unconvert // its type differs between architectures
	block := stat.Frsize
	if block == 0 {
		block = stat.Bsize
	}
	d.Free, d.Total = int64(stat.Bavail)*block, int64(stat.Blocks)*block
	if stat.Files > 0 {
		d.Inodes = int64(stat.Ffree)
	}
	if err := unix.Access(path, unix.W_OK|unix.X_OK); err != nil {
		d.Problem = fmt.Sprintf("%s cannot be written: %v", path, err)
	}
	return d
}

func typeName(magic int64) string {
	if name, known := types[magic]; known {
		return name
	}
	return fmt.Sprintf("file system %#x", magic)
}

// dqblk is struct if_dqblk of linux/quota.h.
type dqblk struct {
	hardBlocks, softBlocks, bytes uint64
	hardInodes, softInodes        uint64
	inodes, blocksBy, inodesBy    uint64
	valid                         uint32
}

// quota asks for the account's own, which everybody may (quotactl_fd(2), Linux 5.14).
func quota(path string) doctor.Quota {
	const (
		getQuota  = 0x800007
		ofUser    = 0
		subcmd    = 8
		blockSize = 1 << 10
		hasBlocks = 1 // QIF_BLIMITS
	)
	dir, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return doctor.Quota{}
	}
	defer func() { _ = unix.Close(dir) }()
	var got dqblk
	command := uintptr(getQuota)<<subcmd | ofUser
	_, _, errno := unix.Syscall6(unix.SYS_QUOTACTL_FD, uintptr(dir), command, uintptr(os.Getuid()), uintptr(unsafe.Pointer(&got)), 0, 0)
	if errno != 0 || got.valid&hasBlocks == 0 {
		return doctor.Quota{}
	}
	most := got.hardBlocks
	if most == 0 {
		most = got.softBlocks
	}
	return doctor.Quota{Known: true, Used: int64(got.bytes), Most: int64(most) * blockSize}
}
