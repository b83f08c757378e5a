package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A load is what wrk says of one of its runs.
type load struct {
	requests, failed int
	perSecond        float64
	p99              time.Duration
}

// wrk loads a server with clients, of which each asks as fast as it is answered, until during has returned. With closes
// every request has a connection of its own. An answer that takes longer than ten seconds counts as none.
func (h *host) wrk(address string, clients int, closes bool, during func() error) (load, error) {
	const longest = "30m"
	args := []string{"-t1", "-c" + strconv.Itoa(clients), "-d" + longest, "--latency", "--timeout", "10s"}
	if closes {
		args = append(args, "-H", "Connection: close")
	}
	cmd := exec.Command("wrk", append(args, "http://"+address+"/")...)
	var report bytes.Buffer
	cmd.Stdout, cmd.Stderr = &report, &report
	if err := cmd.Start(); err != nil {
		return load{}, err
	}
	h.started = append(h.started, cmd.Process)
	err := during()
	// It ends by SIGINT with its report, but not before it has begun.
	err = errors.Join(err, cmd.Process.Signal(os.Interrupt), cmd.Wait())
	if err != nil {
		return load{}, fmt.Errorf("%w; wrk said: %s", err, report.String())
	}
	return parseLoad(report.String())
}

var (
	wrkRequests = regexp.MustCompile(`(\d+) requests in `)
	wrkErrors   = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`)
	wrkRefusals = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
	wrkRate     = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkP99      = regexp.MustCompile(`99%\s+([\d.]+)(us|ms|s)`)
)

// parseLoad reads a report. A request has failed when it got another status than 2xx or 3xx, or none.
func parseLoad(report string) (load, error) {
	var l load
	requests, rate, p99 := wrkRequests.FindStringSubmatch(report), wrkRate.FindStringSubmatch(report), wrkP99.FindStringSubmatch(report)
	if requests == nil || rate == nil || p99 == nil {
		return l, fmt.Errorf("read what wrk said: %s", report)
	}
	var errs []error
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		errs = append(errs, err)
		return n
	}
	l.requests = number(requests[1])
	for _, found := range [][]string{wrkErrors.FindStringSubmatch(report), wrkRefusals.FindStringSubmatch(report)} {
		for _, text := range found[min(1, len(found)):] {
			l.failed += number(text)
		}
	}
	var err error
	l.perSecond, err = strconv.ParseFloat(rate[1], 64)
	errs = append(errs, err)
	l.p99, err = time.ParseDuration(strings.Join(p99[1:], ""))
	errs = append(errs, err)
	return l, errors.Join(errs...)
}
