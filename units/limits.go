package units

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// Limits are a program's resource limits; nil or zero means inherited.
type Limits struct {
	OpenFiles, Processes, Core, FileSize, CPUTime, Stack, AddressSpace *uint64 // rlimits: setrlimit(2)
	Nice, OOMScoreAdj                                                  *int
	IOClass                                                            string // "idle", or "best-effort:LEVEL"
	CPUs                                                               []int  // in ascending order
	Memory                                                             int64
	Tasks                                                              int
	CPU                                                                int // percent of one CPU; 0: all
}

// Equal reports the same limits.
func (l Limits) Equal(other Limits) bool { return reflect.DeepEqual(l, other) }

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
		IOClass:      b.ioClass(),
		Memory:       b.size("memory", 0, 1<<20),
		Tasks:        b.number("tasks", 0, 1, 1<<22),
		CPU:          b.share("cpu"),
	}
	if b.has("nice") {
		nice := b.number("nice", 0, -20, 19)
		l.Nice = &nice
	}
	if b.has("oom_score_adj") {
		adj := b.number("oom_score_adj", 0, -1000, 1000)
		l.OOMScoreAdj = &adj
	}
	l.CPUs = b.cpus()
	return l
}

// share reads a part of one CPU in percent: "50%", "200%".
func (b *body) share(name string) int {
	text, a, ok := b.filled(name)
	if !ok {
		return 0
	}
	const most = 100 * mostCPUs
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	if !percent || err != nil || n < 1 || n > most {
		b.error(a.expr.Range(), name+" is no share of a CPU: \""+text+"\"", "Write \"50%\" for half of one, \"200%\" for two.")
		return 0
	}
	return n
}

// ioClass reads an I/O scheduling class with its level (ioprio_set(2)): "idle", "best-effort", "best-effort:7".
func (b *body) ioClass() string {
	text, a, ok := b.filled("io_class")
	if !ok {
		return ""
	}
	const usual = "4"
	name, level, leveled := strings.Cut(text, ":")
	switch {
	case name == "realtime":
		b.error(a.expr.Range(), "io_class \"realtime\" needs a privilege", "An account may choose \"best-effort:0\", which comes before all others of that class.")
		return ""
	case text == "best-effort":
		return text + ":" + usual
	case text == "idle", name == "best-effort" && leveled && len(level) == 1 && "0" <= level && level <= "7":
		return text
	}
	b.error(a.expr.Range(), "io_class is no class: \""+text+"\"", "It is \"idle\", or \"best-effort\" with a level from 0 (first) to 7 if you like: \"best-effort:7\".")
	return ""
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
