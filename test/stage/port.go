package stage

import (
	"errors"
	"net"
	"os"
	"strconv"
	"sync/atomic"
)

// lastPort counts through ports below the ones that the kernel gives to clients, so that no connection of
// a test running beside takes one.
var lastPort atomic.Int32

// FreePort finds a loopback port that nobody listens on.
func FreePort() (string, error) {
	for range 1000 {
		port := strconv.Itoa(20000 + (os.Getpid()*64+int(lastPort.Add(1)))%12000)
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err == nil {
			return port, listener.Close()
		}
	}
	return "", errors.New("find a free port: none from 20000 to 32000")
}
