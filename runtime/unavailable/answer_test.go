package unavailable

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestAnswer(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("CET", 3600))
	for name, test := range map[string]struct {
		answer *Answer
		want   string
	}{
		"own page": {
			NewAnswer(503, 1500*time.Millisecond, Page{}),
			"HTTP/1.1 503 Service Unavailable\r\nDate: Sun, 01 Mar 2026 11:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\n" +
				"Content-Length: 170\r\nRetry-After: 2\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" +
				"<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>503 Service Unavailable</title>\n" +
				"<h1>Service Unavailable</h1>\n<p>Please try again in 2 seconds.</p>\n</html>\n",
		},
		"page of the user": {
			NewAnswer(599, 0, Page{Name: "down.JSON", Body: []byte(`{"up":false}`)}),
			"HTTP/1.1 599 Unavailable\r\nDate: Sun, 01 Mar 2026 11:00:00 GMT\r\nContent-Type: application/json\r\n" +
				"Content-Length: 12\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{\"up\":false}",
		},
		"empty page": {
			NewAnswer(404, 0, Page{Name: "x", Body: []byte{}}),
			"HTTP/1.1 404 Not Found\r\nDate: Sun, 01 Mar 2026 11:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n" +
				"Content-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			whole := test.answer.message(now, false)
			if string(whole) != test.want {
				t.Errorf("got\n%s\nwant\n%s", whole, test.want)
			}
			// To HEAD the same header, and nothing after it.
			header, _, _ := strings.Cut(test.want, "\r\n\r\n")
			if got := string(test.answer.message(now, true)); got != header+"\r\n\r\n" {
				t.Errorf("to HEAD: %q", got)
			}
			recorder := httptest.NewRecorder()
			test.answer.ServeHTTP(recorder, nil)
			response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(whole)), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.Header.Get("Content-Length") != strconv.Itoa(len(body)) || !response.Close {
				t.Errorf("%+v, a body of %d bytes, %v", response, len(body), err)
			}
			response.Header.Del("Date") // is the server's
			response.Header.Set("Connection", "close")
			if recorder.Code != response.StatusCode || recorder.Body.String() != string(body) || !reflect.DeepEqual(recorder.Header(), response.Header) {
				t.Errorf("by a server: %d %v, want %v", recorder.Code, recorder.Header(), response.Header)
			}
		})
	}
}

func TestContentType(t *testing.T) {
	for name, want := range map[string]string{
		"a.html": "text/html; charset=utf-8", "a.HTM": "text/html; charset=utf-8", "a.txt": "text/plain; charset=utf-8",
		"a.xml": "application/xml", "page": "text/html; charset=utf-8",
	} {
		if got := (Page{Name: name, Body: []byte("<!doctype html>")}).contentType(); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestRequest(t *testing.T) {
	for name, test := range map[string]struct {
		sent                  string
		isHTTP, isHead, ended bool
	}{
		"GET":              {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, false, true},
		"HEAD":             {"HEAD / HTTP/1.1\r\n\r\n", true, true, true},
		"half a header":    {"GET / HTTP/1.1\r\nHost: x\r\n", true, false, false},
		"half a method":    {"HEA", true, false, false},
		"another method":   {"HEADS /", true, false, false},
		"empty lines":      {"\r\n\r\nHEAD / HTTP/1.0\n\n", true, true, true},
		"only empty lines": {"\r\n\r\n", true, false, false},
		"endless":          {"GET /" + strings.Repeat("a", maxHeader), true, false, true},
		"TLS":              {"\x16\x03\x01\x02\x00", false, false, false},
		"binary later":     {"AB\x00", false, false, false},
		"a space":          {" GET /", false, false, false},
	} {
		for _, chunk := range []int{1, 3, len(test.sent)} { // however it comes
			var r request
			for rest := []byte(test.sent); len(rest) > 0; {
				n := min(chunk, len(rest))
				r.read(rest[:n])
				rest = rest[n:]
			}
			if r.isHTTP() != test.isHTTP || r.isHead() != test.isHead || r.ended != test.ended {
				t.Errorf("%s, in pieces of %d: HTTP %v, HEAD %v, ended %v", name, chunk, r.isHTTP(), r.isHead(), r.ended)
			}
		}
	}
}
