package units

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestFunctions calls every function of the language.
func TestFunctions(t *testing.T) {
	calls := map[string]string{
		`abs(-1)`:                               `1`,
		`basename("/a/b.c")`:                    `"b.c"`,
		`ceil(1.2)`:                             `2`,
		`coalesce(null, "a", "b")`:              `"a"`,
		`coalesce("", null, "b")`:               `"b"`,
		`coalesce(null, 2, 3)`:                  `2`,
		`concat([1], [2, 3])`:                   `[1, 2, 3]`,
		`dirname("/a/b.c")`:                     `"/a"`,
		`env("SET")`:                            `"here"`,
		`env("UNSET", "default")`:               `"default"`,
		`file("motd")`:                          `"welcome\n"`,
		`fileexists("motd")`:                    `true`,
		`fileexists("~/nothing")`:               `false`,
		`floor(1.8)`:                            `1`,
		`format("%s-%03d", "a", 7)`:             `"a-007"`,
		`join(",", ["a", "b"])`:                 `"a,b"`,
		`jsondecode("{\"a\": [1, true]}")`:      `{ a = [1, true] }`,
		`jsonencode({ a = [1, null] })`:         `"{\"a\":[1,null]}"`,
		`keys({ b = 1, a = 2 })`:                `["a", "b"]`,
		`length([1, 2])`:                        `2`,
		`length("äöü")`:                         `3`,
		`length({ a = 1 })`:                     `1`,
		`length(toset(["a"]))`:                  `1`,
		`lookup({ a = "x" }, "b", "y")`:         `"y"`,
		`lower("ABC")`:                          `"abc"`,
		`max(1, 3, 2)`:                          `3`,
		`merge({ a = 1 }, { a = 2, b = 3 })`:    `{ a = 2, b = 3 }`,
		`min(2 * host.cpus + 1, 4)`:             `4`,
		`range(3)`:                              `[0, 1, 2]`,
		`regex("[0-9]+", "abc123")`:             `"123"`,
		`replace("a.b.c", ".", "-")`:            `"a-b-c"`,
		`secret("password")`:                    `(sensitive)`,
		`split(",", "a,b")`:                     `["a", "b"]`,
		`toset(["b", "a", "b"])`:                `["a", "b"]`,
		`trimspace("  a\n")`:                    `"a"`,
		`upper("${host.name} ${user.home}")`:    `"WEB1 /HOME/SHOP"`,
		`values({ b = 1, a = 2 })`:              `[2, 1]`,
		`[for k, v in { a = 1 } : "${k}=${v}"]`: `["a=1"]`,
		`null`:                                  `null`,
	}
	host := testHost()
	host.environ["SET"] = "here"
	called := map[string]bool{}
	for call, want := range calls {
		name, _, _ := strings.Cut(call, "(")
		called[name] = true
		n := newNames(host, &report{})
		body, ok := n.parse("a.hcl", []byte("x = "+call+"\n"))
		if !ok {
			t.Fatal(n.diags)
		}
		value := n.scope("a.hcl").eval(body.Attributes["x"].Expr)
		if got := display(value); got != want || len(n.diags) > 0 {
			t.Errorf("%s = %s, want %s; %v", call, got, want, n.diags)
		}
	}
	for _, name := range slices.Sorted(maps.Keys((&reads{host: host}).functions("/"))) {
		if !called[name] {
			t.Errorf("%s is not tested", name)
		}
	}
}
