package executor_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// program is what the test binary does when a unit runs it.
func program(name string) int {
	switch name {
	case "exit":
		fmt.Println("about to exit")
		code, _ := strconv.Atoi(os.Args[2])
		return code
	case "web":
		if len(os.Args) > 2 { // how long it takes to start
			delay, _ := time.ParseDuration(os.Args[2])
			time.Sleep(delay)
		}
		return web()
	case "ask": // a URL for its health
		response, err := http.Get(os.Args[2])
		if err != nil || response.StatusCode != http.StatusOK {
			fmt.Println("not well:", response, err)
			return 1
		}
		return 0
	case "faulty":
		return faulty()
	case "serial":
		most, _ := strconv.Atoi(os.Args[2])
		return serial(most)
	case "placed":
		return placed()
	case "notify":
		return notifier(os.Args[2:])
	case "reloading":
		return reloading()
	case "beating":
		return beating(os.Args[2])
	case "storing":
		return storing()
	case "listening":
		return listening()
	case "hold":
		return hold(os.Args[2], os.Args[3])
	case "shutdown":
		return shutdown()
	case "calls":
		return calls(os.Args[2:])
	case "connects":
		return connects(os.Args[2], os.Args[3])
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ignoring SIGTERM")
		select {}
	}
	fmt.Println("no such program:", name)
	return 99
}

// web serves on the sockets it is given, or on $PORT, as a worker of a pool does. "?pause=" in a request says how long its answer
// takes, "?grow=" how many MiB it leaves in use.
func web() int {
	listener, err := ownSocket()
	if err != nil {
		fmt.Println("no socket:", err)
		return 1
	}
	if _, err := os.Stat("slow"); err == nil {
		fmt.Println("getting ready for ever")
		select {}
	}
	if broken, err := os.Stat("broken"); err == nil {
		fmt.Println("this release is", broken.Name())
		return 3
	}
	var leak atomic.Pointer[[]byte]
	answer := os.Getenv("WORKER_INDEX") + " " + strconv.Itoa(os.Getpid())
	if version, err := os.ReadFile("version"); err == nil { // of the code that it starts
		answer += " " + string(version)
	}
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := os.Stat("ill." + os.Getenv("UNIT_NAME")); err == nil && r.URL.Path == "/health" {
			http.Error(w, "ill", http.StatusServiceUnavailable)
			return
		}
		if pause, err := time.ParseDuration(r.URL.Query().Get("pause")); err == nil {
			time.Sleep(pause)
		}
		if grow, err := strconv.Atoi(r.URL.Query().Get("grow")); err == nil {
			leak.Store(new(bytes.Repeat([]byte{1}, grow<<20)))
		}
		fmt.Fprint(w, answer)
	})}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		listener.Close()
	}()
	// Once it returns, whoever was accepted is known to the server. Shutdown alone would overlook one who was accepted just now.
	server.Serve(listener)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	server.Shutdown(ctx)
	return 0
}

// faulty answers requests for its health in every bad way, on all sockets it is given.
func faulty() int {
	fds, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	ended := make(chan error)
	for i := range fds {
		listener, err := net.FileListener(os.NewFile(uintptr(3+i), "listen"))
		if err != nil {
			fmt.Println(err)
			return 1
		}
		go func() { ended <- http.Serve(listener, http.HandlerFunc(misbehave)) }()
	}
	fmt.Println(<-ended)
	return 1
}

