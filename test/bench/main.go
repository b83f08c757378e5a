package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"unitd/internal/ordinary"
)

func main() {
	bin := flag.String("bin", "bin", "directory of unitd and unitctl")
	flag.Parse()
	if err := run(*bin); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(bin string) error {
	account, err := ordinary.Find()
	if err != nil {
		return err
	}
	// A short name: a socket path has 107 bytes at most.
	root, err := os.MkdirTemp("/tmp", "ub")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	for _, name := range []string{"unitd", "unitctl"} {
		program, err := os.ReadFile(filepath.Join(bin, name))
		if err != nil {
			return fmt.Errorf("read a program (run make build first): %w", err)
		}
		if err := os.WriteFile(filepath.Join(root, name), program, 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(root, 0o755); err != nil {
		return err
	}
	h := host{root: root, account: account}
	fmt.Printf("%-52s %12s  %-14s %s\n", "figure", "measured", "aim", "beside it")
	for _, measure := range figures {
		lines, err := measure(&h)
		if err != nil {
			return err
		}
		for _, l := range lines {
			fmt.Println(l)
		}
	}
	return nil
}

// A line is one figure of the report.
type line struct {
	name   string
	value  float64
	unit   string
	aim    float64 // not more than this; 0 with noAim
	noAim  bool
	beside string
}

func (l line) String() string {
	aim := "-"
	if !l.noAim {
		aim = fmt.Sprintf("<= %.4g  yes", l.aim)
		if l.value > l.aim {
			aim = fmt.Sprintf("<= %.4g  NO", l.aim)
		}
	}
	return fmt.Sprintf("%-52s %12s  %-14s %s", l.name, fmt.Sprintf("%.4g %s", l.value, l.unit), aim, l.beside)
}
