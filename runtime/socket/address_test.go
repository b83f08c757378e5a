package socket

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in, text, network, target string
		public                    bool
	}{
		{"127.0.0.1:8001", "127.0.0.1:8001", "tcp", "127.0.0.1:8001", false},
		{"127.77.0.3:8001", "127.77.0.3:8001", "tcp", "127.77.0.3:8001", false},
		{"localhost:8001", "127.0.0.1:8001", "tcp", "127.0.0.1:8001", false},
		{"[::1]:80", "[::1]:80", "tcp", "[::1]:80", false},
		{"[::ffff:127.0.0.1]:80", "127.0.0.1:80", "tcp", "127.0.0.1:80", false},
		{":8001", ":8001", "tcp", "127.0.0.1:8001", true},
		{"[::]:8001", ":8001", "tcp", "127.0.0.1:8001", true},
		{"0.0.0.0:65535", "0.0.0.0:65535", "tcp", "127.0.0.1:65535", true},
		{"192.0.2.7:8001", "192.0.2.7:8001", "tcp", "192.0.2.7:8001", true},
		{"[2001:db8::7]:8001", "[2001:db8::7]:8001", "tcp", "[2001:db8::7]:8001", true},
		{"unix:/run/app.sock", "unix:/run/app.sock", "unix", "/run/app.sock", false},
		{"unix:run/app.sock", "unix:/srv/app/run/app.sock", "unix", "/srv/app/run/app.sock", false},
		{"unix:~/app.sock", "unix:/home/ann/app.sock", "unix", "/home/ann/app.sock", false},
		{"unix:../x//y", "unix:/srv/x/y", "unix", "/srv/x/y", false},
	} {
		a, err := Parse(c.in, "/srv/app", "/home/ann")
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		network, target := a.Target()
		if a.String() != c.text || a.Public() != c.public || network != c.network || target != c.target {
			t.Errorf("Parse(%q) = %s, public %v, target %s %s; want %+v", c.in, a, a.Public(), network, target, c)
		}
		if again, err := Parse(a.String(), "/", "/"); err != nil || again != a {
			t.Errorf("Parse(%q) twice: %+v (%v), want %+v", c.in, again, err, a)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                                      "want HOST:PORT",
		"8001":                                  "want HOST:PORT",
		"127.0.0.1":                             "want HOST:PORT",
		"::1:80":                                "want HOST:PORT",
		"127.0.0.1:0":                           "port from 1 to 65535",
		"127.0.0.1:65536":                       "port from 1 to 65535",
		"127.0.0.1:http":                        "port from 1 to 65535",
		"127.0.0.1:-1":                          "port from 1 to 65535",
		"example.org:80":                        "want an IP address",
		"[fe80::1%eth0]:80":                     "zones are not supported",
		"udp:127.0.0.1:53":                      "udp is reserved",
		"unix:":                                 "path is missing",
		"unix:@app":                             "abstract",
		"unix:/a\x00b":                          "NUL",
		"unix:/" + strings.Repeat("x", maxPath): "is 108 bytes long and a socket path has at most 107",
	} {
		if a, err := Parse(in, "/srv", "/home/ann"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, %v; want an error with %q", in, a, err, want)
		}
	}
	if _, err := Parse("unix:/"+strings.Repeat("x", maxPath-1), "/", "/"); err != nil {
		t.Errorf("a path of %d bytes: %v", maxPath, err)
	}
}

func TestEnviron(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"http"}, "LISTEN_FDS=1 LISTEN_FDNAMES=http"},
		{[]string{"http", "", "admin-2"}, "LISTEN_FDS=3 LISTEN_FDNAMES=http:unknown:admin-2"},
	} {
		got, err := Environ(c.names)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("Environ(%q) = %q, %v; want %q", c.names, got, err, c.want)
		}
	}
	for _, name := range []string{"a:b", "a\nb", "ü", "a\x7f", strings.Repeat("x", 256)} {
		if got, err := Environ([]string{"http", name}); err == nil {
			t.Errorf("Environ with %q = %q, want an error", name, got)
		}
	}
}