func misbehave(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/hangs":
		<-r.Context().Done()
	case "/loops":
		http.Redirect(w, r, "/loops", http.StatusFound)
	case "/floods": // 1 GB, for whoever reads that much
		sent := 0
		for block := make([]byte, 1<<20); sent < 1000; sent++ {
			if _, err := w.Write(block); err != nil {
				break
			}
		}
		fmt.Println("sent", sent, "MB")
	case "/trickles":
		for r.Context().Err() == nil {
			fmt.Fprint(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	case "/closes":
		panic(http.ErrAbortHandler)
	case "/teapot":
		w.WriteHeader(http.StatusTeapot)
	case "/header":
		if r.Header.Get("X-Probe") != "unitd" || r.Host != "shop.example" {
			w.WriteHeader(http.StatusForbidden)
		}
	}
}

// ownSocket is the one that the program is handed, or one on $PORT.
func ownSocket() (net.Listener, error) {
	if port := os.Getenv("PORT"); port != "" {
		return net.Listen("tcp", "127.0.0.1:"+port)
	}
	if pid := os.Getenv("LISTEN_PID"); pid != strconv.Itoa(os.Getpid()) {
		return nil, errors.New("LISTEN_PID is " + pid)
	}
	first := os.NewFile(3, "listen")
	defer first.Close()
	return net.FileListener(first)
}

// notifier sends each of its arguments as a datagram to the notify socket; "child" makes a child send the
// rest and live on, "move" makes such a child the main process and ends, "wait" waits for a line of a FIFO named "go" in the working directory, "barrier" waits until all
// messages before it have been taken in, "exit" ends it, a duration is waited for.
func notifier(messages []string) int {
	for i, text := range messages {
		switch text {
		case "child":
			child := exec.Command(os.Args[0], append([]string{"program:notify"}, messages[i+1:]...)...)
			child.Stdout, child.Stderr = os.Stdout, os.Stderr
			if err := child.Run(); err != nil {
				fmt.Println(err)
				return 1
			}
			return 0
		case "wait":
			if _, err := os.ReadFile("go"); err != nil {
				fmt.Println(err)
				return 1
			}
			continue
		case "exit":
			return 0
		case "store": // standard input
			if err := send("FDSTORE=1", 0); err != nil {
				fmt.Println(err)
				return 1
			}
			continue
		case "move": // the child is the main process from now on
			child := exec.Command(os.Args[0], append([]string{"program:notify"}, messages[i+1:]...)...)
			child.Stdout, child.Stderr = os.Stdout, os.Stderr
			if err := child.Start(); err != nil {
				fmt.Println(err)
				return 1
			}
			if err := say(fmt.Sprintf("MAINPID=%d", child.Process.Pid)); err != nil {
				fmt.Println(err)
				return 1
			}
			return 0
		case "barrier":
			if err := waitBarrier(); err != nil {
				fmt.Println(err)
				return 1
			}
			continue
		}
		if pause, err := time.ParseDuration(text); err == nil {
			time.Sleep(pause)
			continue
		}
		if err := say(text); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	select {}
}

// say sends one datagram to the notify socket.
func say(text string) error {
	conn, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET"))
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(text))
	return err
}

// reloading answers SIGHUP as type notify-reload asks, with all that real programs send beside: RELOADING=1 before
// the first READY=1, READY=1 and STATUS again and again, and RELOADING=1 of an earlier reload.
func reloading() int {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	began := monotonic()
	messages := []string{fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d\n", began), "READY=1\nSTATUS=0"}
	for n := 0; ; {
		for _, text := range messages {
			if err := say(text); err != nil {
				fmt.Println(err)
				return 1
			}
			time.Sleep(30 * time.Millisecond)
		}
		messages = []string{fmt.Sprintf("READY=1\nSTATUS=%d", n)}
		select {
		case <-hup:
			if _, err := os.Stat("deaf"); err == nil {
				continue
			}
			n++
			messages = []string{
				fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d", began), "READY=1",
				fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d", monotonic()), fmt.Sprintf("READY=1\nSTATUS=%d", n),
			}
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// monotonic is the time that MONOTONIC_USEC wants.
func monotonic() int64 {
	var clock unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &clock); err != nil {
		panic(err)
	}
	return clock.Nano() / 1000
}

// waitBarrier sends BARRIER=1 and waits until the manager has closed its end of a pipe.
func waitBarrier() error {
	ours, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ours.Close()
	err = send("BARRIER=1", int(theirs.Fd()))
	theirs.Close()
	if err != nil {
		return err
	}
	if _, err = ours.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("wait for barrier: %w", err)
	}
	return os.WriteFile("passed", nil, 0o600)
}

// send sends a datagram with file descriptors to the notify socket.
func send(text string, fds ...int) error {
	sock, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(sock)
	return syscall.Sendmsg(sock, []byte(text), syscall.UnixRights(fds...), &syscall.SockaddrUnix{Name: os.Getenv("NOTIFY_SOCKET")}, 0)
}

// beating says that it is alive as often as its watchdog wants, until a file says what to do instead.
func beating(name string) int {
	interval, err := strconv.Atoi(os.Getenv("WATCHDOG_USEC"))
	if err != nil || os.Getenv("WATCHDOG_PID") != strconv.Itoa(os.Getpid()) {
		fmt.Println("WATCHDOG_USEC", os.Getenv("WATCHDOG_USEC"), "WATCHDOG_PID", os.Getenv("WATCHDOG_PID"))
		return 1
	}
	for {
		what, err := os.ReadFile(name)
		switch {
		case err == nil && len(what) > 0:
			os.Remove(name)
			if err := say(string(what)); err != nil {
				fmt.Println(err)
				return 1
			}
			select {}
		case say("WATCHDOG=1") != nil:
			return 1
		}
		time.Sleep(time.Duration(interval) * time.Microsecond / 4)
	}
}

// listening prints what it was given to listen on, then sleeps.
func listening() int {
	fds, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	fmt.Println("fds", fds, "names", os.Getenv("LISTEN_FDNAMES"), "own", os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()))
	for i := range fds {
		listener, err := net.FileListener(os.NewFile(uintptr(3+i), "listen"))
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(listener.Addr())
	}
	select {}
}

// hold listens on an address as somebody else would.
func hold(network, address string) int {
	listener, err := net.Listen(network, address)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("holding", listener.Addr())
	select {}
}

// shutdown serves, and when a file says so ends its socket for all who share it.
func shutdown() int {
	go func() {
		for {
			if err := os.Remove("shut"); err == nil {
				fmt.Println("shut down:", syscall.Shutdown(3, syscall.SHUT_RDWR))
				os.Exit(1)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	first := os.NewFile(3, "listen")
	listener, err := net.FileListener(first)
	if err != nil {
		fmt.Println("no socket:", err)
		return 1
	}
	answer := os.Getenv("WORKER_INDEX") + " " + strconv.Itoa(os.Getpid())
	err = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))
	fmt.Println(err)
	select {}
}
