package meter

import (
	"bytes"
	"strconv"
)

// stat is what is used of /proc/PID/stat (proc_pid_stat(5)).
type stat struct {
	ticks   int64 // utime + stime + cutime + cstime
	threads int
}

// parseStat skips the command, which may hold spaces and parentheses, by its last parenthesis.
func parseStat(text []byte) (stat, bool) {
	end := bytes.LastIndexByte(text, ')')
	if end < 0 {
		return stat{}, false
	}
	fields := bytes.Fields(text[end+1:])
	const state, utime, cstime, threads = 3, 14, 17, 20 // numbers of the man page
	if len(fields) <= threads-state {
		return stat{}, false
	}
	var s stat
	for _, field := range fields[utime-state : cstime-state+1] {
		ticks, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return stat{}, false
		}
		s.ticks += ticks
	}
	count, err := strconv.Atoi(string(fields[threads-state]))
	s.threads = count
	return s, err == nil
}

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
	return count << 10, ok && err == nil && count >= 0
}

// lineOf finds the value of a "Key:   value" line.
func lineOf(text []byte, key string) ([]byte, bool) {
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte(key+":")); ok {
			return bytes.TrimSpace(value), true
		}
	}
	return nil, false
}

// parseResidentPages reads /proc/PID/statm: the pages that are resident, and how many of them are shared.
func parseResidentPages(text []byte) (resident, shared int64, ok bool) {
	fields := bytes.Fields(text)
	if len(fields) < 3 {
		return 0, 0, false
	}
	resident, residentErr := strconv.ParseInt(string(fields[1]), 10, 64)
	shared, sharedErr := strconv.ParseInt(string(fields[2]), 10, 64)
	return resident, shared, residentErr == nil && sharedErr == nil
}

// parseOwner reads the real uid and the number of threads from /proc/PID/status.
func parseOwner(text []byte) (uid, threads int, ok bool) {
	uids, _ := lineOf(text, "Uid")
	first, _, _ := bytes.Cut(uids, []byte("\t"))
	count, _ := lineOf(text, "Threads")
	uid, uidErr := strconv.Atoi(string(first))
	threads, threadsErr := strconv.Atoi(string(count))
	return uid, threads, uidErr == nil && threadsErr == nil
}
