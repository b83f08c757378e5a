package socket

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// acceptOn3 is a program as systemd starts them: it finds its socket at descriptor 3 and calls accept(2).
func acceptOn3() int {
	flags, err := unix.FcntlInt(3, unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 {
		fmt.Println("descriptor 3 is not blocking:", flags, err)
		return 1
	}
	fmt.Println("ready")
	for {
		fd, _, err := unix.Accept(3)
		if err != nil {
			return 1
		}
		unix.Write(fd, []byte("3\n"))
		unix.Close(fd)
	}
}

func listen(t *testing.T, a Address, o Options) *Listener {
	t.Helper()
	o.Unit = "app.test"
	l, err := Listen(a, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func unixAddress(t *testing.T) Address {
	t.Helper()
	dir, err := os.MkdirTemp(os.Getenv("HOME"), "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return parse(t, "unix:"+dir+"/app.sock")
}

func dial(a Address) (net.Conn, error) {
	network, address := a.Target()
	return net.Dial(network, address)
}

func mustAnswer(t *testing.T, a Address) {
	t.Helper()
	conn, err := dial(a)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := answer(conn); err != nil || got != 3 {
		t.Fatalf("answer %d, %v", got, err)
	}
}

// A child accepts on the socket it is given, and the connections made before it lived wait for it.
func TestListenerIsHandedOver(t *testing.T) {
	for _, a := range []Address{loopback(t), unixAddress(t)} {
		l := listen(t, a, Options{Backlog: 16})
		early, err := dial(a)
		if err != nil {
			t.Fatal(err)
		}
		flags, err := unix.FcntlInt(l.File().Fd(), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%s is not close-on-exec: %d, %v", a, flags, err)
		}
		start(t, "accept", "ready", []*os.File{l.File()})
		if got, err := answer(early); err != nil || got != 3 {
			t.Fatalf("the early connection: %d, %v", got, err)
		}
		mustAnswer(t, a)
	}
}

// A program that does not know that its socket is TCP does not turn Nagle's algorithm off by itself.
func TestConnectionsDoNotDelay(t *testing.T) {
	one, group := loopback(t), loopback(t)
	for a, file := range map[Address]*os.File{
		one: listen(t, one, Options{}).File(), group: openGroup(t, group, 2).File(0),
	} {
		conn, err := dial(a)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		accepted, _, err := unix.Accept(int(file.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(accepted) })
		if on, err := unix.GetsockoptInt(accepted, unix.IPPROTO_TCP, unix.TCP_NODELAY); err != nil || on == 0 {
			t.Errorf("%s: TCP_NODELAY is %d, %v", a, on, err)
		}
	}
}

func TestUnixModeAndGroup(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	groups, err := me.GroupIds()
	if err != nil || len(groups) == 0 {
		t.Fatalf("groups of this account: %v, %v", groups, err)
	}
	for _, c := range []struct {
		options Options
		want    fs.FileMode
	}{
		{Options{}, 0o600},
		{Options{Mode: 0o660}, 0o660},
		{Options{Mode: 0o666}, 0o666},
		{Options{Mode: 0o660, Group: groups[0]}, 0o660},
	} {
		a := unixAddress(t)
		listen(t, a, c.options)
		found, err := os.Lstat(a.Path())
		if err != nil {
			t.Fatal(err)
		}
		if found.Mode().Perm() != c.want || found.Mode().Type() != fs.ModeSocket {
			t.Errorf("mode %v, want %v", found.Mode(), c.want)
		}
		if gid := strconv.Itoa(int(found.Sys().(*syscall.Stat_t).Gid)); c.options.Group != "" && gid != c.options.Group {
			t.Errorf("group %s, want %s", gid, c.options.Group)
		}
	}
}

func TestAlterKeepsTheSocket(t *testing.T) {
	a := unixAddress(t)
	l := listen(t, a, Options{Mode: 0o660})
	before, err := os.Lstat(a.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Alter(Options{Mode: 0o606, Backlog: 1}); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Lstat(a.Path()); err != nil || !os.SameFile(before, after) || after.Mode().Perm() != 0o606 {
		t.Errorf("the file is %v, %v; before %v", after, err, before)
	}
	if err := l.Alter(Options{Mode: 0o660, Group: "nobody-is-called-so"}); err == nil || !strings.Contains(err.Error(), "find group nobody-is-called-so") {
		t.Errorf("another group: %v", err)
	}
	for range 2 { // one more than the backlog may wait
		if conn, err := dial(a); err != nil {
			t.Error(err)
		} else {
			t.Cleanup(func() { conn.Close() })
		}
	}
	if conn, err := dial(a); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("past the backlog: %v, %v", conn, err)
	}

	g := openGroup(t, loopback(t), 2)
	shutDown(t, g, 1)
	if err := g.Alter(Options{Backlog: 7}); err != nil {
		t.Fatal(err)
	}
	mustSteer(t, g, 0, 1) // brings back what was shut down
	for slot := range 2 {
		if _, backlog, err := g.Queue(slot); backlog != 7 || err != nil {
			t.Errorf("slot %d has a backlog of %d (%v)", slot, backlog, err)
		}
	}
}

// The mode is asked for again and again while sockets are made: at no time may it be wider than wanted.
func TestUnixModeHasNoWideMoment(t *testing.T) {
	a := unixAddress(t)
	old := unix.Umask(0)
	defer unix.Umask(old)
	stop, watched := make(chan struct{}), make(chan fs.FileMode)
	go func() {
		var widest fs.FileMode
		for {
			select {
			case <-stop:
				watched <- widest
				return
			default:
			}
			if found, err := os.Lstat(a.Path()); err == nil {
				widest |= found.Mode().Perm()
			}
		}
	}()
	for range 500 {
		l, err := Listen(a, Options{Unit: "app.test", Mode: 0o600})
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
	close(stop)
	if widest := <-watched; widest != 0o600 {
		t.Errorf("the mode was seen as %v, want only 0600", widest)
	}
}

func TestUnixRefuses(t *testing.T) {
	dir := filepath.Dir(unixAddress(t).Path())
	if err := os.WriteFile(dir+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		group string
		want  string
	}{
		{dir + "/file", "", "is not a socket; remove it"},
		{dir + "/missing/x", "", "directory " + dir + "/missing is missing; create it"},
		{dir + "/file/x", "", "is not a directory"},
		{dir + "/a", "no-such-group", "find group no-such-group"},
		{dir + "/b", "0", "must be a member"},
	} {
		_, err := Listen(parse(t, "unix:"+c.path), Options{Unit: "app.x", Group: c.group})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "bind app.x: unix:"+c.path+": ") {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
	if left, _ := filepath.Glob(dir + "/*"); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestUnixStaleFileIsReplaced(t *testing.T) {
	a := unixAddress(t)
	stray := start(t, "hold", "held", nil, holdEnv+"="+a.String())
	_, err := Listen(a, Options{Unit: "app.x"})
	mustBeInUse(t, err, stray.Process.Pid)
	stray.Process.Kill()
	stray.Wait()
	if _, err := os.Lstat(a.Path()); err != nil {
		t.Fatalf("the killed process left no file: %v", err)
	}
	listen(t, a, Options{})
}

func TestCloseRemovesOnlyItsOwnFile(t *testing.T) {
	a := unixAddress(t)
	first := listen(t, a, Options{})
	if err := os.Rename(a.Path(), a.Path()+".moved"); err != nil {
		t.Fatal(err)
	}
	second := listen(t, a, Options{})
	first.Close()
	if _, err := os.Lstat(a.Path()); err != nil {
		t.Fatalf("closing a listener removed the file of another: %v", err)
	}
	second.Close()
	if _, err := os.Lstat(a.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the file stays after Close: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Fatalf("closing again: %v", err)
	}
}

func TestListenerRepair(t *testing.T) {
	tcp, path := loopback(t), unixAddress(t)
	shut := func(l *Listener) { unix.Shutdown(int(l.File().Fd()), unix.SHUT_RDWR) }
	for name, c := range map[string]struct {
		address Address
		harm    func(*Listener)
	}{
		"tcp shut down":  {tcp, shut},
		"unix shut down": {path, shut},
		"unix removed":   {path, func(*Listener) { os.Remove(path.Path()) }},
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, c.address, Options{})
			if repaired, err := l.Repair(); repaired || err != nil {
				t.Fatalf("Repair of a well listener: %v, %v", repaired, err)
			}
			c.harm(l)
			if conn, err := dial(c.address); err == nil {
				conn.Close()
				t.Fatal("still reachable")
			}
			if repaired, err := l.Repair(); !repaired || err != nil {
				t.Fatalf("Repair = %v, %v", repaired, err)
			}
			start(t, "accept", "ready", []*os.File{l.File()})
			mustAnswer(t, c.address)
			l.Close()
			if _, err := l.Repair(); !errors.Is(err, os.ErrClosed) {
				t.Fatalf("Repair after Close: %v", err)
			}
		})
	}
}

func TestInUse(t *testing.T) {
	a := loopback(t)
	stray := start(t, "hold", "held", nil, holdEnv+"="+a.String())
	_, err := Listen(a, Options{Unit: "pool.api"})
	mustBeInUse(t, err, stray.Process.Pid)
	comm, err2 := os.ReadFile(fmt.Sprintf("/proc/%d/comm", stray.Process.Pid))
	if err2 != nil {
		t.Fatal(err2)
	}
	want := fmt.Sprintf("bind pool.api: %s is in use by pid %d (%s) of this account", a, stray.Process.Pid, strings.TrimSpace(string(comm)))
	if err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}

	foreign := os.Getenv(foreignEnv)
	if foreign == "" {
		t.Skip("another account's listener needs a start by root")
	}
	_, err = Listen(parse(t, foreign), Options{Unit: "pool.api"})
	if want := "bind pool.api: " + foreign + " is in use by another account (uid 0)"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// The port may be the local end of a connection instead of a listener's.
func TestInUseByAConnection(t *testing.T) {
	g := openGroup(t, loopback(t), 1)
	conn, err := dial(g.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = Listen(parse(t, conn.LocalAddr().String()), Options{Unit: "app.x"})
	mustBeInUse(t, err, os.Getpid())
}

func TestBindSaysTheRemedy(t *testing.T) {
	if _, err := Listen(parse(t, "192.0.2.231:8001"), Options{Unit: "app.x"}); err == nil || !strings.Contains(err.Error(), "this host has no such address") {
		t.Errorf("an address of another host: %v", err)
	}
	first := firstUnprivilegedPort()
	if first <= 1 {
		t.Skip("net.ipv4.ip_unprivileged_port_start lets every account bind every port")
	}
	_, err := Listen(parse(t, "127.0.0.1:"+strconv.Itoa(first-1)), Options{Unit: "app.x"})
	want := fmt.Sprintf("ports below %d need root; choose one from %d up", first, first)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestHolderReadsTables(t *testing.T) {
	proc := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(proc, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	uid := os.Geteuid()
	heading := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	line := "   0: %s 00000000:0000 %s 00000000:00000000 00:00000000 00000000 %5d        0 %d 1 0000 100 0 0 10 0\n"
	write("net/tcp", heading+
		fmt.Sprintf(line, "0100007F:1F41", "06", 0, 0)+
		fmt.Sprintf(line, "0100007F:1F41", "01", 77, 41)+
		fmt.Sprintf(line, "0100007F:1F41", "0A", uid, 42)+
		fmt.Sprintf(line, "00000000:1F42", "0A", 4321, 43)+
		fmt.Sprintf(line, "0100007F:1F43", "0A", uid, 48)+
		fmt.Sprintf(line, "0100007F:1F46", "0A", uid, 44)+
		fmt.Sprintf(line, "0100007F:1F47", "0A", uid, 46)+
		"torn\n")
	write("net/tcp6", heading+fmt.Sprintf(line, "00000000000000000000000001000000:1F44", "0A", 4322, 45))
	write("net/unix", "Num       RefCount Protocol Flags    Type St Inode Path\n"+
		"0000000000000000: 00000003 00000000 00000000 0001 03 51 /run/a b.sock\n"+
		"0000000000000000: 00000002 00000000 00010000 0001 01 52 /run/a b.sock\n")
	for pid, parent := range map[int]int{100: 1, 101: 100, 99: 100} { // a master and its workers
		write(fmt.Sprintf("%d/stat", pid), fmt.Sprintf("%d (a) b) S %d 1 1 0 -1 4194560 230 90 0 0 15 2 0 0 20 0 1 0 5012 1234 90 0", pid, parent))
		write(fmt.Sprintf("%d/comm", pid), "gunicorn\n")
		os.MkdirAll(filepath.Join(proc, strconv.Itoa(pid), "fd"), 0o700)
		for fd, inode := range []int{42, 52} {
			if err := os.Symlink(fmt.Sprintf("socket:[%d]", inode), filepath.Join(proc, strconv.Itoa(pid), "fd", strconv.Itoa(fd))); err != nil {
				t.Fatal(err)
			}
		}
	}
	os.MkdirAll(filepath.Join(proc, "200/fd"), 0o700)
	os.Symlink("socket:[44]", filepath.Join(proc, "200/fd/3"))
	write("200/comm", "python3\n")
	write("200/environ", "HOME=/home/u\x00UNIT_NAME=pool.shop/2\x00LANG=C\x00")
	os.MkdirAll(filepath.Join(proc, "300/fd"), 0o700)
	os.Symlink("socket:[46]", filepath.Join(proc, "300/fd/3"))
	write("300/comm", "unitd-keep\n")
	for address, want := range map[string]string{
		"127.0.0.1:8006":     "pid 200 (python3), which was started as pool.shop/2",
		"127.0.0.1:8007":     "pid 300 (unitd-keep), which keeps sockets of units, of another unitd for one",
		"127.0.0.1:8001":     "pid 100 (gunicorn) of this account",
		":8001":              "pid 100 (gunicorn) of this account",
		"127.0.0.1:8002":     "another account (uid 4321)",
		"127.0.0.1:8003":     "a process of this account that /proc does not show",
		"[::1]:8004":         "another account (uid 4322)",
		"127.0.0.1:8005":     "a process that /proc does not show",
		"unix:/run/a b.sock": "pid 100 (gunicorn) of this account",
	} {
		if got := holderIn(proc, parse(t, address)).String(); got != want {
			t.Errorf("%s is held by %q, want %q", address, got, want)
		}
	}
	stray := InUseError{Unit: "pool.shop", Address: parse(t, "127.0.0.1:8006"), Holder: holderIn(proc, parse(t, "127.0.0.1:8006"))}
	if got := stray.Error(); got != "bind pool.shop: 127.0.0.1:8006 is in use by a stray of this unit, pid 200 (python3)" {
		t.Error(got)
	}
	if got := holderIn(filepath.Join(proc, "nowhere"), parse(t, "127.0.0.1:8001")).String(); got != "a process that /proc does not show" {
		t.Errorf("without /proc: %q", got)
	}
}
