package capture

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// capacity is what a FIFO holds as a rule (pipe(7)); where an account has many pipes it is less.
const capacity = 64 << 10

// openToRead makes a FIFO, if there is none, and opens its reading end.
func openToRead(path string) (fd int, err error) {
	if err := unix.Mkfifo(path, 0o600); err != nil && !errors.Is(err, unix.EEXIST) {
		return -1, &os.PathError{Op: "make FIFO", Path: path, Err: err}
	}
	fd, err = unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open FIFO", Path: path, Err: err}
	}
	var stat unix.Stat_t
	err = unix.Fstat(fd, &stat)
	if err == nil && (stat.Mode&unix.S_IFMT != unix.S_IFIFO || int(stat.Uid) != os.Geteuid()) {
		err = fmt.Errorf("open FIFO %s: it is something else: remove it", path)
	}
	if err != nil {
		return -1, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

// openToWrite opens the end that a program gets. It is open for reading, too, so there is always a reader.
func openToWrite(path string) (*os.File, error) { return openEnd(path, unix.O_NOFOLLOW) }

// reopenToWrite is openToWrite for a FIFO that is open already, by its link in /proc too.
func reopenToWrite(path string) (*os.File, error) { return openEnd(path, 0) }

func openEnd(path string, flags int) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|flags, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open FIFO", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}

// Held is a copy of the reading end of a FIFO, as a number: to make an *os.File of it would change both. As long as it is
// open, in whatever process, what was printed stays.
type Held struct {
	Name string
	FD   int
}

// Held gives copies of all reading ends, which the caller closes. Those that cannot be had are left out.
func (c *Capture) Held() (all []Held) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.streams {
		if fd, err := unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 0); err == nil {
			all = append(all, Held{s.source.name + "." + s.tag, fd})
		}
	}
	return all
}

// hungUp tells that nobody has the writing end open.
func hungUp(fd int) bool {
	poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	_, err := unix.Poll(poll, 0)
	return err == nil && poll[0].Revents&unix.POLLHUP != 0
}

// scratch is a pipe into which bytes are duplicated that stay where they are, and the memory that they are read into.
type scratch struct {
	out, in int
	block   []byte
	lines   [][]byte
}

func (p *scratch) open() error {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return os.NewSyscallError("pipe", err)
	}
	p.out, p.in = fds[0], fds[1]
	p.block = make([]byte, longestLine+capacity)
	return nil
}

func (p *scratch) close() {
	if p.block != nil {
		_, _ = unix.Close(p.out), unix.Close(p.in)
	}
	p.block, p.lines = nil, nil
}

// look reads what a FIFO holds without taking it out; tee(2). The text begins with what is held; fresh bytes follow.
func (p *scratch) look(fifo int, held []byte) (text []byte, fresh int) {
	n, err := unix.Tee(fifo, p.in, capacity, unix.SPLICE_F_NONBLOCK)
	if err != nil || n <= 0 {
		return nil, 0
	}
	begin := copy(p.block, held)
	fresh = readFull(p.out, p.block[begin:begin+int(n)])
	return p.block[:begin+fresh], fresh
}

// take takes so many bytes out of a FIFO that were looked at before. It overwrites what look has given.
func (p *scratch) take(fifo, n int) {
	for n > 0 {
		took := readFull(fifo, p.block[:min(n, len(p.block))])
		if took == 0 {
			return
		}
		n -= took
	}
}

func readFull(fd int, block []byte) (n int) {
	for n < len(block) {
		more, err := unix.Read(fd, block[n:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || more <= 0 {
			return n
		}
		n += more
	}
	return n
}
