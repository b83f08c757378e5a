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
}

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
	return l
}
