package sandbox

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// ask runs a filter over a system call as the kernel would.
func ask(t *testing.T, f Filter, arch, nr uint32, arguments ...uint32) uint32 {
	t.Helper()
	vm, err := bpf.NewVM(f.Program())
	if err != nil {
		t.Fatal(err)
	}
	// A struct seccomp_data, of which bpf.VM takes words to be big endian.
	call := make([]byte, 64)
	binary.BigEndian.PutUint32(call[0:], nr)
	binary.BigEndian.PutUint32(call[4:], arch)
	for i, argument := range arguments {
		binary.BigEndian.PutUint32(call[16+8*i:], argument)
	}
	answer, err := vm.Run(call)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(answer)
}

func TestFilter(t *testing.T) {
	const (
		allowed = unix.SECCOMP_RET_ALLOW
		eperm   = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
		enosys  = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
		enofam  = unix.SECCOMP_RET_ERRNO | uint32(unix.EAFNOSUPPORT)
		native  = nativeArchitecture
		unknown = 1000
	)
	service := Filter{Calls: []string{"@system-service"}}
	without := Filter{Calls: []string{"@system-service", "~@privileged", "~ptrace", "mseal"}}
	except := Filter{Calls: []string{"~@mount", "~ptrace", "umount2"}}
	web := Filter{Families: []string{"AF_INET", "AF_UNIX"}}
	noPacket := Filter{Families: []string{"~AF_PACKET", "~AF_NETLINK"}}
	none := Filter{Calls: []string{"@network-io"}, Families: []string{"none"}, LockPersonality: true}
	plain := Filter{PlainTCP: true}
	const mptcp = 262
	for name, test := range map[string]struct {
		filter       Filter
		nr, argument uint32
		want         uint32
	}{
		"in the set":                    {service, unix.SYS_OPENAT, 0, allowed},
		"in a set of the set":           {service, unix.SYS_EXECVE, 0, allowed},
		"the lowest":                    {service, 0, 0, allowed},
		"not in the set":                {service, unix.SYS_MOUNT, 0, eperm},
		"set-uid is in the set":         {service, unix.SYS_SETUID, 0, allowed},
		"newer than the sets":           {service, unix.SYS_MSEAL, 0, enosys},
		"never heard of":                {service, unknown, 0, enosys},
		"above all numbers":             {service, 1 << 20, 0, enosys},
		"x32":                           {service, 1<<30 | unix.SYS_READ, 0, eperm},
		"minus one":                     {service, 0xffffffff, 0, eperm},
		"taken out":                     {without, unix.SYS_SETUID, 0, eperm},
		"taken out by name":             {without, unix.SYS_PTRACE, 0, eperm},
		"left in":                       {without, unix.SYS_READ, 0, allowed},
		"newer, and named":              {without, unix.SYS_MSEAL, 0, allowed},
		"all but: another":              {except, unix.SYS_READ, 0, allowed},
		"all but: this":                 {except, unix.SYS_MOUNT, 0, eperm},
		"all but: this by name":         {except, unix.SYS_PTRACE, 0, eperm},
		"all but: this, but":            {except, unix.SYS_UMOUNT2, 0, allowed},
		"all but: unknown":              {except, unknown, 0, allowed},
		"all but: x32":                  {except, 1<<30 | unix.SYS_READ, 0, eperm},
		"family":                        {web, unix.SYS_SOCKET, unix.AF_INET, allowed},
		"another family":                {web, unix.SYS_SOCKET, unix.AF_INET6, enofam},
		"families: another call":        {web, unix.SYS_OPENAT, unix.AF_INET6, allowed},
		"families: io_uring":            {web, unix.SYS_IO_URING_SETUP, 0, eperm},
		"all families but":              {noPacket, unix.SYS_SOCKET, unix.AF_PACKET, enofam},
		"all families but, another":     {noPacket, unix.SYS_SOCKET, unix.AF_UNIX, allowed},
		"no family":                     {none, unix.SYS_SOCKET, unix.AF_UNIX, enofam},
		"beside families":               {none, unix.SYS_CONNECT, 0, allowed},
		"what every program needs":      {none, unix.SYS_EXECVE, 0, allowed},
		"personality is not in the set": {none, unix.SYS_PERSONALITY, 0, eperm},
		"a personality":                 {Filter{LockPersonality: true}, unix.SYS_PERSONALITY, 0x0040000, eperm},
		"the personality that it has":   {Filter{LockPersonality: true}, unix.SYS_PERSONALITY, 0, allowed},
		"which personality":             {Filter{LockPersonality: true}, unix.SYS_PERSONALITY, 0xffffffff, allowed},
		"plain TCP: a socket":           {plain, unix.SYS_SOCKET, unix.AF_INET, allowed},
		"plain TCP: SMC":                {plain, unix.SYS_SOCKET, unix.AF_SMC, enofam},
		"plain TCP: sending":            {plain, unix.SYS_SENDTO, unix.AF_SMC, allowed},
		"plain TCP: io_uring":           {plain, unix.SYS_IO_URING_SETUP, 0, eperm},
	} {
		if got := ask(t, test.filter, native, test.nr, test.argument); got != test.want {
			t.Errorf("%s: answer %#x, want %#x", name, got, test.want)
		}
		if got := ask(t, test.filter, unix.AUDIT_ARCH_I386, test.nr, test.argument); got != eperm {
			t.Errorf("%s, from another architecture: answer %#x", name, got)
		}
	}
	const noProto, noOp = unix.SECCOMP_RET_ERRNO | uint32(unix.EPROTONOSUPPORT), unix.SECCOMP_RET_ERRNO | uint32(unix.EOPNOTSUPP)
	for _, test := range []struct{ nr, third, fourth, want uint32 }{
		{unix.SYS_SOCKET, mptcp, 0, noProto}, {unix.SYS_SOCKET, 6, 0, allowed}, {unix.SYS_SENDMSG, unix.MSG_FASTOPEN | 1, 0, noOp}, {unix.SYS_SENDMSG, 1, 0, allowed},
		{unix.SYS_SENDTO, 0, unix.MSG_FASTOPEN, noOp}, {unix.SYS_SENDMMSG, 0, unix.MSG_FASTOPEN, noOp}, {unix.SYS_SENDTO, unix.MSG_FASTOPEN, 0, allowed},
	} {
		if got := ask(t, plain, native, test.nr, unix.AF_INET, 0, test.third, test.fourth); got != test.want {
			t.Errorf("call %d (%#x, %#x): answer %#x, want %#x", test.nr, test.third, test.fourth, got, test.want)
		}
	}
	if program, err := bpf.Assemble(without.Program()); err != nil || len(program) > 1000 {
		t.Errorf("%d instructions, %v", len(program), err) // the kernel takes 4096
	}
}

func BenchmarkProgram(b *testing.B) {
	f := Filter{Calls: []string{"@system-service", "~@privileged"}}
	for b.Loop() {
		f.Program()
	}
}
