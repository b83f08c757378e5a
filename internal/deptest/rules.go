package deptest

import (
	"path"
	"slices"
	"strings"
)

// A rule says what the files in some rooms may not mention, and why.
type rule struct {
	rooms  []string // directories; "runtime/*" is every directory directly below runtime and what is below it
	except []string // directories that the rule leaves out
	uses   bool     // true: names used ("time.Now"); false: import paths
	tests  bool     // true: test files too
	bad    func(f file, name string) bool
	why    string
}

var pure = []string{"units", "policy"}

// wiring holds the packages of runtime that bring others together; all others are leaves.
var wiring = []string{"runtime/engine", "runtime/executor", "runtime/host", "runtime/poll", "runtime/rotation", "runtime/survey", "runtime/webhook"}

var rules = []rule{
	{
		rooms: []string{"units"}, tests: true, bad: outside("units", "internal"),
		why: "units says what the user wrote; it knows nothing of what is done with it",
	},
	{
		rooms: []string{"policy"}, tests: true, bad: outside("units", "policy", "internal"),
		why: "policy decides from values alone; whoever acts calls it, never the other way round",
	},
	{
		rooms: []string{"runtime/engine"}, bad: outside("units", "policy", "runtime/engine", "internal"),
		why: "the loop is tested with a fake executor and a fake clock; it must not reach past its interfaces",
	},
	{
		rooms: []string{"ipc"}, bad: outside("units", "policy", "ipc", "internal"),
		why: "ipc declares the Manager that it talks for and never sees the runtime; the engine satisfies it",
	},
	{
		rooms: []string{"internal"}, bad: inside("units", "policy", "runtime", "ipc", "cmd"),
		why: "every room may use what is internal, so it knows none of them",
	},
	{
		rooms: []string{"runtime"}, bad: inside("ipc", "cmd"),
		why: "the order is cmd -> {ipc, runtime} -> policy -> units",
	},
	{
		rooms: []string{"runtime/*"}, except: wiring, bad: beyondLeaf,
		why: "a leaf package knows neither policy nor units nor another leaf; runtime/executor wires them",
	},
	{
		rooms: []string{"examples", "test/bench"}, bad: inside("units", "policy", "runtime", "ipc", "cmd"),
		why: "examples and measurements use the product as its users do: two programs and their documented output",
	},
	{
		rooms: pure, bad: named("os", "net", "os/exec", "os/user", "os/signal", "syscall", "context", "log", "log/slog",
			"net/http", "golang.org/x/sys/unix", "math/rand", "math/rand/v2", "crypto/rand"),
		why: "deciding is pure: what it needs from the world comes in as a value, so every decision can be a table in a test",
	},
	{
		rooms: []string{"policy"}, uses: true,
		bad: named("time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc", "time.NewTimer",
			"time.NewTicker", "time.Tick", "time.Sleep"),
		why: "now is an argument: a policy that reads the clock cannot be replayed",
	},
	{
		rooms: []string{"runtime/engine"}, uses: true, bad: named("sync.Mutex", "sync.RWMutex"),
		why: "one goroutine owns all unit state, others hold copies; a lock would say that this is no longer so",
	},
	{
		rooms: []string{"."}, except: []string{"cmd/unitd"}, bad: below("go.uber.org/fx"),
		why: "fx builds and brackets the daemon in cmd/unitd (docs/adr/0001); elsewhere constructors are plain calls",
	},
	{
		rooms: []string{"."}, except: []string{"cmd/unitd", "runtime/executor"}, bad: below("github.com/oklog/run"),
		why: "the run group holds what lives as long as the daemon or as one invocation (docs/adr/0001), nothing else",
	},
}

// named matches the names given.
func named(names ...string) func(file, string) bool {
	return func(_ file, name string) bool { return slices.Contains(names, name) }
}

// below matches an import path and what is below it, in any module.
func below(root string) func(file, string) bool {
	return func(_ file, name string) bool { return within(name, root) }
}

// inside matches imports of the rooms given.
func inside(rooms ...string) func(file, string) bool {
	return func(_ file, name string) bool {
		room, ours := strings.CutPrefix(name, module+"/")
		return ours && slices.ContainsFunc(rooms, func(r string) bool { return within(room, r) })
	}
}

// outside matches imports of this module that are in none of the rooms given.
func outside(rooms ...string) func(file, string) bool {
	allowed := inside(rooms...)
	return func(f file, name string) bool {
		return strings.HasPrefix(name, module+"/") && !allowed(f, name)
	}
}

// beyondLeaf matches imports of this module that lie outside the leaf package of f itself.
func beyondLeaf(f file, name string) bool {
	parts := strings.SplitN(f.dir(), "/", 3)
	leaf := path.Join(parts[:min(2, len(parts))]...)
	return outside(leaf, "internal")(f, name)
}

// covers tells whether r speaks about f.
func (r rule) covers(f file) bool {
	if f.test && !r.tests {
		return false
	}
	in := func(room string) bool {
		parent, wild := strings.CutSuffix(room, "/*")
		return within(f.dir(), parent) && !(wild && f.dir() == parent)
	}
	return slices.ContainsFunc(r.rooms, in) && !slices.ContainsFunc(r.except, in)
}

func within(name, root string) bool {
	return root == "." || name == root || strings.HasPrefix(name, root+"/")
}
