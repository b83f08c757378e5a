package script

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Base is the address at which the interpreter maps a script (BASE in interpreter.c).
const Base = 0x10000000

// Sizes of what Bytes writes, as in interpreter.c.
const (
	HeaderSize = 40
	OpSize     = 64
)

// Fields of the header that operations write to.
const (
	// Predecessor is for set_tid_address(2) in the process that hands over.
	Predecessor = Base + 28
	// ProgramPID is where the program writes its pid, in decimal, as the manager sees it; at most ProgramPIDSize
	// bytes.
	ProgramPID     = Base + 32
	ProgramPIDSize = 8
)

// Flags of an operation, as in interpreter.c.
const (
	IgnoreError = 1 << iota
	Fork        // clone(2) with these flags; the child goes on with the script, the parent becomes the init
	Decimal     // no system call: write the first argument in decimal at the address in the second
	// HandOver is clone(2) with these flags; the child goes on with the script, the parent tells the manager of it
	// and ends. With CLONE_VM an operation before it must have given Predecessor to set_tid_address(2).
	HandOver
	Repeat   // again with the first argument one lower each time, down to 1; only the last result counts
	indirect // indirect << n: argument n is the address of an earlier result

	// Again is no system call: a child goes on with the script, and another one whenever that has ended. The argument
	// points to a struct timespec: how long to wait before the first.
	Again = 1 << 11
)

// Script is what happens between fork and the program.
type Script struct {
	Token uint64 // of the process tree, for what its init writes
	Ops   []Op
}

// Op is one operation of a Script.
type Op struct {
	Call   string // name of the system call; "decimal" for the one operation that is none
	Words  string // what it does, for an error: "change directory to /srv/api"
	Number uint32 // of the system call
	Flags  uint32
	Args   []Arg
}

// Arg is an argument of an operation: a number, a pointer to data, a pointer to a NULL-terminated vector of
// pointers to data, or the result of an earlier operation.
type Arg struct {
	shown  string // for people, where that is not what it holds
	number int64
	data   []byte
	offset int // from the start of data
	vector [][]byte
	count  int64 // of elements in data; the argument then points to this number, behind which the address of data follows
	secret bool  // what stands behind "=" in vector is not shown
	result int   // 1 + index of the operation whose result this is
}

// Do appends an operation and returns its index, for Result.
func (s *Script) Do(words, call string, number int, args ...Arg) int {
	s.Ops = append(s.Ops, Op{Call: call, Words: words, Number: uint32(number), Args: args})
	return len(s.Ops) - 1
}

// Last is the operation appended last.
func (s *Script) Last() *Op { return &s.Ops[len(s.Ops)-1] }

// Number is an argument that is a number.
func Number[T ~int | ~int64 | ~uint64 | ~uint32](n T) Arg { return Arg{number: int64(n)} }

// Named is a number that people know by a name.
func Named[T ~int | ~int64 | ~uint64 | ~uint32](name string, n T) Arg {
	return Arg{shown: name, number: int64(n)}
}

// Result is what the operation of an index returned.
func Result(op int) Arg { return Arg{result: op + 1} }

// Text points to a string that ends with NUL.
func Text(s string) Arg { return Arg{data: Terminated(s)} }

// Data points to bytes, which the interpreter may change; equal slices are the same bytes there. Offset is where
// in them the argument points to.
func Data(shown string, data []byte, offset int) Arg {
	return Arg{shown: shown, data: data, offset: offset}
}

// Counted points to a number of elements and the address of their array, as struct sock_fprog of seccomp(2) has them.
func Counted(shown string, count int, array []byte) Arg {
	return Arg{shown: shown, count: int64(count), data: array}
}

// Vector points to a NULL-terminated list of pointers to entries, as execve(2) takes it.
func Vector(entries [][]byte) Arg { return Arg{vector: entries} }

// Environment is a Vector of NAME=VALUE of which people are shown the names.
func Environment(entries [][]byte) Arg { return Arg{vector: entries, secret: true} }

