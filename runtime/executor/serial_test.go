package executor_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// serial serves one connection after the other on the socket it is given, each with one request, as a synchronous
// worker does. After as many as its argument says it ends itself; 0: never. "?pause=" in a request says how long
// that takes. Told to end, it ends after the present one.
func serial(most int) int {
	first := os.NewFile(3, "listen")
	listener, err := net.FileListener(first)
	if err != nil {
		fmt.Println("no socket:", err)
		return 1
	}
	first.Close()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		listener.Close()
	}()
	for served := 0; most == 0 || served < most; {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return 0
		}
		if err != nil {
			fmt.Println(err)
			return 1
		}
		if serveOne(conn) {
			served++
		}
	}
	fmt.Println(servedEnough)
	return 0
}

// servedEnough is what it says when it ends itself.
const servedEnough = "served enough"

// serveOne reports whether there was a request.
func serveOne(conn net.Conn) bool {
	defer conn.Close()
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return false
	}
	if pause, err := time.ParseDuration(request.URL.Query().Get("pause")); err == nil {
		time.Sleep(pause)
	}
	answer := os.Getenv("WORKER_INDEX") + " " + strconv.Itoa(os.Getpid())
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
	return true
}
