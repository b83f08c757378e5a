package unavailable

import "testing"

// FuzzRequest reads any bytes as a request, whole and in two pieces: both tell the same of it.
func FuzzRequest(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 5)
	f.Add([]byte("\r\n\r\nHEAD / HTTP/1.0\n\n"), 2)
	f.Add([]byte("\x16\x03\x01\x02\x00\x01\x00"), 1)
	f.Fuzz(func(t *testing.T, sent []byte, cut int) {
		if cut < 0 || cut > len(sent) {
			return
		}
		var whole, pieces request
		whole.read(sent)
		pieces.read(sent[:cut])
		pieces.read(sent[cut:])
		if whole != pieces {
			t.Errorf("%q: %+v, cut at %d %+v", sent, whole, cut, pieces)
		}
		if whole.isHead() && !whole.isHTTP() {
			t.Errorf("%q is HEAD and not HTTP", sent)
		}
	})
}
