package stage

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"sync/atomic"
)

// Ports are those above the ones that the kernel gives to clients, so that no connection of a test running beside takes
// one, nor unitd for a worker behind a proxy, which takes lower ones.
const (
	lowestPort  = 61000
	highestPort = 65500
)

// lastPort counts through them.
var lastPort atomic.Int32

// FreePort finds a loopback port that nobody listens on.
func FreePort() (string, error) {
	for range 1000 {
		port := strconv.Itoa(lowestPort + (os.Getpid()*64+int(lastPort.Add(1)))%(highestPort-lowestPort))
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err == nil {
			return port, listener.Close()
		}
	}
	return "", fmt.Errorf("find a free port: none from %d to %d", lowestPort, highestPort)
}
