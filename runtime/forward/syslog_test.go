package forward

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func TestSyslog(t *testing.T) {
	path := t.TempDir() + "/log"
	f, log := forwarding(t, Config{SyslogSocket: path})
	if why := f.Missing(Syslog); why != path+" does not exist" {
		t.Errorf("without a socket: %q", why)
	}
	f.Send(Syslog, entry(0))
	eventually(t, "it is said that a line was dropped", func() bool { return strings.Contains(log.String(), "dropped=1") })
	for name, serve := range map[string]func(*testing.T, string) (next func() string, end func()){"datagrams": datagrams, "stream": streamed} {
		t.Run(name, func(t *testing.T) {
			f, _ := forwarding(t, Config{SyslogSocket: path})
			for range 2 { // the daemon is started anew
				next, end := serve(t, path)
				for n := range 3 {
					f.Send(Syslog, entry(n))
				}
				for n := range 3 {
					if got, want := next(), fmt.Sprintf("<27>May  1 10:11:12 pool.api@2: line %d", n); got != want {
						t.Errorf("got %q, want %q", got, want)
					}
				}
				end()
				_ = os.Remove(path) // where that has left it
			}
		})
	}
}

func datagrams(t *testing.T, path string) (next func() string, end func()) {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return func() string {
		defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		block := make([]byte, 1000)
		n, err := conn.Read(block)
		if err != nil {
			t.Error(err)
		}
		return string(block[:n])
	}, func() { conn.Close() }
}

func streamed(t *testing.T, path string) (next func() string, end func()) {
	t.Helper()
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var conn net.Conn
	return func() string {
		if conn == nil {
			if conn, err = listener.Accept(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		var line strings.Builder
		for one := make([]byte, 1); ; {
			if _, err := conn.Read(one); err != nil || one[0] == '\n' {
				if err != nil {
					t.Error(err)
				}
				return line.String()
			}
			line.Write(one)
		}
	}, func() { conn.Close(); listener.Close() }
}

// A syslog daemon that reads nothing keeps nobody waiting, and that is told.
func TestDeadSyslog(t *testing.T) {
	path := t.TempDir() + "/log"
	datagrams(t, path) // nobody reads
	f, log := forwarding(t, Config{SyslogSocket: path})
	const lines = 3 * mostEntries
	begun := time.Now()
	for n := range lines {
		f.Send(Syslog, entry(n))
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("%d lines took %v", lines, took)
	}
	eventually(t, "it is told", func() bool {
		return f.Missing(Syslog) != "" && strings.Contains(log.String(), "lines are not forwarded")
	})
	begun = time.Now()
	f.Close(patience)
	if took := time.Since(begun); took > 2*patience {
		t.Errorf("the end took %v", took)
	}
	f.Send(Syslog, entry(1)) // after the end
}
