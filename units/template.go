package units

import (
	"errors"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Fixed is a Template that is the same at every start.
type Fixed Program

// Program returns the fixed program.
func (f Fixed) Program(Scope) (Program, error) { return Program(f), nil }

// Template gives a Program for one start: its expressions may name worker.* and path.credentials.
type Template interface {
	// Program evaluates the expressions. An error is one that only shows with these values (index out of
	// range, for one); it is for people and quotes no sensitive value.
	Program(Scope) (Program, error)
}

// Scope is what expressions of one start may refer to beside what was known when loading.
type Scope struct {
	// Worker is nil outside a pool.
	Worker *WorkerScope
	// Credentials is the directory of the unit's secrets, or "".
	Credentials string
	// Alert is what an alert tells; nil where none does.
	Alert *AlertScope
	// step is what a command of a pipeline's step may name beside.
	step *StepScope
}

// WorkerScope is the `worker` object.
type WorkerScope struct {
	Index, Count int
	// Port or Socket is where the worker of a pool with dispatch "proxy" has to listen: on loopback, or at an absolute
	// path. Which of them it names says which it takes.
	Port   int
	Socket string
	// MaxRequests is after how many the worker should end itself; 0 with dispatch "proxy", where they are counted.
	MaxRequests int
}

// Program is one start's command, hooks, environment and checks, fully evaluated.
type Program struct {
	Command                                []string
	PreStart, PostStart, PreStop, PostStop [][]string
	ReloadCommand                          []string
	// Env is sorted by name. It holds only what unit files give, not the base environment.
	Env     []EnvVar
	Health  []Health
	Secrets []Secret
}

// deferred is a Template whose expressions name what only a start knows.
type deferred struct{ body *body }

// Program evaluates the expressions with what this start knows.
func (d deferred) Program(start Scope) (Program, error) {
	found := &report{}
	body := d.body.starting(&start, found, nil)
	// Starts may overlap: what was asked for is noted for this one alone.
	body.attrs, body.blocks = nil, nil
	program := body.program()
	for _, problem := range found.sorted() {
		return Program{}, errors.New(position(subject(problem)) + ": " + problem.Summary)
	}
	return program, nil
}

// template evaluates the program as loading sees it, so that mistakes show now, and keeps the expressions
// where a start may give other values. samples are the workers to evaluate for, or none. What the expressions name that
// only a start knows comes back too: "worker.port", for one.
func (b *body) template(samples []WorkerScope) (template Template, sample Program, named []string) {
	resolved := map[hclsyntax.Expression]*resolution{}
	credentials := ""
	if len(blocksOf(b.own, "secret")) > 0 {
		credentials = b.credentials()
	}
	first := b.starting(&Scope{Credentials: credentials}, b.report, b.names)
	if len(samples) > 0 {
		first.scope.start.Worker = &samples[0]
	}
	first.record(resolved, len(samples) > 0)
	program := first.program()
	for i := range samples[min(1, len(samples)):] {
		next := b.starting(&Scope{Credentials: credentials, Worker: &samples[i+1]}, b.report, b.names)
		next.record(resolved, true)
		next.program()
	}
	for _, r := range resolved {
		named = append(named, r.late...)
	}
	if len(named) > 0 {
		return deferred{first.starting(nil, nil, nil)}, program, named
	}
	return Fixed(program), program, nil
}

// credentials is a stand-in for the directory that a start gives.
func (b *body) credentials() string { return b.names.host.Paths().Runtime + "/credentials/sample" }

// starting is the same body with what a start knows.
func (b *body) starting(start *Scope, found *report, names *names) *body {
	if b.attrs == nil {
		b.attrs = map[string]bool{}
	}
	if b.blocks == nil {
		b.blocks = map[string]bool{} // shared with the copy: what it asks for may be in the block
	}
	with := func(s *scope) *scope {
		changed := *s
		changed.start, changed.report, changed.names = start, found, names
		return &changed
	}
	copied := *b
	copied.scope = with(b.scope)
	copied.layers = slices.Clone(b.layers)
	for i := range copied.layers {
		copied.layers[i].scope = with(copied.layers[i].scope)
	}
	return &copied
}

// record makes every scope of the body keep what names stood for.
func (b *body) record(resolved map[hclsyntax.Expression]*resolution, worker bool) {
	b.resolved, b.worker = resolved, worker
	for _, l := range b.layers {
		l.scope.resolved, l.scope.worker = resolved, worker
	}
}
