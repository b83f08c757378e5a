// Command app is a small web app to show what unitd does with one: it serves on the socket that it
// inherits, says which worker answered, and finishes what it has begun when it is told to stop.
//
// It reads greeting.txt from the directory that it is started in, as real programs read their code from
// there; a release without that file does not start.
//
//	GET /            the greeting, the worker's index and pid
//	GET /health      200 once it serves
//	GET /slow?for=D  answers after the duration D, 1s by default
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// firstInherited is SD_LISTEN_FDS_START of sd_listen_fds(3).
const firstInherited = 3

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "app:", err)
		os.Exit(1)
	}
}

func run() error {
	greeting, err := os.ReadFile("greeting.txt")
	if err != nil {
		return fmt.Errorf("this release is broken: %w", err)
	}
	listener, err := inherited()
	if err != nil {
		return err
	}
	stop, release := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer release()

	server := &http.Server{Handler: routes(strings.TrimSpace(string(greeting))), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Printf("worker %s serves on %s\n", os.Getenv("WORKER_INDEX"), listener.Addr())

	select {
	case err := <-served:
		return err
	case <-stop.Done():
	}
	fmt.Println("finishing the requests that are open")
	// Shutdown alone would overlook a client that was accepted just now: once Serve has returned all are known to the server.
	if err := listener.Close(); err != nil {
		return err
	}
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		return err
	}
	limit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return server.Shutdown(limit)
}

// inherited returns the listening socket that the manager handed over (sd_listen_fds(3)).
func inherited() (net.Listener, error) {
	count, err := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if err != nil || count < 1 || os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return nil, errors.New("find a socket: LISTEN_FDS and LISTEN_PID are not for this process; start it by unitd")
	}
	file := os.NewFile(firstInherited, "listener")
	defer file.Close()
	return net.FileListener(file)
}

func routes(greeting string) http.Handler {
	who := fmt.Sprintf("worker %s (pid %d)", os.Getenv("WORKER_INDEX"), os.Getpid())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s from %s\n", greeting, who)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		wait, err := time.ParseDuration(r.URL.Query().Get("for"))
		if err != nil || wait < 0 || wait > time.Minute {
			wait = time.Second
		}
		select {
		case <-time.After(wait):
			fmt.Fprintf(w, "waited %s in %s\n", wait, who)
		case <-r.Context().Done():
		}
	})
	return mux
}
