package ipc

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"unitd/ipc/protocol"
	"unitd/units"
)

func site() *Names {
	unit := func(id units.ID) *units.Unit { return &units.Unit{ID: id} }
	template := unit("app.api")
	template.TemplateOf = "pool.api"
	runner := unit("app.runner")
	runner.TemplateOf = "pool.queue"
	return NewNames(units.NewSet(
		unit("delay.settle"), unit("delay.database"), unit("app.database"), unit("pool.api"), template,
		unit("pool.queue"), runner, unit(`app.site["shop"]`), unit(`app.site["blog.example"]`), unit(`pool.web["eu"]`),
	))
}

func TestResolveRun(t *testing.T) {
	names := NewNames(units.NewSet(&units.Unit{ID: "pipeline.site"}, &units.Unit{ID: "pool.api"}, &units.Unit{ID: `pipeline.each["eu"]`}))
	for _, c := range []struct {
		name, pipeline string
		run            int
	}{
		{"site/17", "pipeline.site", 17}, {"pipeline.site/1", "pipeline.site", 1}, {"each.eu/2", `pipeline.each["eu"]`, 2},
		{"site", "", 0}, {"site/0", "", 0}, {"site/last", "", 0}, {"api/2", "", 0}, {"nope/2", "", 0},
	} {
		if id, run, ok := names.ResolveRun(c.name); string(id) != c.pipeline || run != c.run || ok != (c.run > 0) {
			t.Errorf("%s is %s #%d, %v", c.name, id, run, ok)
		}
	}
	if _, err := names.Resolve("site/17"); err == nil {
		t.Error("a run is no unit")
	}
}

func TestResolve(t *testing.T) {
	tests := []struct{ name, want string }{
		{"delay.settle", "delay.settle"},
		{"settle", "delay.settle"},
		{"api", "pool.api"},
		{"pool.api", "pool.api"},
		{"app.api", "pool.api"}, // the app is part of the pool
		{"runner", "pool.queue"},
		{"api/2", "pool.api/2"},
		{"app.api/1", "pool.api/1"},
		{"site.shop", `app.site["shop"]`},
		{"site[shop]", `app.site["shop"]`},
		{`site["shop"]`, `app.site["shop"]`},
		{"app.site.shop", `app.site["shop"]`},
		{`app.site["shop"]`, `app.site["shop"]`},
		{"site.blog.example", `app.site["blog.example"]`},
		{"web.eu/3", `pool.web["eu"]/3`},
		{"site", `"site" is the name of several units: app.site["blog.example"], app.site["shop"]`},
		{"database", `"database" is the name of several units: app.database, delay.database`},
		{"app.database", "app.database"},
		{"setle", `no unit is called "setle"; did you mean delay.settle?`},
		{"pool.apy", `no unit is called "pool.apy"; did you mean pool.api?`},
		{"qu", `no unit is called "qu"; did you mean pool.queue?`},
		{"settle/1", `no unit is called "settle/1"; did you mean delay.settle?`},
		{"api/0", `no unit is called "api/0"; did you mean pool.api?`},
		{"site[shop", `no unit is called "site[shop"`},
		{"site.blog", `no unit is called "site.blog"; did you mean app.site["blog.example"], app.site["shop"]?`},
		{"app.site.nope", `no unit is called "app.site.nope"; did you mean app.site["blog.example"], app.site["shop"]?`},
		{"site[", `no unit is called "site["`},
		{"", `no unit is called ""`},
		{"nothing.like.it", `no unit is called "nothing.like.it"`},
	}
	for _, test := range tests {
		found, err := site().Resolve(test.name)
		got := describe(found)
		if err != nil {
			got = err.Error()
		}
		if got != test.want && (err == nil || !strings.HasPrefix(got, test.want)) {
			t.Errorf("%q: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestResolveAll(t *testing.T) {
	tests := []struct {
		names []string
		want  string
	}{
		{nil, `app.database app.site["blog.example"] app.site["shop"] delay.database delay.settle pool.api pool.queue pool.web["eu"]`},
		{[]string{"pool.*"}, `pool.api pool.queue pool.web["eu"]`},
		{[]string{"site"}, "ambiguous"},
		{[]string{"app.site*"}, `app.site["blog.example"] app.site["shop"]`},
		{[]string{`app.site["s*"]`}, `app.site["shop"]`},
		{[]string{"settle", "api", "delay.settle", "api/2"}, "delay.settle pool.api"},
		{[]string{"api/2", "api/1", "api/2"}, "pool.api/1 pool.api/2"},
		{[]string{"x*"}, "no unit"},
	}
	for _, test := range tests {
		found, err := site().ResolveAll(test.names)
		var got []string
		for _, name := range found {
			got = append(got, describe(name))
		}
		var problem *protocol.Problem
		switch {
		case errors.As(err, &problem):
			if !strings.Contains(problem.Title+problem.Detail, test.want) {
				t.Errorf("%q: %v, want %s", test.names, err, test.want)
			}
		case !reflect.DeepEqual(got, splitIDs(test.want)):
			t.Errorf("%q: got %q, want %s", test.names, got, test.want)
		}
	}
	if found, err := NewNames(units.NewSet()).ResolveAll(nil); err != nil || found != nil {
		t.Errorf("no units: %v, %v", found, err)
	}
}

func splitIDs(list string) []string { return strings.Split(list, " ") }

func describe(n Name) string {
	if n.Worker == 0 {
		return string(n.ID)
	}
	return string(n.ID) + "/" + string(rune('0'+n.Worker))
}
