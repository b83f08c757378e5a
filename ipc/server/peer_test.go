package server_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"unitd/ipc/ipctest"
	"unitd/policy/access"
	"unitd/units"
)

// connector is set for a run of the test binary that connects to a socket and leaves the connection to who has started it.
const connector = "UNITD_TEST_CONNECT"

// connect gives the connection over fd 3 and waits for the end of its standard input.
func connect(path string) int {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return 1
	}
	file, err := conn.(*net.UnixConn).File()
	if err != nil {
		return 1
	}
	if err := unix.Sendmsg(3, []byte("x"), unix.UnixRights(int(file.Fd())), nil, 0); err != nil {
		return 1
	}
	io.Copy(io.Discard, os.Stdin)
	return 0
}

// A connection whose process has ended gets no answer, though it is in other hands and its pid may be anybody's.
func TestPeerHasEnded(t *testing.T) {
	fake, lines := manager(), &log{}
	known := func(int) (units.ID, bool, bool) { return "", false, true } // as if the pid were that of a shell by now
	socket, _ := ipctest.ServeWith(t, fake, ipctest.Options{Owner: -1, Log: lines, UnitOf: known})
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs := os.NewFile(uintptr(ends[1]), "theirs")
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), connector+"="+socket)
	cmd.ExtraFiles = []*os.File{theirs}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(ends[0], make([]byte, 1), control, unix.MSG_CMSG_CLOEXEC)
	unix.Close(ends[0])
	if err != nil || n == 0 {
		t.Fatalf("got no connection: %v", err)
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		t.Fatal(err)
	}
	rights, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(rights[0]), "connection")
	conn, err := net.FileConn(file)
	file.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := unix.GetsockoptInt(rights[0], unix.SOL_SOCKET, unix.SO_PEERPIDFD); err == unix.ENOPROTOOPT {
		t.Skip("this kernel has no SO_PEERPIDFD")
	}
	if got := request(t, conn); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Fatalf("as long as it lives: %s", got)
	}
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := request(t, conn); !strings.HasPrefix(got, "HTTP/1.1 403 ") || !strings.Contains(got, "cannot be told") {
		t.Errorf("afterwards: %s", got)
	}
	if !strings.Contains(lines.String(), "verb=status") {
		t.Errorf("logged %s", lines)
	}
}

// request asks for the manager's status over a connection.
func request(t *testing.T, conn net.Conn) string {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET /v1/manager HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer[:n])
}

// What others hold open on their socket takes nothing from the owner, and is less.
func TestOthersTakeNothingFromTheOwner(t *testing.T) {
	fake := manager()
	fake.Hold = true
	own, s := ipctest.ServeWith(t, fake, ipctest.Options{Owner: -1})
	path := own + ".ops"
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	entrance := s.Open(listener, access.Socket{Name: "ops", Verbs: []string{"logs"}})
	var open []net.Conn
	for range 40 {
		conn := dial(t, path)
		open = append(open, conn)
		if _, err := io.WriteString(conn, "GET /v1/logs?follow=true HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	served, busy := 0, 0
	for _, conn := range open[:8] { // the others wait in the kernel's queue
		line := make([]byte, 12)
		if _, err := io.ReadFull(conn, line); err != nil {
			t.Fatal(err)
		}
		switch string(line) {
		case "HTTP/1.1 200":
			served++
		case "HTTP/1.1 503":
			busy++
		}
	}
	if served != 4 || busy != 4 {
		t.Errorf("%d streams served, %d refused", served, busy)
	}
	answers(t, own)
	if err := entrance.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, open[0]); err != nil {
		t.Errorf("after it was closed: %d bytes, %v", n, err)
	}
	if _, err := net.Dial("unix", path); err == nil {
		t.Error("it still listens")
	}
	answers(t, own)
}

// What others may ask is looked up at every request, on open connections too.
func TestPermit(t *testing.T) {
	stranger := os.Getuid() + 1 // the manager's uid; the test itself is then somebody else
	_, s := ipctest.ServeWith(t, manager(), ipctest.Options{Owner: stranger})
	dir := t.TempDir()
	listener, err := net.Listen("unix", dir+"/s")
	if err != nil {
		t.Fatal(err)
	}
	entrance := s.Open(listener, access.Socket{Name: "ops", Verbs: []string{"status"}})
	conn := dial(t, dir+"/s")
	if got := request(t, conn); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Fatal(got)
	}
	entrance.Permit(access.Socket{Name: "ops", Verbs: []string{"logs"}})
	if got := request(t, conn); !strings.HasPrefix(got, "HTTP/1.1 403 ") || !strings.Contains(got, `does not list`) {
		t.Error(got)
	}
}
