package units

import (
	"path"
	"time"
)

// Log is where a unit's output goes.
type Log struct {
	Mode     string // file, pipe
	Stdout   string
	Stderr   string // "same" or a path
	Files    []string
	MaxSize  int64
	Keep     int
	MaxAge   time.Duration
	Compress string

	// Burst lines are captured in each Interval, more are left out; both 0: there is no limit.
	Burst    int
	Interval time.Duration
	Forward  []string // where captured lines go beside the log: journald, syslog
}

// Captured tells that the manager stands between a program and its log.
func (l Log) Captured() bool { return l.Mode == "pipe" }

// log reads a log block. file is where output goes by default, directory that of the unit.
func (b *body) log(file, directory string) Log {
	l := Log{
		Mode:     b.oneOf("mode", "file", "file", "pipe"),
		Stdout:   b.path("stdout", file, directory),
		Stderr:   "same",
		Files:    b.paths("files"),
		MaxSize:  b.size("max_size", 10<<20, 4096),
		Keep:     b.number("keep", 5, 0, 1000),
		MaxAge:   b.duration("max_age", 30*24*time.Hour, time.Minute),
		Compress: b.oneOf("compress", "gzip", "gzip", "none"),
	}
	for i, file := range l.Files {
		if file != "" && !path.IsAbs(file) {
			l.Files[i] = path.Join(directory, file)
		}
	}
	if b.text("stderr", "same") != "same" {
		l.Stderr = b.path("stderr", "same", directory)
	}
	b.capture(&l)
	return l
}

// capture reads what is done with lines that are captured.
func (b *body) capture(l *Log) {
	limited := b.one("rate_limit", func(inner *body) {
		if inner.own == nil && len(inner.layers) == 0 {
			return
		}
		inner.require("burst", "Write burst = 1000: so many lines in each interval.")
		l.Burst = inner.number("burst", 0, 1, 1_000_000_000)
		l.Interval = inner.duration("interval", 30*time.Second, time.Second)
	})
	l.Forward = b.words("forward", []string{"journald", "syslog"})
	if l.Captured() {
		return
	}
	if limited {
		b.error(b.at, "rate_limit needs mode = \"pipe\"", "With mode = \"file\" a program writes to its log itself.")
	}
	if a, ok := b.attr("forward"); ok && len(l.Forward) > 0 {
		b.error(a.expr.Range(), "forward needs mode = \"pipe\"", "With mode = \"file\" a program writes to its log itself.")
	}
}
