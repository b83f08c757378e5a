package executor_test

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/sys/unix"
)

// calls makes system calls and compares what the kernel answers: "mount EPERM". OK is any answer but those of filters.
func calls(wanted []string) int {
	attempts := map[string]func() error{
		"mount":       func() error { return unix.Mount("none", "/", "tmpfs", 0, "") },
		"ptrace":      func() error { return unix.PtraceAttach(unix.Getppid()) },
		"personality": func() error { return errnoOf(unix.SYS_PERSONALITY, 0x0040000) }, // ADDR_NO_RANDOMIZE
		"inet6":       func() error { return makeSocket(unix.AF_INET6) },
		"unix":        func() error { return makeSocket(unix.AF_UNIX) },
		"x32":         func() error { return errnoOf(1<<30|unix.SYS_GETPID, 0) },
		"newer":       func() error { return errnoOf(unix.SYS_MSEAL, 1) },
		"getpid":      func() error { return errnoOf(unix.SYS_GETPID, 0) },
		"io_uring":    func() error { return errnoOf(unix.SYS_IO_URING_SETUP, 0) },
	}
	names := map[string]error{"EPERM": unix.EPERM, "ENOSYS": unix.ENOSYS, "EAFNOSUPPORT": unix.EAFNOSUPPORT}
	for _, want := range wanted {
		call, answer, _ := strings.Cut(want, " ")
		got := attempts[call]()
		switch expected := names[answer]; {
		case expected != nil && !errors.Is(got, expected), expected == nil && filtered(got):
			fmt.Printf("%s: the kernel answers %v, not %s\n", call, got, answer)
			return 1
		}
	}
	return 0
}

func filtered(err error) bool {
	return errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EAFNOSUPPORT)
}

func errnoOf(number, argument uintptr) error {
	if _, _, errno := unix.Syscall(number, argument, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

func makeSocket(family int) error {
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		err = unix.Close(fd)
	}
	return err
}

// connects reaches one port of this host and not another, by whatever way a program might try.
func connects(allowed, forbidden string) int {
	const mptcp, smc = 262, 256
	to := func(port string) unix.SockaddrInet4 {
		address := unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
		_, _ = fmt.Sscan(port, &address.Port)
		return address
	}
	try := func(port string, protocol int, connect func(fd int, to unix.Sockaddr) error) error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, protocol)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		address := to(port)
		return connect(fd, &address)
	}
	byConnect := unix.Connect
	bySend := func(fd int, to unix.Sockaddr) error { return unix.Sendto(fd, []byte("x"), unix.MSG_FASTOPEN, to) }
	byMessage := func(fd int, to unix.Sockaddr) error { return unix.Sendmsg(fd, []byte("x"), nil, to, unix.MSG_FASTOPEN) }
	if err := try(allowed, unix.IPPROTO_TCP, byConnect); err != nil {
		fmt.Println("the port that is allowed:", err)
		return 1
	}
	conn, err := net.Dial("tcp4", "127.0.0.1:"+allowed)
	if err != nil {
		fmt.Println("the port that is allowed, by package net:", err)
		return 1
	}
	conn.Close()
	for name, err := range map[string]error{
		"TCP": try(forbidden, unix.IPPROTO_TCP, byConnect), "MPTCP": try(forbidden, mptcp, byConnect), "SMC": try(forbidden, smc, byConnect),
		"TCP Fast Open": try(forbidden, unix.IPPROTO_TCP, bySend), "sendmsg": try(forbidden, unix.IPPROTO_TCP, byMessage),
		"MPTCP to the other": try(allowed, mptcp, byConnect),
	} {
		if err == nil || errors.Is(err, unix.ECONNREFUSED) {
			fmt.Printf("connected by %s: %v\n", name, err)
			return 1
		}
		fmt.Printf("%s: %v\n", name, err)
	}
	return 0
}
