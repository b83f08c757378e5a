package process

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// scriptBase is the address at which the interpreter maps a script (BASE in interpreter.c).
const scriptBase = 0x10000000

const (
	headerSize = 24
	opSize     = 64
)

// Flags of an operation, as in interpreter.c.
const (
	ignoreError = 1 << iota
	fork        // clone(2) with these flags; the child goes on with the script, the parent becomes the init
	decimal     // no system call: write the first argument in decimal at the address in the second
	indirect    // indirect << n: argument n is the address of an earlier result
)

// Script is what happens between fork and the program, as a value: system calls in order, and their data.
type Script struct {
	Token uint64
	Ops   []Op
}

// Op is one operation of a Script.
type Op struct {
	Call  string // name of the system call; "decimal" for the one operation that is none
	Words string // what it does, for an error: "change directory to /srv/api"
	nr    uint32
	flags uint32
	args  []arg
}

// arg is an argument of an operation: a number, a pointer to data, a pointer to a NULL-terminated vector of
// pointers to data, or the result of an earlier operation.
type arg struct {
	shown  string // for people, where that is not what it holds
	number int64
	data   []byte
	offset int // from the start of data
	vector [][]byte
	result int // 1 + index of the operation whose result this is
}

func number[T ~int | ~int64 | ~uint64 | ~uint32](n T) arg { return arg{number: int64(n)} }
func named(name string, n int64) arg                      { return arg{shown: name, number: n} }
func resultOf(op int) arg                                 { return arg{result: op + 1} }
func text(s string) arg                                   { return arg{data: terminated(s)} }
func terminated(s string) []byte                          { return append([]byte(s), 0) }

// Bytes lays the script out for the address at which the interpreter maps it: header, operations, data.
func (s Script) Bytes() []byte {
	size := headerSize + opSize*len(s.Ops)
	l := layout{bytes: make([]byte, size, size+4096), at: make(map[*byte]uint64)}
	for i, op := range s.Ops {
		flags, at := op.flags, headerSize+opSize*i
		for n, a := range op.args {
			if a.result > 0 {
				flags |= indirect << n
			}
			value := l.value(a) // may move l.bytes
			binary.LittleEndian.PutUint64(l.bytes[at+8+8*n:], value)
		}
		binary.LittleEndian.PutUint32(l.bytes[at:], op.nr)
		binary.LittleEndian.PutUint32(l.bytes[at+4:], flags)
	}
	binary.LittleEndian.PutUint64(l.bytes, s.Token)
	binary.LittleEndian.PutUint32(l.bytes[8:], uint32(len(s.Ops)))
	binary.LittleEndian.PutUint32(l.bytes[20:], uint32(len(l.bytes)))
	return l.bytes
}

// layout appends data behind the operations, each piece once.
type layout struct {
	bytes []byte
	at    map[*byte]uint64 // addresses of pieces, by their first byte
}

// address returns where data stands for the interpreter. All data is aligned to 8 bytes.
func (l *layout) address(data []byte) uint64 {
	if at, placed := l.at[&data[0]]; placed {
		return at
	}
	at := scriptBase + uint64(len(l.bytes))
	l.at[&data[0]] = at
	l.bytes = append(l.bytes, data...)
	l.bytes = append(l.bytes, make([]byte, -len(l.bytes)&7)...)
	return at
}

func (l *layout) value(a arg) uint64 {
	switch {
	case a.result > 0:
		return scriptBase + headerSize + opSize*uint64(a.result) - 8
	case a.vector != nil:
		pointers := make([]byte, 0, 8*len(a.vector)+8)
		for _, data := range a.vector {
			pointers = binary.LittleEndian.AppendUint64(pointers, l.address(data))
		}
		return l.address(append(pointers, make([]byte, 8)...))
	case a.data != nil:
		return l.address(a.data) + uint64(a.offset)
	}
	return uint64(a.number)
}

// String lists the operations, one a line, without the values of the environment.
func (s Script) String() string {
	var b strings.Builder
	for i, op := range s.Ops {
		args := make([]string, len(op.args))
		for n, a := range op.args {
			args[n] = a.String()
		}
		fmt.Fprintf(&b, "%2d %s(%s)", i+1, op.Call, strings.Join(args, ", "))
		if op.flags&ignoreError != 0 {
			b.WriteString(" or go on")
		}
		fmt.Fprintf(&b, "  # %s\n", op.Words)
	}
	return b.String()
}

func (a arg) String() string {
	switch {
	case a.shown != "":
		return a.shown
	case a.result > 0:
		return fmt.Sprintf("result of %d", a.result)
	case a.vector != nil:
		return strings.ReplaceAll(fmt.Sprintf("%q", a.vector), `\x00"`, `"`)
	case a.data != nil:
		return fmt.Sprintf("%q", a.data[:len(a.data)-1])
	}
	return fmt.Sprint(a.number)
}
