package socket

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// connection is what sock_diag(7) tells of one TCP socket.
type connection struct {
	state uint8  // TCP_ESTABLISHED and so on, of the kernel's net/tcp_states.h; 0: there is no such socket
	uid   uint32 // of who made it
	inode uint32 // 0: no process has it
}

// Of the kernel's net/tcp_states.h.
const (
	tcpEstablished = 1
	tcpCloseWait   = 8
)

// Of linux/sock_diag.h and linux/inet_diag.h.
const (
	sockDiagByFamily = 20
	diagRequestSize  = unix.SizeofNlMsghdr + 56 // struct inet_diag_req_v2
	diagState        = unix.SizeofNlMsghdr + 1  // in struct inet_diag_msg
	diagUID          = unix.SizeofNlMsghdr + 64
	diagInode        = unix.SizeofNlMsghdr + 68
	diagAnswerSize   = unix.SizeofNlMsghdr + 72
)

// diagTime bounds the wait for the kernel's answer, which it gives at once.
const diagTime = time.Second

// lookUp asks the kernel for the socket with these two ends. Any account may ask for any socket of its network
// namespace, and other than in /proc/net/tcp the cost does not grow with their number.
func lookUp(local, remote netip.AddrPort) (connection, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return connection{}, fmt.Errorf("ask sock_diag: %w", os.NewSyscallError("socket", err))
	}
	defer unix.Close(fd) //nolint:errcheck // nothing is lost with it
	patience := unix.NsecToTimeval(diagTime.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &patience); err != nil {
		return connection{}, fmt.Errorf("ask sock_diag: %w", os.NewSyscallError("setsockopt", err))
	}
	if err := unix.Sendto(fd, diagRequest(local, remote), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return connection{}, fmt.Errorf("ask sock_diag: %w", os.NewSyscallError("sendto", err))
	}
	answer := make([]byte, 1024)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return connection{}, fmt.Errorf("ask sock_diag: %w", os.NewSyscallError("recvfrom", err))
	}
	return parseDiag(answer[:n])
}

// diagRequest is struct inet_diag_req_v2 for exactly one socket.
func diagRequest(local, remote netip.AddrPort) []byte {
	request := make([]byte, diagRequestSize)
	binary.NativeEndian.PutUint32(request, diagRequestSize)
	binary.NativeEndian.PutUint16(request[4:], sockDiagByFamily)
	binary.NativeEndian.PutUint16(request[6:], unix.NLM_F_REQUEST)
	body := request[unix.SizeofNlMsghdr:]
	body[0], body[1] = unix.AF_INET, unix.IPPROTO_TCP
	if local.Addr().Is6() {
		body[0] = unix.AF_INET6
	}
	binary.NativeEndian.PutUint32(body[4:], ^uint32(0)) // whatever its state
	binary.BigEndian.PutUint16(body[8:], local.Port())
	binary.BigEndian.PutUint16(body[10:], remote.Port())
	copy(body[12:], local.Addr().AsSlice())
	copy(body[28:], remote.Addr().AsSlice())
	binary.NativeEndian.PutUint64(body[48:], ^uint64(0)) // INET_DIAG_NOCOOKIE
	return request
}

// parseDiag reads the answer: struct inet_diag_msg, or struct nlmsgerr.
func parseDiag(answer []byte) (connection, error) {
	if len(answer) < unix.SizeofNlMsghdr+4 {
		return connection{}, fmt.Errorf("ask sock_diag: an answer of %d bytes", len(answer))
	}
	if binary.NativeEndian.Uint16(answer[4:]) == unix.NLMSG_ERROR {
		code := -int32(binary.NativeEndian.Uint32(answer[unix.SizeofNlMsghdr:])) //nolint:gosec // it is signed there
		if errno := unix.Errno(code); errno != unix.ENOENT {
			return connection{}, fmt.Errorf("ask sock_diag: %w", errno)
		}
		return connection{}, nil
	}
	if len(answer) < diagAnswerSize {
		return connection{}, fmt.Errorf("ask sock_diag: an answer of %d bytes", len(answer))
	}
	return connection{
		state: answer[diagState],
		uid:   binary.NativeEndian.Uint32(answer[diagUID:]), inode: binary.NativeEndian.Uint32(answer[diagInode:]),
	}, nil
}
