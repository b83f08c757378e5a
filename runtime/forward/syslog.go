package forward

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// syslogSocket is where a syslog daemon of the host listens (syslog(3)).
const syslogSocket = "/dev/log"

const (
	// daemonFacility is LOG_DAEMON (syslog(3)).
	daemonFacility = 3 << 3
	// syslogWait is how long a full socket is waited for; then the line is dropped, and nothing is tried for syslogRest.
	syslogWait = 200 * time.Millisecond
	syslogRest = 2 * time.Second
)

// syslog delivers to the local socket, in the form of RFC 3164 without a host name, which is what syslog(3) sends.
type syslog struct {
	path string

	using sync.Mutex
	conn  net.Conn // nil: there is none
	whole bool     // each write is a message; else a newline ends it

	mu    sync.Mutex
	rests time.Time // until then nothing is tried
	why   error
}

func newSyslog(path string) *syslog {
	if path == "" {
		path = syslogSocket
	}
	return &syslog{path: path}
}

func (s *syslog) deliver(e Entry) error {
	s.using.Lock()
	defer s.using.Unlock()
	if why := s.resting(); why != nil {
		return why
	}
	priority, text := priorityOf(e.Text)
	message := fmt.Appendf(nil, "<%d>%s %s: %s", daemonFacility|priority, e.At.Format(time.Stamp), e.Tag, text)
	before := s.conn != nil
	err := s.write(message)
	if err != nil && before { // the daemon may have been started anew
		err = s.write(message)
	}
	if err == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.why, s.rests = fmt.Errorf("write to syslog: %w", err), time.Now().Add(syslogRest)
	return s.why
}

// resting is why nothing is tried just now.
func (s *syslog) resting() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.rests) {
		return s.why
	}
	return nil
}

// write writes a message; after an error there is no connection.
func (s *syslog) write(message []byte) (err error) {
	if s.conn == nil {
		if s.conn, s.whole, err = dialSyslog(s.path); err != nil {
			return err
		}
	}
	if !s.whole {
		message = append(message, '\n')
	}
	if err = s.conn.SetWriteDeadline(time.Now().Add(syslogWait)); err == nil {
		_, err = s.conn.Write(message)
	}
	if err != nil {
		s.conn.Close()
		s.conn = nil
	}
	return err
}

func dialSyslog(path string) (conn net.Conn, whole bool, err error) {
	dialer := net.Dialer{Timeout: syslogWait}
	if conn, err = dialer.Dial("unixgram", path); err == nil {
		return conn, true, nil
	}
	if conn, errStream := dialer.Dial("unix", path); errStream == nil {
		return conn, false, nil
	}
	return nil, false, err
}

func (s *syslog) missing() string {
	if why := missingSocket(s.path); why != "" {
		return why
	}
	if why := s.resting(); why != nil {
		return why.Error()
	}
	return ""
}

func (s *syslog) close() {
	s.using.Lock()
	defer s.using.Unlock()
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}
