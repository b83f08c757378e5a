package executor_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// program is what the test binary does when a unit runs it.
func program(name string) int {
	switch name {
	case "exit":
		fmt.Println("about to exit")
		code, _ := strconv.Atoi(os.Args[2])
		return code
	case "web":
		return web()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ignoring SIGTERM")
		select {}
	}
	fmt.Println("no such program:", name)
	return 99
}

// web serves on the sockets it is given, as a worker of a pool does.
func web() int {
	first := os.NewFile(3, "listen")
	listener, err := net.FileListener(first)
	if err != nil {
		fmt.Println("no socket:", err)
		return 1
	}
	first.Close()
	if os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		fmt.Println("LISTEN_PID is", os.Getenv("LISTEN_PID"))
		return 1
	}
	if broken, err := os.Stat("broken"); err == nil {
		fmt.Println("this release is", broken.Name())
		return 3
	}
	answer := os.Getenv("WORKER_INDEX") + " " + strconv.Itoa(os.Getpid())
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		server.Shutdown(ctx) //nolint:errcheck // the exit tells
	}()
	server.Serve(listener) //nolint:errcheck // always ErrServerClosed
	return 0
}
