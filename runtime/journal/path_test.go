package journal

import (
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPath(t *testing.T) {
	for id, want := range map[string]string{
		"app.api":               "/log/app.api.log",
		`app.site["shop"]`:      "/log/app.site.shop.log",
		`app.site["a.b_C-1"]`:   "/log/app.site.a.b_C-1.log",
		`app.site[".."]`:        "/log/app.site....log",
		"pool.api/2":            "/log/pool.api@2.log",
		"pool.api-2":            "/log/pool.api-2.log",
		`pool.site["shop"]/12`:  "/log/pool.site.shop@12.log",
		"app.../../etc/passwd":  "/log/app...%2F..%2Fetc%2Fpasswd.log",
		"app.a/2/x":             "/log/app.a%2F2%2Fx.log",
		"app.a\x00\n":           "/log/app.a%00%0A.log",
		`app.site["shop"]extra`: "/log/app.site.shop%22%5Dextra.log",
	} {
		if got := Path("/log", id); got != want {
			t.Errorf("%q: got %s, want %s", id, got, want)
		}
	}
}

// anyID draws a valid id of a unit or a worker.
func anyID(t *rapid.T) string {
	id := rapid.SampledFrom([]string{"app", "pool", "job"}).Draw(t, "kind") + "." +
		rapid.StringMatching(`[a-b][a1_-]{0,4}|[a-z]{240}`).Draw(t, "name")
	if rapid.Bool().Draw(t, "instance") {
		id += `["` + rapid.StringMatching(`[aA1._-]{1,5}|[a-z]{240}`).Draw(t, "key") + `"]`
	}
	if rapid.Bool().Draw(t, "worker") {
		id += "/" + rapid.StringMatching(`[1-9][0-9]{0,2}`).Draw(t, "index")
	}
	return id
}

func TestPathIsSafeAndInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, other := anyID(t), anyID(t)
		path := Path("/log", one)
		if (path == Path("/log", other)) != (one == other) {
			t.Fatalf("%s and %s: %s", one, other, path)
		}
		if filepath.Dir(path) != "/log" || len(filepath.Base(path)) > maxFileName+len(".log") || !strings.HasSuffix(path, ".log") {
			t.Fatalf("%s: %s", one, path)
		}
	})
}
