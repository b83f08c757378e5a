package proxy

import (
	"bufio"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// writeHead writes request line and header. Names and values have been checked by the server that read them.
func writeHead(w *bufio.Writer, r *http.Request, u *upload) error {
	w.WriteString(r.Method)        //nolint:errcheck // a bufio.Writer keeps its first error for the last call
	w.WriteByte(' ')               //nolint:errcheck // as above
	w.WriteString(target(r))       //nolint:errcheck // as above
	w.WriteString(" HTTP/1.1\r\n") //nolint:errcheck // as above
	host := r.Host
	if host == "" { // of a client that speaks HTTP/1.0
		host = "localhost"
	}
	field(w, "Host", host)
	for name, values := range r.Header {
		switch name {
		case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
			continue // said here, or by framing
		case "User-Agent":
			if values[0] == "" { // the reverse proxy's word for none
				continue
			}
		}
		for _, value := range values {
			field(w, name, value)
		}
	}
	frame(w, r, u)
	_, err := w.WriteString("\r\n")
	return err
}

// frame says where the body ends (RFC 9112, 6).
func frame(w *bufio.Writer, r *http.Request, u *upload) {
	switch {
	case u == nil:
		if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
			field(w, "Content-Length", "0")
		}
	case u.length() >= 0:
		field(w, "Content-Length", strconv.FormatInt(u.length(), 10))
	default:
		field(w, "Transfer-Encoding", "chunked")
		if names := trailers(u.request.Trailer); names != "" {
			field(w, "Trailer", names)
		}
	}
}

func trailers(header http.Header) string {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func field(w *bufio.Writer, name, value string) {
	w.WriteString(name)   //nolint:errcheck // a bufio.Writer keeps its first error for the last call
	w.WriteString(": ")   //nolint:errcheck // as above
	w.WriteString(value)  //nolint:errcheck // as above
	w.WriteString("\r\n") //nolint:errcheck // as above
}

// target is what the client asked for, as it spelled it. The absolute form is for proxies that clients know of.
func target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") || r.RequestURI == "*" {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// sendBody streams a body to the worker, each piece as soon as it is there. A failure of the client is an
// uploadError.
func (l *link) sendBody(u *upload, within time.Duration) error {
	buffer := u.buffers.Get()
	defer u.buffers.Put(buffer)
	defer l.writeWithin(0)
	chunked := u.length() < 0
	for {
		u.touched = true
		n, readErr := u.Read(buffer)
		if n > 0 {
			l.writeWithin(within)
			if err := l.sendPiece(buffer[:n], chunked); err != nil {
				return err
			}
		}
		if failure := u.failure.Load(); failure != nil {
			return failure
		}
		if readErr != nil {
			return l.sendEnd(u, chunked)
		}
	}
}

func (l *link) sendPiece(piece []byte, chunked bool) error {
	if chunked {
		if _, err := l.w.WriteString(strconv.FormatInt(int64(len(piece)), 16) + "\r\n"); err != nil {
			return err
		}
	}
	_, err := l.w.Write(piece)
	if err == nil && chunked {
		_, err = l.w.WriteString("\r\n")
	}
	if err != nil {
		return err
	}
	return l.w.Flush()
}

// sendEnd ends a chunked body, with the trailers that the client has sent.
func (l *link) sendEnd(u *upload, chunked bool) error {
	if !chunked {
		return nil
	}
	if _, err := l.w.WriteString("0\r\n"); err != nil {
		return err
	}
	for name, values := range u.request.Trailer {
		for _, value := range values {
			field(l.w, name, value)
		}
	}
	if _, err := l.w.WriteString("\r\n"); err != nil {
		return err
	}
	return l.w.Flush()
}
