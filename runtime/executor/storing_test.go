package executor_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// storer is a program that stores files on demand. It says what it was given in NAME.given, and reads its orders
// from NAME.orders, one a line; once the manager has taken in what came of one it counts it in NAME.done.
type storer struct {
	name  string
	mine  map[string]int // files by the name that they are stored under
	other map[string]int // the other ends of pipes
}

func storing() int {
	s := storer{name: fileOf(os.Getenv("UNIT_NAME")), mine: map[string]int{}, other: map[string]int{}}
	if err := s.run(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// fileOf is the name of a unit or worker as that of a file.
func fileOf(unit string) string { return strings.ReplaceAll(unit, "/", "-") }

func (s *storer) run() error {
	if err := unix.Mkfifo(s.name+".orders", 0o600); err != nil && err != unix.EEXIST {
		return err
	}
	orders, err := os.OpenFile(s.name+".orders", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := replace(s.name+".done", "0"); err != nil {
		return err
	}
	if err := replace(s.name+".given", s.given()); err != nil {
		return err
	}
	if err := say("READY=1"); err != nil {
		return err
	}
	lines := bufio.NewScanner(orders)
	for done := 1; lines.Scan(); done++ {
		if err := s.obey(strings.Fields(lines.Text())); err != nil {
			return fmt.Errorf("%s: %w", lines.Text(), err)
		}
		if err := waitBarrier(); err != nil {
			return err
		}
		if err := replace(s.name+".done", strconv.Itoa(done)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// given says what it was started with: names, and what the files hold.
func (s *storer) given() string {
	if pid := os.Getenv("LISTEN_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return "for pid " + pid
	}
	text := "FDSTORE=" + os.Getenv("FDSTORE")
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	for i := range number(os.Getenv("LISTEN_FDS")) {
		held := make([]byte, 100)
		n, _ := unix.Pread(3+i, held, 0)
		if text += " " + names[i]; n > 0 {
			text += "=" + string(held[:n])
		}
		s.mine[names[i]] = 3 + i
	}
	return text
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// obey carries out one order.
func (s *storer) obey(words []string) error {
	switch order, rest := words[0], words[1:]; order {
	case "memory": // NAME CONTENT: a file in memory
		fd, err := unix.MemfdCreate(rest[0], 0)
		if err != nil {
			return err
		}
		if _, err := unix.Write(fd, []byte(rest[1])); err != nil {
			return err
		}
		return s.keep(rest[0], fd, "")
	case "pipe", "pipe-unpolled": // NAME: the end to read of a pipe
		var ends [2]int
		if err := unix.Pipe(ends[:]); err != nil {
			return err
		}
		s.other[rest[0]] = ends[1]
		if order == "pipe" {
			return s.keep(rest[0], ends[0], "")
		}
		return s.keep(rest[0], ends[0], "\nFDPOLL=0")
	case "listen": // NAME ADDRESS: a listening socket
		listener, err := net.Listen("tcp", rest[1])
		if err != nil {
			return err
		}
		file, err := listener.(*net.TCPListener).File()
		if err != nil {
			return err
		}
		return s.keep(rest[0], int(file.Fd()), "")
	case "again": // NAME OTHER-NAME: the same file once more
		return send("FDSTORE=1\nFDNAME="+rest[1], s.mine[rest[0]])
	case "hangup": // NAME: close the other end of a pipe
		return unix.Close(s.other[rest[0]])
	case "say":
		return say(strings.Join(rest, "\n"))
	case "flood": // DATAGRAMS FILES: so many in each
		return flood(number(rest[0]), number(rest[1]))
	case "nonsense":
		return nonsense()
	case "exit":
		syscall.Exit(number(rest[0]))
	}
	return nil
}

func (s *storer) keep(name string, fd int, more string) error {
	s.mine[name] = fd
	return send("FDSTORE=1\nFDNAME="+name+more, fd)
}

// flood sends datagrams with files that are all different.
func flood(datagrams, files int) error {
	fds := make([]int, files)
	for range datagrams {
		for i := range fds {
			fd, err := unix.Eventfd(0, 0)
			if err != nil {
				return err
			}
			fds[i] = fd
		}
		if err := send("FDSTORE=1\nFDNAME=flood", fds...); err != nil {
			return err
		}
		for _, fd := range fds {
			if err := unix.Close(fd); err != nil {
				return err
			}
		}
	}
	return nil
}

// nonsense sends what nobody can make sense of.
func nonsense() error {
	many := make([]int, 17)
	for _, m := range []struct {
		text string
		fds  []int
	}{
		{"STATUS=" + strings.Repeat("x", 16<<10), nil},
		{"STATUS=many", many},
		{"STATUS=a\x00b", nil},
		{"BARRIER=1\nSTATUS=mix", many[:1]},
		{"BARRIER=1", nil},
		{"ERRNO=many\nWATCHDOG=2", nil},
		{"", nil},
		{"\n=\n\xff\xfe", many[:1]},
	} {
		if err := send(m.text, m.fds...); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a file so that nobody reads half of it.
func replace(name, text string) error {
	if err := os.WriteFile(name+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// order tells a storer what to do, and waits until that is done.
func (m *manager) order(unit, order string) {
	m.t.Helper()
	name := fileOf(unit)
	before := number(m.file(name + ".done"))
	fifo, err := os.OpenFile(filepath.Join(m.dir, name+".orders"), os.O_WRONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		m.t.Fatal(err)
	}
	defer fifo.Close()
	if _, err := fifo.WriteString(order + "\n"); err != nil {
		m.t.Fatal(err)
	}
	if !strings.HasPrefix(order, "exit") {
		m.eventually(unit+" has done: "+order, func(*engine.Model) bool { return number(m.file(name+".done")) > before })
	}
}

// given waits until a storer has said that it was started with something.
func (m *manager) given(unit, want string) {
	m.t.Helper()
	m.eventually(unit+" was given "+want+", not "+m.file(fileOf(unit)+".given"), func(*engine.Model) bool {
		return m.file(fileOf(unit)+".given") == want
	})
}

// ungiven forgets what storers have said of their starts.
func (m *manager) ungiven() {
	m.t.Helper()
	found, err := filepath.Glob(filepath.Join(m.dir, "*.given"))
	if err != nil || len(found) == 0 {
		m.t.Fatalf("nothing given: %v", err)
	}
	for _, path := range found {
		if err := os.Remove(path); err != nil {
			m.t.Fatal(err)
		}
	}
}

// stored waits until the state of a unit says that these are stored; of a pool, for its worker with an index.
func (m *manager) stored(unit string, index int, want ...string) {
	m.t.Helper()
	var names []string
	m.eventually(fmt.Sprintf("%s/%d has stored %v", unit, index, want), func(model *engine.Model) bool {
		u := model.Unit(id(unit))
		p := u.Process
		if u.Pool != nil {
			p = &u.Pool.Workers[slices.IndexFunc(u.Pool.Workers, func(w *lifecycle.Worker) bool { return w.Index == index })].Process
		}
		names = nil
		for _, f := range p.Stored {
			names = append(names, f.Name)
		}
		return slices.Equal(names, want)
	})
}
