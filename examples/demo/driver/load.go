package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clients is how many requests the load has open at a time.
const clients = 4

// A load asks the site again and again, each time over a new connection, as visitors do.
type load struct {
	stop    context.CancelFunc
	clients sync.WaitGroup
	asked   atomic.Int64
	failed  atomic.Int64
	first   atomic.Pointer[string] // the first failure
	slowest atomic.Int64           // nanoseconds
}

// startLoad begins to ask url; want stands in every good answer.
func startLoad(ctx context.Context, url, want string) *load {
	ctx, stop := context.WithCancel(ctx)
	l := &load{stop: stop}
	for range clients {
		l.clients.Go(func() {
			for ctx.Err() == nil {
				l.ask(url, want)
			}
		})
	}
	return l
}

func (l *load) ask(url, want string) {
	begun := time.Now()
	_, err := get(url, want)
	l.asked.Add(1)
	if err != nil {
		text := err.Error()
		l.first.CompareAndSwap(nil, &text)
		l.failed.Add(1)
	}
	for took := int64(time.Since(begun)); ; {
		slowest := l.slowest.Load()
		if took <= slowest || l.slowest.CompareAndSwap(slowest, took) {
			return
		}
	}
}

// end stops the load and lets every open request come to its end.
func (l *load) end() {
	l.stop()
	l.clients.Wait()
}

func (l *load) String() string {
	return fmt.Sprintf("%d requests, %d failed, slowest %d ms", l.asked.Load(), l.failed.Load(),
		time.Duration(l.slowest.Load()).Milliseconds())
}

// check wants that nothing failed.
func (l *load) check() error {
	if l.failed.Load() > 0 {
		return fmt.Errorf("no request fails; %s; first failure: %s", l, l.firstFailure())
	}
	return nil
}

// firstFailure is empty when nothing failed.
func (l *load) firstFailure() string {
	if text := l.first.Load(); text != nil {
		return *text
	}
	return ""
}

var visitor = &http.Client{
	Transport: &http.Transport{DisableKeepAlives: true},
	Timeout:   10 * time.Second,
}

// get asks once and returns the first line of an answer that begins with want.
func get(url, want string) (string, error) {
	response, err := visitor.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	line, _, _ := strings.Cut(string(body), "\n")
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(line, want) {
		return "", fmt.Errorf("answered %q (status %d) instead of %q", line, response.StatusCode, want)
	}
	return line, nil
}
