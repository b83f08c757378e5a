package executor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"unitd/runtime/process"
)

// maxSaid is how much is kept of what a program says that gets a message, in bytes: the end of it.
const maxSaid = 4 << 10

// Hand runs a program outside of any unit, in the account's home directory, with the environment that every program has and
// some variables more, and gives it a message on its standard input. What it says comes back, the end of it at least. It
// gets no namespaces, since programs that pass mail on are set-uid, as a rule; nothing that it has started is left when
// Hand returns. It is ended with ctx.
func (x *Executor) Hand(ctx context.Context, name string, argv, env []string, message []byte) (said []byte, err error) {
	variables := x.baseEnvironment(nil)
	variables.addList(env)
	home := x.config.Account.Home
	path, err := process.LookPath(argv[0], variables.path(), home)
	if err != nil {
		return nil, err
	}
	input, err := inMemory(message)
	if err != nil {
		return nil, fmt.Errorf("hand over the message: %w", err)
	}
	defer input.Close()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return nil, noRoom(os.NewSyscallError("pipe2", err))
	}
	_ = unix.SetNonblock(pipe[0], true) // reading takes a thread else
	read, write := os.NewFile(uintptr(pipe[0]), "said"), os.NewFile(uintptr(pipe[1]), "said")
	heard := make(chan []byte, 1)
	go func() { heard <- tail(read) }()
	r := &run{}
	spec := process.Spec{Name: name, Path: path, Args: argv, Env: variables.list(), Dir: home, Umask: 0o077, Stdin: input, Stdout: write, Stderr: write}
	err = x.runCommand(ctx, r, 0, spec, func(spec process.Spec) error {
		x.starting.Lock()
		defer x.starting.Unlock()
		return x.start(spec, r)
	})
	_ = write.Close() // nothing was written to it here
	select {
	case said = <-heard:
	case <-time.After(time.Second): // SIGKILL does not end who holds the other end
		_ = read.SetReadDeadline(time.Unix(1, 0))
		said = <-heard
	}
	return said, errors.Join(err, read.Close())
}

// inMemory makes a file in memory that is read from its begin.
func inMemory(content []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate("message", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "message")
	if _, err = file.Write(content); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// tail reads to the end and keeps the last of it.
func tail(from io.Reader) []byte {
	var kept []byte
	buffer := make([]byte, maxSaid)
	for {
		n, err := from.Read(buffer)
		kept = append(kept, buffer[:n]...)
		kept = kept[max(len(kept)-maxSaid, 0):]
		if err != nil {
			return append([]byte(nil), kept...)
		}
	}
}
