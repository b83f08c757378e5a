package server

import "time"

// What a caller may cost. The account may have 100 file descriptors and the manager little memory, so
// every figure is small; unitctl needs one connection.
const (
	// maxConnections at a time on the control socket, each with a pidfd; more wait in the kernel's queue. maxStreams
	// is lower, so that streams alone cannot use up the connections.
	maxConnections = 32
	maxStreams     = 16
	// Of each socket that is for others, apart from those.
	maxOthersConnections = 8
	maxOthersStreams     = 4

	// Names of 500 units fit into either.
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 64 << 10

	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	// idleTimeout is how long a connection may stay open between requests.
	idleTimeout = 10 * time.Second
	// requestTimeout is how long a Manager may take over a request that is no stream; writeTimeout also
	// covers reading the request and a reader who takes his time.
	requestTimeout = 30 * time.Second
	writeTimeout   = requestTimeout + readTimeout
	// eventTimeout is how long one event may take to leave; a reader slower than that is dropped.
	eventTimeout = 10 * time.Second
	// logTimeout is that of lines of logs, and of events that have been, which people read a page at a time. Nothing is kept
	// for them meanwhile: it is all in files.
	logTimeout = time.Hour
	// logPace is how often lines that have been written before are made to leave; between, they do when the buffer is full, and
	// at the end of the answer.
	logPace = 100 * time.Millisecond
)
