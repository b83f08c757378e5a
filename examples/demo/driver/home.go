package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// prepareHome makes a home directory below /tmp with what a user would have put there: the programs in
// ~/bin, the unit files in ~/.config/unitd/units, the app and its releases in ~/demo.
// built is the directory of the app and of this driver; the two programs lie in the one above it.
func prepareHome(built string) (string, error) {
	home, err := os.MkdirTemp("/tmp", "unitd-demo-")
	if err != nil {
		return "", fmt.Errorf("make a home directory: %w", err)
	}
	units := filepath.Join(home, ".config/unitd/units")
	copies := []struct{ from, to string }{
		{filepath.Join(built, "../unitd"), filepath.Join(home, "bin/unitd")},
		{filepath.Join(built, "../unitctl"), filepath.Join(home, "bin/unitctl")},
		{filepath.Join(built, "app"), filepath.Join(home, "demo/bin/app")},
	}
	for _, c := range copies {
		if err := copyFile(c.from, c.to); err != nil {
			return home, err
		}
	}
	if err := os.CopyFS(units, os.DirFS("examples/demo/units")); err != nil {
		return home, fmt.Errorf("copy the unit files (run this from the root of the repository): %w", err)
	}
	if err := os.CopyFS(filepath.Join(home, "demo/releases"), os.DirFS("examples/demo/releases")); err != nil {
		return home, fmt.Errorf("copy the releases: %w", err)
	}
	if err := release(home, "1"); err != nil {
		return home, err
	}
	return home, choosePort(units)
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("copy a program (run make build first): %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("copy a program: %w", err)
	}
	return os.WriteFile(to, content, 0o755)
}

// release points ~/demo/current at a release, in one step as a deploy does.
func release(home, name string) error {
	next := filepath.Join(home, "demo/next")
	if err := os.Symlink(filepath.Join("releases", name), next); err != nil {
		return fmt.Errorf("publish release %s: %w", name, err)
	}
	if err := os.Rename(next, filepath.Join(home, "demo/current")); err != nil {
		return fmt.Errorf("publish release %s: %w", name, err)
	}
	return nil
}

// choosePort writes a free port into config.local.env, where what differs between hosts belongs.
func choosePort(units string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("find a free port: %w", err)
	}
	return os.WriteFile(filepath.Join(units, "config.local.env"), []byte("PORT="+port+"\n"), 0o644)
}
