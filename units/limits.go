package units

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Limits are a program's resource limits; nil or zero means inherited.
type Limits struct {
	OpenFiles, Processes, Core, FileSize, CPUTime, Stack, AddressSpace *uint64 // rlimits: setrlimit(2)
	Nice, OOMScoreAdj                                                  *int
	IOClass                                                            string
	CPUs                                                               []int
	Memory                                                             int64
	Tasks                                                              int
	CPU                                                                string
}

// limits reads a limits block.
func (b *body) limits() Limits {
	l := Limits{
		OpenFiles:    b.count("open_files"),
		Processes:    b.count("processes"),
		Core:         b.bytes("core"),
		FileSize:     b.bytes("file_size"),
		CPUTime:      b.seconds("cpu_time"),
		Stack:        b.bytes("stack"),
		AddressSpace: b.bytes("address_space"),
		IOClass:      b.oneOf("io_class", "", "idle", "best-effort", "realtime"),
		Memory:       b.size("memory", 0, 1<<20),
		Tasks:        b.number("tasks", 0, 1, 1<<22),
		CPU:          b.text("cpu", ""),
	}
	if b.has("nice") {
		nice := b.number("nice", 0, -20, 19)
		l.Nice = &nice
	}
	if b.has("oom_score_adj") {
		adj := b.number("oom_score_adj", 0, -1000, 1000)
		l.OOMScoreAdj = &adj
	}
	if a, ok := b.attr("cpu"); ok && l.CPU != "" && !isPercent(l.CPU) {
		b.error(a.expr.Range(), "cpu is no share of a CPU", "Write \"50%\" for half of one, \"200%\" for two.")
	}
	l.CPUs = b.cpus()
	return l
}

func isPercent(text string) bool {
	digits, ok := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	return ok && err == nil && n > 0
}

// cpus reads the list of CPUs that the program may run on.
func (b *body) cpus() []int {
	a, ok := b.attr("cpus")
	if !ok {
		return nil
	}
	items, _ := a.scope.elements(a.expr, "cpus", "Write the numbers of the CPUs: cpus = [0, 1].")
	b.refuseList(a, len(items))
	var cpus []int
	for _, item := range items {
		n, ok := int64(0), false
		if !item.value.ContainsMarked() && item.value.Type() == cty.Number && !item.value.IsNull() {
			n, ok = wholeNumber(item.value)
		}
		if !ok || n < 0 || n > 8191 {
			b.error(item.at, "an element of cpus is no number of a CPU", "Write cpus = [0, 1].")
			continue
		}
		cpus = append(cpus, int(n))
	}
	return cpus
}

// unlimited is RLIM_INFINITY (getrlimit(2)).
const unlimited = uint64(math.MaxUint64)

// rlimit reads an attribute that may be "unlimited".
func (b *body) rlimit(name string, read func() uint64) *uint64 {
	value, _, ok := b.value(name)
	if !ok {
		return nil
	}
	limit := unlimited
	if value.Type() != cty.String || value.AsString() != "unlimited" {
		limit = read()
	}
	return &limit
}

func (b *body) count(name string) *uint64 {
	return b.rlimit(name, func() uint64 { return uint64(b.number(name, 0, 0, math.MaxInt32)) })
}

func (b *body) bytes(name string) *uint64 {
	return b.rlimit(name, func() uint64 { return uint64(b.size(name, 0, 0)) })
}

func (b *body) seconds(name string) *uint64 {
	return b.rlimit(name, func() uint64 { return uint64(b.duration(name, 0, time.Second) / time.Second) })
}
