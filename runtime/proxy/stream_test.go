package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestMessagesComeThroughUnchanged(t *testing.T) {
	s := newStage(t, nil)
	seen := make(chan *http.Request, 1)
	s.Steer([]*Worker{s.serving(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read the body: %v", err)
		}
		w.Header()["Content-Type"] = nil
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		if status := r.Header.Get("Want"); status != "" {
			w.WriteHeader(http.StatusNotModified)
		} else {
			fmt.Fprintf(w, "%s %q", r.Method, body)
		}
		seen <- r
	})})
	for _, c := range []struct{ request, target, answer string }{
		{"GET /a%2Fb/../c;d?q=1;2&%zz=+ HTTP/1.1\r\nHost: here\r\n", "/a%2Fb/../c;d?q=1;2&%zz=+", `GET ""`},
		{"GET http://elsewhere/x?y HTTP/1.1\r\nHost: here\r\n", "/x?y", `GET ""`},
		{"OPTIONS * HTTP/1.1\r\nHost: here\r\n", "*", `OPTIONS ""`},
		{"HEAD /h HTTP/1.1\r\nHost: here\r\n", "/h", ""},
		{"GET /n HTTP/1.1\r\nHost: here\r\nWant: 304\r\n", "/n", ""},
		{"GET /old HTTP/1.0\r\n", "/old", `GET ""`},
		{"POST /p HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc", "/p", `POST "abc"`},
		{"POST /e HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n", "/e", `POST ""`},
		{"PUT /c HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n", "/c", `PUT "abcde"`},
	} {
		conn, r := s.dial()
		send(t, conn, "%s\r\n", c.request)
		method, _, _ := strings.Cut(c.request, " ")
		answer, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%s: %v", c.target, err)
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil || string(text) != c.answer {
			t.Errorf("%s: answer %q, %v; want %q", c.target, text, err, c.answer)
		}
		if cookies := answer.Header["Set-Cookie"]; !slices.Equal(cookies, []string{"a=1", "b=2"}) {
			t.Errorf("%s: cookies %q", c.target, cookies)
		}
		if _, named := answer.Header["Content-Type"]; named {
			t.Errorf("%s: it has got a content type on its way", c.target)
		}
		if got := <-seen; got.RequestURI != c.target {
			t.Errorf("target %s, want %s", got.RequestURI, c.target)
		}
	}
}

func TestTrailers(t *testing.T) {
	s := newStage(t, nil)
	s.Steer([]*Worker{s.serving(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "Digest")
		io.Copy(w, r.Body)
		w.Header().Set("Digest", r.Trailer.Get("Checksum"))
		w.Header().Set(http.TrailerPrefix+"Unannounced", "yes")
	})})
	conn, r := s.dial()
	send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: Checksum\r\n\r\n"+
		"3\r\nabc\r\n0\r\nChecksum: 77\r\n\r\n")
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || string(body) != "abc" {
		t.Errorf("body %q, %v", body, err)
	}
	if answer.Trailer.Get("Digest") != "77" || answer.Trailer.Get("Unannounced") != "yes" {
		t.Errorf("trailers %v", answer.Trailer)
	}
}

func TestInterimAnswers(t *testing.T) {
	s := newStage(t, nil)
	s.Steer([]*Worker{s.serving(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hints":
			w.Header().Set("Link", "</style.css>")
			w.WriteHeader(http.StatusEarlyHints)
		case "/refuse":
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		io.Copy(w, r.Body)
	})})
	conn, r := s.dial()
	send(t, conn, "GET /hints HTTP/1.1\r\nHost: here\r\n\r\n")
	if first := line(t, r); first != "HTTP/1.1 103 Early Hints" {
		t.Errorf("first line %q", first)
	}

	conn, r = s.dial()
	send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
	if first, second := line(t, r), line(t, r); first != "HTTP/1.1 100 Continue" || second != "" {
		t.Errorf("first lines %q, %q", first, second)
	}
	send(t, conn, "abc")
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(answer.Body); string(body) != "abc" || err != nil {
		t.Errorf("body %q, %v", body, err)
	}

	conn, r = s.dial()
	send(t, conn, "POST /refuse HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
	if first := line(t, r); first != "HTTP/1.1 401 Unauthorized" {
		t.Errorf("first line %q, want that the client is spared its body", first)
	}

	// A worker that knows nothing of that waits for the body, and gets it.
	s.Steer([]*Worker{s.answering(func(conn net.Conn, r *bufio.Reader) {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(request.Body)
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	})})
	conn, r = s.dial()
	send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
	if first, second := line(t, r), line(t, r); first != "HTTP/1.1 100 Continue" || second != "" {
		t.Errorf("first lines %q, %q", first, second)
	}
	send(t, conn, "abc")
	if first := line(t, r); first != "HTTP/1.1 200 OK" {
		t.Errorf("first line %q", first)
	}
}

