package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/ordinary"
)

func main() {
	bin := flag.String("bin", "bin", "directory of unitd and unitctl")
	pool := flag.Bool("pool", false, "compare a pool with gunicorn instead: in all contests, or in those named")
	captured := flag.Int("captured", 256, "how many MiB are logged; with 1024 that takes some minutes")
	flag.Parse()
	if err := run(*bin, *pool, *captured<<20, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(bin string, pool bool, captured int, names []string) error {
	account, err := ordinary.Find()
	if err != nil {
		return err
	}
	// What is counted is not to have files of who runs this.
	if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return os.NewSyscallError("close_range", err)
	}
	// A short name: a socket path has 107 bytes at most.
	root, err := os.MkdirTemp("/tmp", "ub")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	for _, name := range []string{"unitd", "unitctl"} {
		if err := install(filepath.Join(bin, name), filepath.Join(root, name)); err != nil {
			return err
		}
	}
	if err := os.Chmod(root, 0o755); err != nil {
		return err
	}
	h := host{root: root, account: account, captured: captured}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupts
		h.interrupted()
		os.RemoveAll(root)
		os.Exit(1)
	}()
	if pool {
		return compare(&h, names)
	}
	fmt.Printf("load average %s; times are medians of rounds, in turn with what stands beside them\n", loadAverage())
	fmt.Printf("%-60s %12s  %-14s %s\n", "figure", "measured", "aim", "beside it")
	for _, f := range figures {
		if len(names) > 0 && !slices.Contains(names, f.name) {
			continue
		}
		lines, err := f.measure(&h)
		if err != nil {
			return err
		}
		for _, l := range lines {
			fmt.Println(l)
		}
	}
	fmt.Println("load average at the end", loadAverage())
	return nil
}

// loadAverage is how busy the machine is, see proc_loadavg(5).
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// compare prints what pools do beside gunicorn, in the contests named; none: in all. It is a table in Markdown.
func compare(h *host, names []string) error {
	begun, load := time.Now(), loadAverage()
	fmt.Print(heading)
	for _, contest := range contests {
		if len(names) > 0 && !slices.Contains(names, contest.name) {
			continue
		}
		rows, err := contest.hold(h)
		if err != nil {
			return err
		}
		for _, r := range rows {
			fmt.Println(r)
		}
	}
	fmt.Printf("\nFastAPI, %d workers each, %d processors, load average %s before and %s after; it took %s\n",
		workers, runtime.NumCPU(), load, loadAverage(), time.Since(begun).Round(time.Second))
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
	return fmt.Sprintf("%-60s %12s  %-14s %s", l.name, fmt.Sprintf("%.4g %s", l.value, l.unit), aim, l.beside)
}
