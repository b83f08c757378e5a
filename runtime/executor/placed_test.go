package executor_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// placed serves on $PORT, or on the socket that its last argument names. It ends at once by SIGTERM, as Node does, and
// stops listening by SIGUSR1.
func placed() int {
	for {
		if _, err := os.Stat("late"); err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if len(os.Args) > 2 {
		listener, err = net.Listen("unix", os.Args[2])
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if _, err := os.Stat("broken"); err == nil {
		fmt.Println("this release is broken")
		return 3
	}
	leave := make(chan os.Signal, 1)
	signal.Notify(leave, syscall.SIGUSR1)
	server := http.Server{Handler: placedHandler()}
	go func() {
		<-leave
		listener.Close()
		server.SetKeepAlivesEnabled(false) // closes what is idle
	}()
	fmt.Println(server.Serve(listener))
	<-leave
	return 0
}

func placedHandler() http.Handler {
	var underWay atomic.Int64
	answer := os.Getenv("WORKER_INDEX") + " " + strconv.Itoa(os.Getpid())
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if pause, err := time.ParseDuration(r.URL.Query().Get("pause")); err == nil {
			time.Sleep(pause)
		}
		io.WriteString(w, answer)
	})
	mux.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/under-way", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, underWay.Load()) })
	mux.HandleFunc("/forwarded", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Forwarded")) })
	mux.HandleFunc("/environment", func(w http.ResponseWriter, _ *http.Request) {
		for _, entry := range os.Environ() {
			fmt.Fprintln(w, entry)
		}
	})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/half", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "200000")
		w.Write(make([]byte, 100000))
		w.(http.Flusher).Flush()
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	})
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := 0; ; i++ {
			fmt.Fprintf(w, "data: %s %d\n\n", answer, i)
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		underWay.Add(1)
		defer underWay.Add(-1)
		mux.ServeHTTP(w, r)
	})
}