func TestOldWorker(t *testing.T) {
	s := newStage(t, nil)
	s.Steer([]*Worker{s.answering(func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		io.WriteString(conn, "HTTP/1.0 200 OK\r\n\r\nup to the end")
	})})
	conn, r := s.dial()
	for range 2 { // the client's connection is kept all the same
		send(t, conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); string(body) != "up to the end" || err != nil {
			t.Errorf("body %q, %v", body, err)
		}
	}
}

// Each event of an answer without a length is there before the worker goes on.
func TestStreamsAnswers(t *testing.T) {
	s := newStage(t, nil)
	next := make(chan struct{})
	w := s.serving(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
			<-next
		}
	})
	s.Steer([]*Worker{w})
	conn, r := s.dial()
	send(t, conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	events := bufio.NewReader(answer.Body)
	for i := range 3 {
		if got, want := line(t, events), fmt.Sprintf("data: %d", i); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		line(t, events)
		next <- struct{}{}
	}
	if _, err := events.ReadByte(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	until(t, "the worker is idle", func() bool { return !w.isBusy() })
}

// Each piece of a body is at the worker before the client sends the next.
func TestStreamsBodies(t *testing.T) {
	s := newStage(t, nil)
	pieces := make(chan string)
	s.Steer([]*Worker{s.serving(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			pieces <- lines.Text()
			fmt.Fprintln(w, "got", lines.Text())
			w.(http.Flusher).Flush()
		}
	})})
	conn, r := s.dial()
	send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
	var answer *http.Response
	var answers *bufio.Reader
	for _, piece := range []string{"one", "two", "three"} {
		send(t, conn, "%x\r\n%s\n\r\n", len(piece)+1, piece)
		if got := <-pieces; got != piece {
			t.Errorf("the worker got %q, want %q", got, piece)
		}
		if answer == nil {
			var err error
			if answer, err = http.ReadResponse(r, nil); err != nil {
				t.Fatal(err)
			}
			answers = bufio.NewReader(answer.Body)
		}
		if got := line(t, answers); got != "got "+piece {
			t.Errorf("the answer goes on with %q", got)
		}
	}
	send(t, conn, "0\r\n\r\n")
	if _, err := answers.ReadByte(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	// Both connections are as good as new.
	send(t, conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
	if first := line(t, r); first != "HTTP/1.1 200 OK" {
		t.Errorf("the next answer begins with %q", first)
	}
}

// A worker may answer before it has read the body. The client has its answer; what it sends later is no request.
func TestAnswersBeforeTheEndOfTheBody(t *testing.T) {
	for _, c := range []struct{ name, head string }{
		{"large", "Content-Length: 1000000\r\n\r\n"},
		{"small", "Content-Length: 40000\r\n\r\n"},
		{"chunked", "Transfer-Encoding: chunked\r\n\r\n9000\r\n"},
	} {
		s := newStage(t, nil)
		w := s.answering(func(conn net.Conn, r *bufio.Reader) {
			if _, err := http.ReadRequest(r); err == nil {
				io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmuch")
				io.Copy(io.Discard, r)
			}
		})
		s.Steer([]*Worker{w})
		conn, r := s.dial()
		const smuggled = "GET /body HTTP/1.1\r\nHost: here\r\n\r\n"
		send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\n%s%s", c.head, smuggled)
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); answer.StatusCode != http.StatusRequestEntityTooLarge || string(body) != "much" || err != nil {
			t.Errorf("%s: status %d, body %q, %v", c.name, answer.StatusCode, body, err)
		}
		until(t, "the worker is idle", func() bool { return !w.isBusy() })
		io.WriteString(conn, smuggled)
		if rest, _ := io.ReadAll(r); len(rest) > 0 {
			t.Errorf("%s: the client's connection goes on with %q in the middle of a body", c.name, rest)
		}
		if w.requests() != 1 {
			t.Errorf("%s: the worker has got %d requests: what is in a body is none", c.name, w.requests())
		}
	}
}

