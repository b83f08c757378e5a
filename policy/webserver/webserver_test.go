package webserver

import (
	"strings"
	"testing"
)

// What real servers make of the lines is tested in test/script/proxy.txtar.

func TestLines(t *testing.T) {
	for _, test := range []struct {
		address       string
		apache, nginx string
	}{
		{"127.0.0.1:8001", `"http://127.0.0.1:8001/%1"`, "proxy_pass http://127.0.0.1:8001;"},
		{"[::1]:8001", `"http://[::1]:8001/%1"`, "proxy_pass http://[::1]:8001;"},
		{"0.0.0.0:8001", `"http://127.0.0.1:8001/%1"`, "proxy_pass http://127.0.0.1:8001;"},
		{"[::]:8001", `"http://127.0.0.1:8001/%1"`, "proxy_pass http://127.0.0.1:8001;"},
		{"unix:/home/shop/run/api.sock", `"unix:/home/shop/run/api.sock|http://localhost/%1"`, "proxy_pass http://unix:/home/shop/run/api.sock:;"},
	} {
		target := Target{Unit: `pool.site["shop"]`, Address: test.address, Host: "shop.example"}
		if err := target.Check(); err != nil {
			t.Errorf("%s: %v", test.address, err)
		}
		if text := Apache(target); !strings.Contains(text, "RewriteRule ^ "+test.apache+" [P,NE,L]\n") || strings.Contains(text, "@") {
			t.Errorf("%s: %s", test.address, text)
		}
		text := Nginx(target)
		if !strings.Contains(text, test.nginx) || !strings.Contains(text, "server_name shop.example;") || strings.Contains(text, "@") {
			t.Errorf("%s: %s", test.address, text)
		}
		if strings.Count(text, "$upgraded_pool_site__shop__") != 2 {
			t.Errorf("%s: the variable is not that of the unit: %s", test.address, text)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Target{Unit: "app.a", Address: "127.0.0.1:1", Host: "*.shop.example"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Target){
		func(t *Target) { t.Host = "" },
		func(t *Target) { t.Host = "a b" },
		func(t *Target) { t.Host = "a;b" },
		func(t *Target) { t.Host = "a\nb" },
		func(t *Target) { t.Address = "" },
		func(t *Target) { t.Address = "unix:/a b" },
		func(t *Target) { t.Address = `unix:/a"b` },
		func(t *Target) { t.Address = "unix:/a;b" },
		func(t *Target) { t.Address = "unix:a" },
	} {
		bad := good
		change(&bad)
		if bad.Check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
