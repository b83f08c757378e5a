package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// reaches is whoever accepts next at a socket that a new client connects to: "workers" or "manager".
func reaches(t *testing.T, dial func() (net.Conn, error), l *Listener, own *net.UnixListener) string {
	t.Helper()
	client, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if own != nil {
		own.SetDeadline(time.Now().Add(20 * time.Millisecond))
		if conn, err := own.Accept(); err == nil {
			conn.Close()
			return "manager"
		}
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	return "workers"
}

func TestDivert(t *testing.T) {
	long := unixAddress(t)
	long.path = filepath.Join(filepath.Dir(long.path), strings.Repeat("l", maxPath-len(filepath.Dir(long.path))-1))
	for name, a := range map[string]Address{"short": unixAddress(t), "longest": long} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, a, Options{Mode: 0o660})
			outside := func() (net.Conn, error) { return dial(a) }
			inside := func() (net.Conn, error) { return l.Dial(context.Background()) }
			early, err := outside()
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				own, err := l.Divert()
				if err != nil {
					t.Fatal(err)
				}
				if again, err := l.Divert(); again != own || err != nil {
					t.Errorf("diverting again: %v, %v", again, err)
				}
				if info, err := os.Lstat(a.Path()); err != nil || info.Mode() != fs.ModeSocket|0o660 {
					t.Errorf("in its place is %v, %v", info, err)
				}
				if early != nil { // what waits stays where it is
					conn, err := l.Accept()
					if err != nil {
						t.Fatal(err)
					}
					fmt.Fprintln(conn, 7)
					if got, err := answer(early); got != 7 || err != nil {
						t.Errorf("the early client: %d, %v", got, err)
					}
					conn.Close()
					early = nil
				}
				if who := reaches(t, outside, l, own); who != "manager" {
					t.Errorf("diverted, a client reaches the %s", who)
				}
				if who := reaches(t, inside, l, own); who != "workers" {
					t.Errorf("diverted, a probe reaches the %s", who)
				}
				if repaired, err := l.Repair(); repaired || err != nil {
					t.Errorf("diverted, Repair = %v, %v", repaired, err)
				}
				if err := l.Restore(); err != nil {
					t.Fatal(err)
				}
				if who := reaches(t, outside, l, own); who != "workers" {
					t.Errorf("restored, a client reaches the %s", who)
				}
				own.Close()
				onlyFiles(t, a, filepath.Base(a.Path()))
			}
		})
	}
}

// onlyFiles wants just these files in the directory of a.
func onlyFiles(t *testing.T, a Address, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(a.Path()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("files are %v, want %v", names, want)
	}
}

// While diverted a worker may shut its socket down, and somebody may remove either file.
func TestDivertedAndDamaged(t *testing.T) {
	for name, damage := range map[string]func(*Listener){
		"shutdown":            func(l *Listener) { unix.Shutdown(int(l.File().Fd()), unix.SHUT_RDWR) },
		"own file removed":    func(l *Listener) { os.Remove(l.Address().Path()) },
		"others file removed": func(l *Listener) { os.Remove(aside(l.Address().Path())) },
		"both removed": func(l *Listener) {
			os.Remove(l.Address().Path())
			os.Remove(aside(l.Address().Path()))
		},
	} {
		for _, repair := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, repair %v", name, repair), func(t *testing.T) {
				l := listen(t, unixAddress(t), Options{})
				own, err := l.Divert()
				if err != nil {
					t.Fatal(err)
				}
				defer own.Close()
				damage(l)
				if repair {
					if _, err := l.Repair(); err != nil {
						t.Fatal(err)
					}
					if who := reaches(t, func() (net.Conn, error) { return l.Dial(context.Background()) }, l, own); who != "workers" {
						t.Errorf("repaired, a probe reaches the %s", who)
					}
				}
				if err := l.Restore(); err != nil {
					t.Fatal(err)
				}
				if _, err := l.Repair(); err != nil {
					t.Fatal(err)
				}
				if who := reaches(t, func() (net.Conn, error) { return dial(l.Address()) }, l, own); who != "workers" {
					t.Errorf("restored, a client reaches the %s", who)
				}
				onlyFiles(t, l.Address(), "app.sock")
			})
		}
	}
}

func TestDivertLeavesNothing(t *testing.T) {
	a := unixAddress(t)
	l := listen(t, a, Options{})
	if _, err := l.Divert(); err != nil {
		t.Fatal(err)
	}
	l.Close()
	onlyFiles(t, a)

	// A manager that is killed leaves the files; the next one takes them away.
	for _, path := range []string{a.Path(), aside(a.Path()), coming(a.Path())} {
		dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		dead.SetUnlinkOnClose(false)
		dead.Close()
	}
	l = listen(t, a, Options{})
	own, err := l.Divert()
	if err != nil {
		t.Fatal(err)
	}
	own.Close()
	if err := l.Restore(); err != nil {
		t.Fatal(err)
	}
	onlyFiles(t, a, "app.sock")

	// Where the directory takes no more files, all stays as it is.
	dir := filepath.Dir(a.Path())
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	if _, err := l.Divert(); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("diverting in a directory that cannot be written: %v", err)
	}
	if who := reaches(t, func() (net.Conn, error) { return dial(a) }, l, nil); who != "workers" {
		t.Errorf("a client reaches the %s", who)
	}

	tcp := listen(t, loopback(t), Options{})
	if _, err := tcp.Divert(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("diverting a TCP socket: %v", err)
	}
}
