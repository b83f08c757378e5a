package process

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// failure says what a program's start failed at: the words of the operation, and the error in full.
func (s *start) failure(op int, errno syscall.Errno) (words string, err error) {
	words = fmt.Sprintf("step %d", op)
	if op >= 1 && op <= len(s.words) {
		words = s.words[op-1]
	}
	err = errno
	if words == "exec "+s.path {
		err = explainExec(s.path, s.dir, errno)
	}
	return words, fmt.Errorf("%s: %w", words, err)
}

// explainExec adds to an errno of execve(2) what the kernel leaves out: ENOENT and EACCES may mean the
// interpreter that the file names.
func explainExec(path, dir string, errno syscall.Errno) error {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	interpreter := scriptInterpreter(path)
	_, missing := os.Stat(path)
	switch {
	case errno == syscall.ENOENT && missing == nil && interpreter != "":
		return fmt.Errorf("its interpreter %s (first line of the file): %w", interpreter, errno)
	case errno == syscall.ENOENT && missing == nil:
		return fmt.Errorf("the dynamic loader that it was linked for: %w", errno)
	case errno == syscall.EACCES && interpreter != "" && mayExecute(path) == nil:
		return fmt.Errorf("its interpreter %s (first line of the file): %w", interpreter, errno)
	case errno == syscall.EACCES && mayExecute(path) == nil:
		return fmt.Errorf("%w (is its file system mounted noexec?)", errno)
	case errno == syscall.ENOEXEC:
		return fmt.Errorf("%w (a script needs a first line such as #!/bin/sh)", errno)
	case errno == syscall.E2BIG:
		return fmt.Errorf("%w (arguments and environment together, or one of them over 128 KiB)", errno)
	}
	return errno
}

// scriptInterpreter returns the program that the first line of a script names, "" where there is none.
func scriptInterpreter(path string) string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	const kernelReads = 256
	head := make([]byte, kernelReads)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ""
	}
	line, isScript := bytes.CutPrefix(head[:n], []byte("#!"))
	if !isScript {
		return ""
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	fields := strings.Fields(string(line))
	if len(fields) == 0 {
		return ""
	}
	if strings.HasSuffix(string(line), "\r") {
		return fmt.Sprintf("%q", fields[0]+"\r")
	}
	return fields[0]
}
