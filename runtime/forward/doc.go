// Package forward passes lines on to the logs of the host: journald, by its native protocol, and syslog, by its local
// socket.
//
// Nobody ever waits for them. Each has a queue of bounded size and one goroutine that lives while there is something in
// it; what does not fit, or cannot be delivered, is dropped and counted. Missing says why a log of the host cannot be had.
//
// Not here: which lines, and whose (runtime/executor). Start reading at forward.go.
package forward
