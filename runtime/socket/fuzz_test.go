package socket

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParse reads any text as the address of a listen block: what is taken says itself in a form that means the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"127.0.0.1:8001", "[::1]:8001", ":80", "localhost:443", "unix:~/run/s", "unix:s", "unix:@s", "udp:1", "[fe80::1%eth0]:1", "[::ffff:127.0.0.1]:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse(text, "/srv/site", "/home/shop")
		if err != nil {
			return
		}
		again, err := Parse(a.String(), "/", "/")
		if err != nil || again != a {
			t.Errorf("%q is %q, which is %+v, %v", text, a, again, err)
		}
		if a.IsUnix() && (len(a.Path()) > maxPath || !filepath.IsAbs(a.Path()) || strings.ContainsRune(a.Path(), 0)) {
			t.Errorf("%q: %q", text, a.Path())
		}
	})
}

// FuzzTables reads any text as the kernel's tables of sockets, and any bytes as its answer about one.
func FuzzTables(f *testing.F) {
	tcp, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(tcp)
	f.Add([]byte("heading\n   0: 0100007F:1F41 00000000:0000 0A 0:0 00:0 0 1000 0 77 1\n"))
	f.Add([]byte("heading\n0: 00000000000000000000000000000000:1F41 0 0A 0:0 00:0 0 x 0 0 1\n0000: 00000002 0 00010000 0001 01 5 /a b\n"))
	dir := f.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "net"), 0o700); err != nil {
		f.Fatal(err)
	}
	address, err := Parse("127.0.0.1:8001", "/", "/")
	if err != nil {
		f.Fatal(err)
	}
	unix, err := Parse("unix:/a b", "/", "/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, table := range []string{"tcp", "tcp6", "unix"} {
			if err := os.WriteFile(filepath.Join(dir, "net", table), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range []Address{address, unix} {
			if h := holderIn(dir, a); h.PID != 0 || h.String() == "" {
				t.Errorf("%q: %+v", text, h)
			}
		}
		_, _ = parseDiag(text)
	})
}
