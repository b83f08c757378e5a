package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// others are the loggers of other supervisors, where they are installed: both put a time before each line, and keep as
// much as a unit's log does by default.
func (m *manager) others() (ways []*way) {
	for _, l := range []struct {
		program string
		args    func(directory string) []string
	}{
		{"svlogd", func(directory string) []string { return []string{"-tt", directory} }},
		{"s6-log", func(directory string) []string { return []string{"T", "n5", "s10485760", directory} }},
	} {
		path, err := exec.LookPath(l.program)
		if err != nil {
			continue
		}
		ways = append(ways, &way{name: l.program, run: func() (time.Duration, time.Duration, error) {
			return m.by(path, l.args)
		}})
	}
	return ways
}

// by has a logger log what cat prints.
func (m *manager) by(program string, args func(directory string) []string) (took, cpu time.Duration, err error) {
	directory := filepath.Join(m.home, "logger")
	if err := os.Mkdir(directory, 0o700); err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(directory)
	if err := os.WriteFile(filepath.Join(directory, "config"), []byte("s10485760\nn5\n"), 0o600); err != nil { // of svlogd
		return 0, 0, err
	}
	for _, path := range []string{directory, filepath.Join(directory, "config")} {
		if credential := m.host.account.Credential; credential != nil {
			if err := os.Chown(path, int(credential.Uid), int(credential.Gid)); err != nil {
				return 0, 0, err
			}
		}
	}
	text, err := os.Open(filepath.Join(m.home, "text"))
	if err != nil {
		return 0, 0, err
	}
	defer text.Close()
	cat, logger := m.command("unitctl"), m.command("unitctl")
	cat.Path, cat.Args = "/bin/cat", []string{"cat", "text"}
	logger.Path, logger.Args = program, append([]string{program}, args(directory)...)
	for _, cmd := range []*exec.Cmd{cat, logger} {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: m.host.account.Credential}
	}
	if logger.Stdin, err = cat.StdoutPipe(); err != nil {
		return 0, 0, err
	}
	took, err = timed(func() error {
		if err := logger.Start(); err != nil {
			return err
		}
		if err := cat.Run(); err != nil {
			return err
		}
		return logger.Wait()
	})
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", program, err)
	}
	return took, logger.ProcessState.UserTime() + logger.ProcessState.SystemTime(), nil
}
