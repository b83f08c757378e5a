package units

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// mostCPUs is one more than the highest number of a CPU that may be named: NR_CPUS of the largest kernels.
const mostCPUs = 8192

// ParseCPUs reads a list as cpuset(7) has it ("0-1,3"), and sorts it.
func ParseCPUs(text string) ([]int, error) {
	var cpus []int
	for part := range strings.SplitSeq(text, ",") {
		low, high, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := cpuNumber(low)
		if err != nil {
			return nil, err
		}
		last := first
		if isRange {
			if last, err = cpuNumber(high); err != nil {
				return nil, err
			}
		}
		if last < first {
			return nil, fmt.Errorf("%s is empty: %d is more than %d", part, first, last)
		}
		for n := first; n <= last; n++ {
			cpus = append(cpus, n)
		}
	}
	slices.Sort(cpus)
	return slices.Compact(cpus), nil
}

func cpuNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n >= mostCPUs || text[0] == '+' {
		return 0, fmt.Errorf("%q is no number of a CPU", text)
	}
	return n, nil
}

// FormatCPUs is the shortest list that ParseCPUs reads as these numbers, which are in ascending order.
func FormatCPUs(cpus []int) string {
	var parts []string
	for i := 0; i < len(cpus); {
		end := i
		for end+1 < len(cpus) && cpus[end+1] == cpus[end]+1 {
			end++
		}
		part := strconv.Itoa(cpus[i])
		if end > i {
			part += "-" + strconv.Itoa(cpus[end])
		}
		parts = append(parts, part)
		i = end + 1
	}
	return strings.Join(parts, ",")
}

// cpus reads which CPUs the program may run on: a text as in ParseCPUs, a number, or a list of numbers.
func (b *body) cpus() []int {
	value, a, ok := b.value("cpus")
	if !ok {
		return nil
	}
	const hint = "Write the numbers of the CPUs: cpus = \"0-1,3\", or cpus = [0, 1, 3]."
	text, ok := cpuText(value)
	if !ok {
		b.error(a.expr.Range(), "cpus has to be a text or a list of numbers", hint)
		return nil
	}
	cpus, err := ParseCPUs(text)
	if err != nil {
		b.error(a.expr.Range(), "cpus is no list of CPUs: "+err.Error(), hint)
		return nil
	}
	allowed := b.names.host.AllowedCPUs()
	for _, cpu := range cpus {
		if !slices.Contains(allowed, cpu) {
			b.error(a.expr.Range(), fmt.Sprintf("this account may not use CPU %d", cpu), "It may use "+FormatCPUs(allowed)+".")
			return nil
		}
	}
	return cpus
}

// cpuText is the value as ParseCPUs reads it; what is no number in a list is for that to refuse.
func cpuText(value cty.Value) (text string, ok bool) {
	switch t := value.Type(); {
	case t == cty.String:
		return value.AsString(), true
	case t == cty.Number:
		return numberText(value), true
	case !t.IsTupleType() && !t.IsListType() && !t.IsSetType():
		return "", false
	}
	var numbers []string
	for _, item := range value.AsValueSlice() {
		if item.IsNull() || item.Type() != cty.Number {
			return "", false
		}
		numbers = append(numbers, numberText(item))
	}
	return strings.Join(numbers, ","), true
}
