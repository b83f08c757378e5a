package unavailable

import "bytes"

// request reads as much of a request as an answer to it depends on: whether it is HTTP, whether it is HEAD, and
// where its header ends. It keeps a few bytes and nothing more.
type request struct {
	method [5]byte
	n      int  // bytes of method
	blank  bool // the line so far is empty
	bytes  int
	ended  bool
}

// maxHeader is how long a header may be; a longer one is answered before its end.
const maxHeader = 64 << 10

// read takes in what came next.
func (r *request) read(more []byte) {
	if r.n == 0 { // empty lines before a request are nothing (RFC 9112, section 2.2)
		more = bytes.TrimLeft(more, "\r\n")
	}
	r.n += copy(r.method[r.n:], more)
	r.bytes += len(more)
	for _, b := range more {
		switch b {
		case '\n':
			r.ended = r.ended || r.blank
			r.blank = true
		case '\r':
		default:
			r.blank = false
		}
	}
	r.ended = r.ended || r.bytes > maxHeader
}

// begun reports that something has come.
func (r *request) begun() bool { return r.n > 0 }

// isHTTP reports that it may be HTTP still, which begins with a word. Others, TLS for one, could make nothing of
// an answer.
func (r *request) isHTTP() bool {
	for at, b := range r.method[:r.n] {
		switch {
		case b == ' ':
			return at > 0
		case b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b == '-', b == '_':
		default:
			return false
		}
	}
	return true
}

// isHead reports the method HEAD.
func (r *request) isHead() bool { return string(r.method[:r.n]) == "HEAD " }
