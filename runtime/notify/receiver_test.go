package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"
)

// receiver is a Receiver and what it has dropped.
type receiver struct {
	*Receiver
	dropped chan error
}

// receive starts a Receiver and returns it with the messages it delivers. keepFDs: messages keep theirs.
func receive(t *testing.T, keepFDs bool) (*receiver, <-chan *Message) {
	t.Helper()
	messages, dropped := make(chan *Message, 100), make(chan error, 100)
	r, err := Listen(filepath.Join(t.TempDir(), "notify.sock"), func(m *Message) {
		if keepFDs {
			kept := *m
			m.TakeFDs()
			m = &kept
		}
		messages <- m
	}, func(pid int, why error) {
		if pid != os.Getpid() && !errors.Is(why, ErrForeign) {
			t.Errorf("of pid %d: %v", pid, why)
		}
		dropped <- why
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := os.Lstat(r.Path()); !os.IsNotExist(err) {
			t.Errorf("the socket is still there: %v", err)
		}
	})
	return &receiver{r, dropped}, messages
}

func next(t *testing.T, messages <-chan *Message) *Message {
	t.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(10 * time.Second):
		t.Fatal("no message within 10 s")
		return nil
	}
}

// send sends a datagram with file descriptors from a socket of its own.
func send(t *testing.T, r *receiver, text string, fds ...int) {
	t.Helper()
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(socket)
	if err := unix.Sendmsg(socket, []byte(text), unix.UnixRights(fds...), &unix.SockaddrUnix{Name: r.Path()}, 0); err != nil {
		t.Fatal(err)
	}
}

// pipe returns both ends; the second is closed with the test.
func pipe(t *testing.T) (read *os.File, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	return read, write
}

// wantDropped waits until the receiver has dropped something.
func wantDropped(t *testing.T, r *receiver, want error) {
	t.Helper()
	select {
	case got := <-r.dropped:
		if !errors.Is(got, want) {
			t.Errorf("dropped: %v, want %v", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("within 10 s nothing was dropped, want %v", want)
	}
}

func TestReceiverKnowsTheSender(t *testing.T) {
	r, messages := receive(t, false)
	t.Setenv("NOTIFY_SOCKET", r.Path())
	if sent, err := daemon.SdNotify(false, "READY=1\nSTATUS=serving"); !sent || err != nil {
		t.Fatal(sent, err)
	}
	m := next(t, messages)
	if m.PID != os.Getpid() || m.UID != os.Getuid() || !m.Ready || *m.Status != "serving" {
		t.Errorf("got %+v", m)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	r, _ := receive(t, false)
	stat, err := os.Stat(r.Path())
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
}

func TestSenderInAnotherProcess(t *testing.T) {
	r, messages := receive(t, false)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here: it stands for a program that is not written in Go")
	}
	script := `import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1\n", sys.argv[1])`
	cmd := exec.Command(python, "-c", script, r.Path())
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if m := next(t, messages); m.PID != cmd.Process.Pid || !m.Ready {
		t.Errorf("got %+v, want READY from pid %d", m, cmd.Process.Pid)
	}
}

func TestFDsAreHandedOver(t *testing.T) {
	r, messages := receive(t, true)
	read, write := pipe(t)
	send(t, r, "FDSTORE=1\nFDNAME=conn", int(write.Fd()), int(write.Fd()))
	m := next(t, messages)
	if m.FDs() != 2 || !m.FDStore || m.FDName != "conn" {
		t.Fatalf("got %+v", m)
	}
	fds := m.TakeFDs()
	for _, fd := range fds {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("fd %d: flags %#x, %v; want close-on-exec", fd, flags, err)
		}
	}
	if _, err := unix.Write(fds[1], []byte("x")); err != nil {
		t.Error(err)
	}
	if n, err := read.Read(make([]byte, 2)); n != 1 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	closeAll(fds)
}

// closedSoon says that no copy of the pipe's write end is left: reading ends.
func closedSoon(t *testing.T, read, write *os.File) {
	t.Helper()
	write.Close()
	if err := read.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := read.Read(make([]byte, 1)); n != 0 || err == nil || os.IsTimeout(err) {
		t.Errorf("read %d, %v; want the end: a copy is still open", n, err)
	}
}

func TestFDsNotTakenAreClosed(t *testing.T) {
	r, messages := receive(t, false)
	read, write := pipe(t)
	send(t, r, "FDSTORE=1", int(write.Fd()), int(write.Fd()))
	next(t, messages)
	closedSoon(t, read, write)
}

func TestBarrierEndsAfterEarlierMessages(t *testing.T) {
	r, messages := receive(t, false)
	read, write := pipe(t)
	for i := range 10 {
		send(t, r, fmt.Sprintf("STATUS=%d", i))
	}
	send(t, r, "BARRIER=1", int(write.Fd()))
	closedSoon(t, read, write)
	if len(messages) != 11 {
		t.Errorf("%d messages were delivered when the barrier ended, want 11", len(messages))
	}
}

// What was sent before Poll has been delivered after it, in order, although Run reads too.
func TestPoll(t *testing.T) {
	r, messages := receive(t, false)
	for round := range 20 {
		for n := range 5 {
			send(t, r, fmt.Sprintf("STATUS=%d", 5*round+n))
		}
		if err := r.Poll(); err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			select {
			case m := <-messages:
				if want := fmt.Sprint(5*round + n); *m.Status != want {
					t.Fatalf("message %s came, want %s", *m.Status, want)
				}
			default:
				t.Fatalf("message %d is not there", 5*round+n)
			}
		}
	}
}

