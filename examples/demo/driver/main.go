package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// limit is how long the whole demo may take.
const limit = 55 * time.Second

func main() {
	keep := flag.Bool("keep", false, "keep the demo up until Ctrl-C instead of telling its story")
	home := flag.String("home", "", "a prepared home directory (set by the driver for itself)")
	flag.Parse()

	status, err := run(*home, *keep)
	if err != nil {
		fmt.Fprintln(os.Stderr, "\nthis is not so:", err)
	}
	os.Exit(status)
}

// run prepares a home directory, as root in the name of an ordinary user, and tells the story there.
func run(home string, keep bool) (status int, err error) {
	if home == "" {
		if home, err = prepareHome(filepath.Dir(executable())); err != nil {
			return 1, err
		}
		defer os.RemoveAll(home)
	}
	if os.Getuid() == 0 {
		return runAsOrdinaryUser(home)
	}

	interrupted, release := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer release()
	d := newDemo(home)
	if keep {
		err = d.keepUp(interrupted)
	} else {
		ctx, cancel := context.WithTimeoutCause(interrupted, limit, fmt.Errorf("the demo ends within %s", limit))
		defer cancel()
		err = d.tell(ctx)
	}
	if err != nil {
		d.stopAtOnce()
		return 1, errors.Join(err, d.lastWords())
	}
	return 0, nil
}

func executable() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}
