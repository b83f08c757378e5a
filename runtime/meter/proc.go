package meter

import (
	"bytes"
	"math"
	"strconv"

	"unitd/internal/procfs"
)

// parsePSS reads /proc/PID/smaps_rollup; the result is in bytes.
func parsePSS(text []byte) (int64, bool) { return kilobytes(text, "Pss") }

// parseMemTotal reads /proc/meminfo; the result is in bytes.
func parseMemTotal(text []byte) (int64, bool) { return kilobytes(text, "MemTotal") }

func kilobytes(text []byte, key string) (int64, bool) {
	value, ok := lineOf(text, key)
	if !ok {
		return 0, false
	}
	value, ok = bytes.CutSuffix(value, []byte(" kB"))
	count, err := strconv.ParseInt(string(value), 10, 64)
	return count << 10, ok && err == nil && 0 <= count && count <= math.MaxInt64>>10
}

// lineOf finds the value of a "Key:   value" line.
func lineOf(text []byte, key string) ([]byte, bool) {
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		if value, ok := bytes.CutPrefix(line, []byte(key+":")); ok {
			return bytes.TrimSpace(value), true
		}
	}
	return nil, false
}

// parseResidentPages reads /proc/PID/statm: the pages that are resident, and how many of them are shared.
func parseResidentPages(text []byte) (resident, shared int64, ok bool) {
	_, rest := procfs.Word(text) // all that is mapped
	second, rest := procfs.Word(rest)
	third, _ := procfs.Word(rest)
	resident, residentErr := strconv.ParseInt(string(second), 10, 64)
	shared, sharedErr := strconv.ParseInt(string(third), 10, 64)
	return resident, shared, residentErr == nil && sharedErr == nil
}