func TestDropped(t *testing.T) {
	r, messages := receive(t, false)
	read, write := pipe(t)
	fd := int(write.Fd())
	many := make([]int, maxFDs+1)
	for i := range many {
		many[i] = fd
	}
	for _, c := range []struct {
		text string
		fds  []int
		want error
	}{
		{"READY=1", many, ErrTooMany},
		{"STATUS=" + strings.Repeat("x", maxDatagram), many[:1], ErrTooLong},
		{"BARRIER=1", nil, ErrBarrier},
		{"BARRIER=1", many[:2], ErrBarrier},
		{"BARRIER=1\nREADY=1", many[:1], ErrBarrierMix},
		{"READY=1\x00\x00", many[:1], ErrNotText},
	} {
		send(t, r, c.text, c.fds...)
		wantDropped(t, r, c.want)
	}
	closedSoon(t, read, write)

	all := "STATUS=" + strings.Repeat("x", maxDatagram-len("STATUS="))
	send(t, r, all)
	if m := next(t, messages); len(*m.Status) != maxStatus {
		t.Errorf("a datagram of the full size has a status of %d bytes", len(*m.Status))
	}
}

func TestForeignUIDIsDropped(t *testing.T) {
	r, messages := receive(t, false)
	read, write := pipe(t)
	text, control := []byte("READY=1"), unix.UnixCredentials(&unix.Ucred{Pid: 1, Uid: uint32(os.Getuid()) + 1})
	// What the kernel would say of another account's process; to be one takes a privilege.
	duplicate, err := unix.Dup(int(write.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	r.receive(text, append(control, unix.UnixRights(duplicate)...), 0)
	wantDropped(t, r, ErrForeign)
	if len(messages) != 0 {
		t.Errorf("delivered %d", len(messages))
	}
	closedSoon(t, read, write)
}

func TestListenTakesOverAStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify.sock")
	stale, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	stale.Close()
	r, err := Listen(path, func(*Message) {}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Run(t.Context()); err != nil {
		t.Errorf("Run of a closed receiver: %v", err)
	}
}

func TestListenRefuses(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(directory+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := directory + "/" + strings.Repeat("x", 107-len(directory))
	for path, want := range map[string]string{
		directory + "/file":  "bind notify socket " + directory + "/file: a file that is no socket is in its place: remove it",
		directory + "/no/at": "bind notify socket " + directory + "/no/at: no such file or directory",
		long:                 "bind notify socket " + long + ": the path has 108 bytes, sockets allow 107: choose a shorter directory with --runtime-dir",
	} {
		r, err := Listen(path, nil, nil)
		if err == nil {
			t.Errorf("%s: no error", path)
			r.Close()
		} else if err.Error() != want {
			t.Errorf("got  %q\nwant %q", err, want)
		}
	}
	r, err := Listen(long[:107], nil, nil)
	if err != nil {
		t.Fatalf("a path of 107 bytes: %v", err)
	}
	r.Close()
}

// What finds no room among the files that may be open is dropped whole, and nothing of it stays open.
func TestFDsThatFindNoRoom(t *testing.T) {
	r, messages := receive(t, false)
	read, write := pipe(t)
	copies := make([]int, maxFDs)
	for i := range copies {
		copies[i] = int(write.Fd())
	}
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(socket)
	limit := old
	limit.Cur = uint64(socket) + maxFDs/2
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	err = unix.Sendmsg(socket, []byte("FDSTORE=1"), unix.UnixRights(copies...), &unix.SockaddrUnix{Name: r.Path()}, 0)
	if err == nil {
		wantDropped(t, r, ErrTooMany)
	}
	if second := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err != nil || second != nil {
		t.Fatal(err, second)
	}
	if len(messages) > 0 {
		t.Errorf("it was delivered: %+v", <-messages)
	}
	closedSoon(t, read, write)
}
