package chaos

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"
)

// connections is how many requests are under way at once.
const connections = 8

// clients ask again and again, each time on a new connection.
type clients struct {
	stop chan struct{}
	all  sync.WaitGroup
	mu   sync.Mutex
	sum  service
}

// service is what clients were given.
type service struct {
	answered int
	cut      int    // a worker was killed that had begun with them
	broke    string // how the last of these ended
	refused  string // or not let in, or not answered at all: how
	longest  time.Duration
}

func (s service) String() string {
	return fmt.Sprintf("%d requests were answered, the slowest within %v, and %d broke", s.answered, s.longest.Round(time.Millisecond), s.cut)
}

func startClients(url string) *clients {
	c := &clients{stop: make(chan struct{})}
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for range connections {
		c.all.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
				c.ask(client, url)
			}
		})
	}
	return c
}

func (c *clients) ask(client *http.Client, url string) {
	begun := time.Now()
	response, err := client.Get(url)
	text := ""
	if err == nil {
		var body []byte
		body, err = io.ReadAll(response.Body)
		response.Body.Close()
		text = string(body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) || err != nil && strings.Contains(err.Error(), "Timeout"):
		c.sum.refused = fmt.Sprintf("%s: %v", time.Now().Format("15:04:05.000"), err)
	case err != nil:
		c.sum.cut, c.sum.broke = c.sum.cut+1, err.Error()
	case response.StatusCode != http.StatusOK || !strings.HasPrefix(text, "hello from worker "):
		c.sum.refused = response.Status + ": " + text
	default:
		c.sum.answered++
		c.sum.longest = max(c.sum.longest, time.Since(begun))
	}
}

func (c *clients) end() service {
	close(c.stop)
	c.all.Wait()
	return c.sum
}
