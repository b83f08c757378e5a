package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// install copies a program to where any account can run it. It has it read from the disk again, as after a boot of the
// host: what was written just now lies in the page cache in pieces of 2 MiB, of which a process is charged the whole for
// every page that it touches.
func install(from, to string) error {
	program, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read a program (run make build first): %w", err)
	}
	if err := os.WriteFile(to, program, 0o755); err != nil {
		return err
	}
	file, err := os.Open(to)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Sync(); err != nil {
		return fmt.Errorf("write %s to the disk: %w", filepath.Base(to), err)
	}
	if err := unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		return fmt.Errorf("drop %s from the page cache: %w", filepath.Base(to), err)
	}
	return nil
}