// Terminated is a string as C has it.
func Terminated(s string) []byte { return append([]byte(s), 0) }

// Bytes lays the script out for the address at which the interpreter maps it: header, operations, data.
func (s Script) Bytes() []byte {
	size := HeaderSize + OpSize*len(s.Ops)
	l := layout{bytes: make([]byte, size, size+2048), placed: make([]piece, 0, 32)}
	for i, op := range s.Ops {
		flags, at := op.Flags, HeaderSize+OpSize*i
		for n, a := range op.Args {
			if a.result > 0 {
				flags |= indirect << n
			}
			value := l.value(a) // may move l.bytes
			binary.LittleEndian.PutUint64(l.bytes[at+8+8*n:], value)
		}
		binary.LittleEndian.PutUint32(l.bytes[at:], op.Number)
		binary.LittleEndian.PutUint32(l.bytes[at+4:], flags)
	}
	binary.LittleEndian.PutUint64(l.bytes, s.Token)
	binary.LittleEndian.PutUint32(l.bytes[8:], uint32(len(s.Ops)))
	binary.LittleEndian.PutUint32(l.bytes[20:], uint32(len(l.bytes)))
	return l.bytes
}

// layout appends data behind the operations, each piece once.
type layout struct {
	bytes  []byte
	placed []piece
}

// piece is some data that has its place.
type piece struct {
	first *byte
	at    uint64
}

// address returns where data stands for the interpreter. All data is aligned to 8 bytes.
func (l *layout) address(data []byte) uint64 {
	for _, p := range l.placed { // there are few, and most is asked for once
		if p.first == &data[0] {
			return p.at
		}
	}
	at := Base + uint64(len(l.bytes))
	l.placed = append(l.placed, piece{&data[0], at})
	l.bytes = append(l.bytes, data...)
	l.bytes = append(l.bytes, make([]byte, -len(l.bytes)&7)...)
	return at
}

func (l *layout) value(a Arg) uint64 {
	switch {
	case a.result > 0:
		return Base + HeaderSize + OpSize*uint64(a.result) - 8
	case a.vector != nil:
		pointers := make([]byte, 0, 8*len(a.vector)+8)
		for _, data := range a.vector {
			pointers = binary.LittleEndian.AppendUint64(pointers, l.address(data))
		}
		return l.address(append(pointers, make([]byte, 8)...))
	case a.count > 0:
		head := binary.LittleEndian.AppendUint64(nil, uint64(a.count))
		return l.address(binary.LittleEndian.AppendUint64(head, l.address(a.data)))
	case a.data != nil:
		return l.address(a.data) + uint64(a.offset)
	}
	return uint64(a.number)
}

// String lists the operations, one a line, without the values of the environment.
func (s Script) String() string {
	var b strings.Builder
	for i, op := range s.Ops {
		args := make([]string, len(op.Args))
		for n, a := range op.Args {
			args[n] = a.String()
		}
		fmt.Fprintf(&b, "%2d %s(%s)", i+1, op.Call, strings.Join(args, ", "))
		if op.Flags&Repeat != 0 {
			b.WriteString(", and so down to 1")
		}
		if op.Flags&IgnoreError != 0 {
			b.WriteString(" or go on")
		}
		fmt.Fprintf(&b, "  # %s\n", op.Words)
	}
	return b.String()
}

func (a Arg) String() string {
	switch {
	case a.shown != "":
		return a.shown
	case a.result > 0:
		return fmt.Sprintf("result of %d", a.result)
	case a.secret:
		return "environment: " + strings.Join(names(a.vector), " ")
	case a.vector != nil:
		return strings.ReplaceAll(fmt.Sprintf("%q", a.vector), `\x00"`, `"`)
	case a.data != nil:
		return fmt.Sprintf("%q", a.data[:len(a.data)-1])
	}
	return fmt.Sprint(a.number)
}

func names(variables [][]byte) []string {
	list := make([]string, len(variables))
	for i, entry := range variables {
		list[i], _, _ = strings.Cut(string(entry), "=")
	}
	return list
}