// Without a worker the client has its answer, and goes on when it has sent its body.
func TestNoWorkerForABody(t *testing.T) {
	s := newStage(t, nil)
	s.Answer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	conn, r := s.dial()
	for range 2 {
		send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 40000\r\n\r\n%40000s", "")
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("status %d", answer.StatusCode)
		}
	}
}

func TestUpgrade(t *testing.T) {
	s := newStage(t, nil)
	w := s.answering(func(conn net.Conn, r *bufio.Reader) {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		how := "Connection: Upgrade\r\nUpgrade: " + request.Header.Get("Upgrade")
		switch request.URL.Path {
		case "/other":
			how = "Connection: Upgrade\r\nUpgrade: smtp"
		case "/half":
			how = "Upgrade: websocket"
		}
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\n%s\r\n\r\nhello\n", how)
		io.Copy(conn, r)
		io.WriteString(conn, "end\n")
	})
	s.Steer([]*Worker{w})
	const head = " HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	conn, r := s.dial()
	send(t, conn, "GET /%s", head)
	answer, err := http.ReadResponse(r, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols || answer.Header.Get("Upgrade") != "websocket" {
		t.Fatalf("answer %v, %v", answer, err)
	}
	if got := line(t, r); got != "hello" {
		t.Errorf("got %q", got)
	}
	for _, text := range []string{"one", "two"} {
		send(t, conn, "%s\n", text)
		if got := line(t, r); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	conn.(*net.TCPConn).CloseWrite()
	if got := line(t, r); got != "end" {
		t.Errorf("got %q after the client has said all", got)
	}
	until(t, "the worker is idle", func() bool { return !w.isBusy() })

	for _, path := range []string{"/other", "/half"} {
		conn, r = s.dial()
		send(t, conn, "GET %s%s", path, head)
		if first := line(t, r); first != "HTTP/1.1 502 Bad Gateway" {
			t.Errorf("%s: first line %q of an upgrade to what was not asked for", path, first)
		}
		until(t, "the worker is idle", func() bool { return !w.isBusy() })
	}
}

func TestWorkerDiesInTheMiddleOfAnAnswer(t *testing.T) {
	half := strings.Repeat("x", 100_000)
	s := newStage(t, nil)
	w := s.answering(func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", 2*len(half), half)
	})
	s.Steer([]*Worker{w})
	conn, r := s.dial()
	send(t, conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(answer.Body); len(body) == 0 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a body of %d bytes, %v; want some of it and an error", len(body), err)
	}
	if w.requests() != 1 {
		t.Errorf("%d requests, want 1: some of the answer has been passed on", w.requests())
	}
	until(t, "the worker is idle", func() bool { return !w.isBusy() })
}

func TestClientLeavesInTheMiddleOfAnAnswer(t *testing.T) {
	s := newStage(t, nil)
	left := make(chan error, 2)
	w := s.serving(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		if r.URL.Path == "/busy" {
			_, err := io.Copy(w, endless{})
			left <- err
			return
		}
		<-r.Context().Done()
		left <- r.Context().Err()
	})
	s.Steer([]*Worker{w})
	for _, path := range []string{"/silent", "/busy"} {
		conn, r := s.dial()
		send(t, conn, "GET %s HTTP/1.1\r\nHost: here\r\n\r\n", path)
		line(t, r)
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
		if err := <-left; err == nil {
			t.Errorf("%s: the worker has not heard that the client is gone", path)
		}
		until(t, "the worker is idle", func() bool { return !w.isBusy() })
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }
