package retention

import (
	"time"

	"unitd/units"
)

// Rules are what a `log` block says of a log.
type Rules struct {
	MaxSize  int64 // of the live file; larger ones are cut
	Keep     int   // rotated files
	MaxAge   time.Duration
	Compress bool
}

// RulesOf reads them from a `log` block.
func RulesOf(l units.Log) Rules {
	return Rules{MaxSize: l.MaxSize, Keep: l.Keep, MaxAge: l.MaxAge, Compress: l.Compress == "gzip"}
}

// Defaults are for logs that no unit has, such as unitd's own and those of units that are gone.
func Defaults() Rules {
	return Rules{MaxSize: 10 << 20, Keep: 5, MaxAge: 30 * 24 * time.Hour, Compress: true}
}

// File is a rotated file.
type File struct {
	ID         int64 // which one it is, whatever its number becomes
	Number     int   // 1: the latest
	Bytes      int64
	At         time.Time // when it was rotated
	Compressed bool
}

// Log is a log as it is found.
type Log struct {
	Path    string
	Live    int64  // bytes
	Rotated []File // oldest first
	Rules   Rules
}

// Cuts says what to take away from a live file: first drop bytes that no rotated file would keep, then rotate so many
// times MaxSize bytes. One that has grown past what is kept in all is not copied only to be removed.
func Cuts(live int64, r Rules) (drop int64, rotations int) {
	if live <= r.MaxSize {
		return 0, 0
	}
	needed := (live - 1) / r.MaxSize
	kept := min(needed, int64(r.Keep))
	return (needed - kept) * r.MaxSize, int(kept)
}

// Surplus are the rotated files that are too many or too old. aged: the clock is believed.
func Surplus(log Log, now time.Time, aged bool) []File {
	var surplus []File
	for i, f := range log.Rotated {
		if newer := len(log.Rotated) - i - 1; newer >= log.Rules.Keep || aged && !now.Before(f.At.Add(log.Rules.MaxAge)) {
			surplus = append(surplus, f)
		}
	}
	return surplus
}

// Expiry is when the next rotated file gets too old; zero: there is none.
func Expiry(log Log) time.Time {
	var first time.Time
	for _, f := range log.Rotated {
		if at := f.At.Add(log.Rules.MaxAge); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// mostCompressed is the size of which gzip can no longer tell how much it holds (RFC 1952, ISIZE).
const mostCompressed = 1<<32 - 1

// Compressible is the next rotated file to compress: the oldest first. The latest one stays plain, for those who look at
// it with other programs.
func Compressible(log Log) (File, bool) {
	if !log.Rules.Compress {
		return File{}, false
	}
	for _, f := range log.Rotated {
		if f.Number > 1 && !f.Compressed && f.Bytes > 0 && f.Bytes <= mostCompressed {
			return f, true
		}
	}
	return File{}, false
}
