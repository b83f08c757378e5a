package procfs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Process is what /proc/PID/stat says of a process (proc_pid_stat(5)).
type Process struct {
	PID, Parent, Group, Session int
	State                       byte // R, S, D, Z, …
	Exiting                     bool // it was killed or ends, and its files may be open still
	Threads                     int
	CPU                         time.Duration // user and system, children that it waited for included
	// Resident is its memory in bytes; the kernel keeps this one figure to within some pages only.
	Resident int64
}

// Alive tells a process from one that merely waits to be reaped. Where the first thread of a program has ended it is a
// zombie, but others run on.
func (p Process) Alive() bool { return p.State != 'Z' && p.State != 'X' || p.Threads > 1 }

// Stat looks at a process; the error is fs.ErrNotExist or ESRCH where it has ended.
func Stat(pid int) (Process, error) {
	var buffer [512]byte // the longest stat has fewer bytes
	text, err := Append(buffer[:0], Directory(pid)+"/stat")
	if err != nil {
		return Process{}, err
	}
	return ParseStat(text)
}

// clockTick is the unit of times in /proc/PID/stat: USER_HZ is 100 on every Linux that Go runs on.
const clockTick = time.Second / 100

// Numbers of the fields as the man page counts them.
const (
	fieldState   = 3
	fieldParent  = 4
	fieldGroup   = 5
	fieldSession = 6
	fieldFlags   = 9
	fieldUtime   = 14
	fieldCstime  = 17 // and between them stime and cutime
	fieldThreads = 20
	fieldRSS     = 24
)

// flagExiting is PF_EXITING of linux/sched.h.
const flagExiting = 0x4

// ParseStat reads the text of a stat file. The name of the program, its second field, may hold anything but ends with
// the last parenthesis.
func ParseStat(text []byte) (Process, error) {
	first, _ := Word(text)
	pid, err := strconv.Atoi(string(first))
	if err != nil {
		return Process{}, fmt.Errorf("read stat: pid: %w", err)
	}
	p := Process{PID: pid}
	rest := text[bytes.LastIndexByte(text, ')')+1:]
	for n := fieldState; n <= fieldRSS; n++ {
		var field []byte
		if field, rest = Word(rest); len(field) == 0 {
			return Process{}, fmt.Errorf("read stat of process %d: it has no field %d", pid, n)
		}
		if err := p.set(n, field); err != nil {
			return Process{}, fmt.Errorf("read stat of process %d: field %d: %w", pid, n, err)
		}
	}
	return p, nil
}

func (p *Process) set(n int, field []byte) error {
	if n == fieldState {
		p.State = field[0]
		if letter := p.State | 0x20; len(field) != 1 || letter < 'a' || letter > 'z' {
			return errors.New("it is no letter")
		}
		return nil
	}
	value, err := strconv.ParseInt(string(field), 10, 64)
	switch {
	case n == fieldParent:
		p.Parent = int(value)
	case n == fieldGroup:
		p.Group = int(value)
	case n == fieldSession:
		p.Session = int(value)
	case n == fieldFlags:
		p.Exiting = value&flagExiting != 0
	case fieldUtime <= n && n <= fieldCstime:
		p.CPU += time.Duration(value) * clockTick
	case n == fieldThreads:
		p.Threads = int(value)
	case n == fieldRSS:
		p.Resident = value * int64(os.Getpagesize())
	default:
		return nil
	}
	return err
}
