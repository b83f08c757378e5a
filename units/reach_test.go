package units

import "testing"

func TestReaches(t *testing.T) {
	web := []Listen{
		{Name: "admin", Address: "[::1]:9000"}, {Name: "http", Address: "127.0.0.1:8001"},
		{Name: "all", Address: "0.0.0.0:8002"}, {Name: "both", Address: "[::]:8003"},
		{Name: "plain", Address: "127.0.0.1:80"}, {Name: "tls", Address: "203.0.113.5:443"},
		{Name: "sock", Address: "unix:/home/shop/run/8001.sock"},
	}
	for _, c := range []struct {
		check Health
		want  string // "": none of them
	}{
		{Health{Path: "/health"}, "admin"},
		{Health{Path: "/health", Listen: "sock"}, "sock"},
		{Health{Path: "/health", Listen: "gone"}, ""},
		{Health{URL: "http://127.0.0.1:8001/health"}, "http"},
		{Health{URL: "http://LOCALHOST:8001/health"}, "http"},
		{Health{URL: "http://localhost:9000/"}, "admin"},
		{Health{URL: "https://user:word@127.0.0.1:8001/"}, "http"},
		{Health{URL: "http://0.0.0.0:8001/"}, "http"},
		{Health{URL: "http://[::]:9000/"}, "admin"},
		{Health{URL: "http://[::ffff:127.0.0.1]:8001/"}, "http"},
		{Health{URL: "http://localhost"}, "plain"},
		{Health{URL: "https://203.0.113.5/"}, "tls"},
		{Health{URL: "http://203.0.113.5/"}, ""},
		{Health{URL: "http://[::1]:8001/"}, ""},
		{Health{URL: "http://127.0.0.2:8001/"}, ""},
		{Health{URL: "http://127.0.0.1:8004/"}, ""},
		{Health{URL: "http://shop.example:8001/"}, ""},
		{Health{Address: "127.0.0.1:8001"}, "http"},
		{Health{Address: "localhost:8002"}, "all"},
		{Health{Address: "127.0.0.9:8002"}, "all"},
		{Health{Address: "[::1]:8002"}, ""},
		{Health{Address: "127.0.0.1:8003"}, "both"},
		{Health{Address: "[::1]:8003"}, "both"},
		{Health{Address: "203.0.113.5:8003"}, ""},
		{Health{Address: "127.0.0.1:3306"}, ""},
		{Health{Command: []string{"curl", "http://127.0.0.1:8001/"}}, ""},
	} {
		l, ok := c.check.Reaches(web...)
		if l.Name != c.want || ok != (c.want != "") {
			t.Errorf("%+v reaches %q, %v; want %q", c.check, l.Name, ok, c.want)
		}
	}
	if l, ok := (Health{Path: "/health"}).Reaches(); ok {
		t.Errorf("without listeners it reaches %+v", l)
	}
}
